"""The page port: the page, and the API that it asks. Read-only, and apart from the admin port, which machines reach."""

import asyncio
from secrets import token_hex

from aiohttp import web

from ...signals.live import LiveView
from .api import Api
from .connection import Connection
from .delivery import SEND_SECONDS, Delivery
from .encoder import Encoder
from .files import Files
from .guard import Guard
from .stream import Streams
from .ticks import Ticks
from .updates import Updates

STOP_SECONDS = 1.0
"""What is left of answers may take so long at the end."""


class Page:
    """Shows one view."""

    def __init__(self, view: LiveView, *, send_seconds: float = SEND_SECONDS) -> None:
        """`send_seconds`: how long somebody may take to read an answer, or a piece of a stream."""
        self._view = view
        self._send_seconds = send_seconds
        self._ticks: Ticks | None = None
        self._runner: web.AppRunner | None = None
        self._listener: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> None:
        """Listen; port 0 takes a free one. Raises OSError when the address cannot be had."""
        loop = asyncio.get_running_loop()
        self._ticks = Ticks(loop)
        # Revisions begin anew with each process; whoever comes back after a restart has those of another.
        epoch, encode = token_hex(4), Encoder()
        api = Api(self._view, epoch, encode)
        streams = Streams(Updates(self._view, epoch, encode, self._ticks), send_seconds=self._send_seconds)
        files = Files()
        application = web.Application()
        guard = Guard(host)
        Delivery(seconds=self._send_seconds).watch(application)
        guard.watch(application)
        application.add_routes(
            [
                web.get("/", files.index),
                web.get("/static/{name:.+}", files.named),
                web.get("/api/sessions", api.sessions),
                web.get("/api/sessions/{id}", api.session),
                web.get("/api/sessions/{id}/events", api.events),
                web.get("/api/stream", streams.answer, allow_head=False),
                web.get("/api/openapi.json", api.openapi),
            ]
        )
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=STOP_SECONDS)
        await self._runner.setup()
        server = self._runner.server
        assert server is not None
        self._listener = await loop.create_server(
            lambda: Connection(server, loop=loop, access_log=None),  # type: ignore[arg-type]  # as in its constructor
            host,
            port,
        )
        guard.port = self.port

    @property
    def port(self) -> int:
        """The port that is listened on."""
        assert self._listener is not None
        return int(self._listener.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """End the streams, and stop listening."""
        if self._listener is not None:
            self._listener.close()
        if self._ticks is not None:
            self._ticks.close()
        if self._runner is not None:
            await self._runner.cleanup()
