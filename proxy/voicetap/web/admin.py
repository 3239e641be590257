"""The admin port: what Prometheus and the kubelet ask for. There is no page here, and nothing changes state."""

import asyncio
from collections.abc import Callable

from aiohttp import hdrs, web
from prometheus_client import CollectorRegistry

from .exposition import Exposition

SEND_SECONDS = 10.0
"""How long a scraper may take to read; Prometheus itself gives up after so long, if not told otherwise."""


class Admin:
    """Serves /metrics, /livez, /readyz and /startupz."""

    def __init__(
        self, registry: CollectorRegistry, ready: Callable[[], str | None], *, send_seconds: float = SEND_SECONDS
    ) -> None:
        """`ready` says None when new sessions are welcome, else why they are not."""
        self._exposition = Exposition(registry)
        self._ready = ready
        self._send_seconds = send_seconds
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
        self._exposition.close()

    async def _metrics(self, request: web.Request) -> web.Response:
        """The registry, as OpenMetrics or in Prometheus's own text, whichever was asked for."""
        accept, accept_encoding = (
            ",".join(request.headers.getall(name, ())) for name in (hdrs.ACCEPT, hdrs.ACCEPT_ENCODING)
        )
        answer = await self._exposition.answer(accept, accept_encoding)
        headers = {hdrs.CONTENT_TYPE: answer.content_type, hdrs.VARY: f"{hdrs.ACCEPT}, {hdrs.ACCEPT_ENCODING}"}
        if answer.gzipped:
            headers[hdrs.CONTENT_ENCODING] = "gzip"
        response = web.Response(body=answer.body, headers=headers)
        await self._send(request, response)
        return response

    async def _send(self, request: web.Request, response: web.Response) -> None:
        """Send it at once, and not to somebody who has stopped reading, for whom aiohttp would wait for ever."""
        try:
            async with asyncio.timeout(self._send_seconds):
                await response.prepare(request)
                await response.write_eof()
        except (ConnectionError, TimeoutError):
            if request.transport is not None:
                request.transport.abort()

    async def _alive(self, request: web.Request) -> web.Response:
        """The event loop turns, or there would be no answer. Startup is over once this port listens."""
        return web.Response(text="ok\n")

    async def _readiness(self, request: web.Request) -> web.Response:
        """New sessions are welcome, or not any more."""
        reason = self._ready()
        return web.Response(text="ok\n") if reason is None else web.Response(status=503, text=reason + "\n")
