"""The admin port: what Prometheus and the kubelet ask for. There is no page here, and nothing changes state."""

import asyncio
from collections.abc import Callable

from aiohttp import hdrs, web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder


class Admin:
    """Serves /metrics, /livez, /readyz and /startupz."""

    def __init__(self, registry: CollectorRegistry, ready: Callable[[], str | None]) -> None:
        """`ready` says None when new sessions are welcome, else why they are not."""
        self._registry = registry
        self._ready = ready
        self._rendering = asyncio.Lock()
        self._runner: web.AppRunner | None = None

    async def start(self, host: str, port: int) -> None:
        """Listen; port 0 takes a free one. Raises OSError when the address cannot be had."""
        application = web.Application()
        application.add_routes(
            [
                web.get("/metrics", self._metrics),
                web.get("/livez", self._alive),
                web.get("/startupz", self._alive),
                web.get("/readyz", self._readiness),
            ]
        )
        # The access log would have a line per probe.
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()

    @property
    def port(self) -> int:
        """The port that is listened on."""
        assert self._runner is not None
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _metrics(self, request: web.Request) -> web.Response:
        """The registry, as OpenMetrics or in Prometheus's own text, whichever was asked for."""
        encode, content_type = choose_encoder(request.headers.get(hdrs.ACCEPT, ""))
        # Off the loop, so that no call waits for a scrape; one at a time, so that many scrapers cost no more.
        async with self._rendering:
            body = await asyncio.get_running_loop().run_in_executor(None, encode, self._registry)
        return web.Response(body=body, headers={hdrs.CONTENT_TYPE: content_type})

    async def _alive(self, request: web.Request) -> web.Response:
        """The event loop turns, or there would be no answer. Startup is over once this port listens."""
        return web.Response(text="ok\n")

    async def _readiness(self, request: web.Request) -> web.Response:
        """New sessions are welcome, or not any more."""
        reason = self._ready()
        return web.Response(text="ok\n") if reason is None else web.Response(status=503, text=reason + "\n")
