"""Accepts clients, reads their request heads with aiohttp, and hands each request to the room that serves it."""

import asyncio
import ssl
from collections.abc import Callable
from typing import cast

from aiohttp import hdrs, web
from aiohttp.web_protocol import RequestHandler

from ..chunks import Observer
from . import tls
from .answers import OwnAnswer
from .connection import ClientConnection
from .guard import GuardedObserver
from .heads import MAX_HEAD
from .live import Live
from .passthrough import PassThrough
from .upgrade import Upgrades
from .upstream import Upstream

BACKLOG = 1024
KEEP_ALIVE = 75.0
"""Seconds that a client's idle connection is kept between two plain requests."""
LINGERING = 2.0
"""Seconds that the rest of a refused request's body is read, so that the refusal is not lost to a reset."""


class _Server(web.Server):
    """aiohttp's server, making our connections."""

    def __call__(self) -> RequestHandler:
        return ClientConnection(self, loop=self._loop, **self._kwargs)


class Relay:
    """The byte path of one process: one listener, one upstream."""

    def __init__(
        self,
        upstream: Upstream,
        observer: Observer,
        *,
        connect_timeout: float = 10.0,
        handshake_timeout: float = 10.0,
        head_timeout: float = 10.0,
    ) -> None:
        """Timeouts in seconds: to reach the upstream, to get its answer to an upgrade, to get a client's first head."""
        self.live = Live()
        guarded = GuardedObserver(observer)
        self._upgrades = Upgrades(
            upstream,
            guarded,
            self.live,
            connect_timeout=connect_timeout,
            handshake_timeout=handshake_timeout,
        )
        self._pass_through = PassThrough(upstream, guarded, connect_timeout=connect_timeout)
        self._head_timeout = head_timeout
        self._refusing = False
        self._listener: asyncio.Server | None = None
        self._connections: _Server | None = None

    async def start(self, host: str, port: int, ssl_context: ssl.SSLContext | None = None) -> None:
        """Listen; port 0 takes a free one. Raises OSError when the address cannot be had."""
        self._connections = _Server(
            self._serve,
            handler_cancellation=True,
            access_log=None,
            auto_decompress=False,
            keepalive_timeout=KEEP_ALIVE,
            lingering_time=LINGERING,
            max_line_size=MAX_HEAD,
            max_field_size=MAX_HEAD,
            max_headers=256,
            head_timeout=self._head_timeout,
        )
        factory: Callable[[], asyncio.BaseProtocol] = self._connections
        if ssl_context is not None:
            factory = tls.serving(self._connections, ssl_context, self._head_timeout)
        self._listener = await asyncio.get_running_loop().create_server(factory, host, port, backlog=BACKLOG)

    @property
    def port(self) -> int:
        """The port that is listened on."""
        assert self._listener is not None
        return int(self._listener.sockets[0].getsockname()[1])

    def refuse_upgrades(self) -> None:
        """Take no more sessions from now on; those that go on are not touched."""
        self._refusing = True

    async def idle(self) -> None:
        """Wait until no request and no connection is being served."""
        await self.live.idle()

    async def stop(self, flush: float = 1.0) -> None:
        """Accept nothing more and end what goes on: buffered bytes have `flush` seconds to be delivered."""
        if self._listener is None or self._connections is None:
            return
        self._listener.close()
        self.live.close()
        try:
            async with asyncio.timeout(flush):
                await self.live.idle()
        except TimeoutError:
            self.live.abort()
        await self._connections.shutdown(0.1)

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        cast(ClientConnection, request.protocol).head_arrived()
        with self.live.request():
            if request.method == hdrs.METH_CONNECT or not (1, 0) <= request.version <= (1, 1):
                return OwnAnswer(400, "bad_request", "voicetap serves HTTP/1.0 and HTTP/1.1, and no tunnels")
            if not request.raw_path.startswith("/"):
                # absolute-form or authority-form would let the client choose the host
                return OwnAnswer(400, "bad_request", "the request target must begin with /")
            if not _asks_for_websocket(request):
                if _asks_for_websocket_and_more(request):
                    return OwnAnswer(400, "bad_request", "an upgrade must ask for WebSocket alone")
                return await self._pass_through.serve(request)
            refusal = self._refusal(request)
            if refusal is not None:
                self._upgrades.refused(request, refusal)
                return refusal
            return await self._upgrades.serve(request)

    def _refusal(self, upgrade: web.BaseRequest) -> OwnAnswer | None:
        """Why an upgrade request is not passed on."""
        if upgrade.method != hdrs.METH_GET:
            return OwnAnswer(400, "bad_request", "a WebSocket upgrade must be a GET (RFC 6455 section 4.1)")
        if hdrs.CONTENT_LENGTH in upgrade.headers or hdrs.TRANSFER_ENCODING in upgrade.headers:
            return OwnAnswer(400, "bad_request", "a WebSocket upgrade has no body")
        if self._refusing:
            return OwnAnswer(503, "draining", "voicetap is shutting down; connect elsewhere")
        return None


def _asks_for_websocket(request: web.BaseRequest) -> bool:
    """Exactly the requests behind which aiohttp's parser stops reading HTTP."""
    return bool(request._message.upgrade) and request.headers.get(hdrs.UPGRADE, "").lower() == "websocket"


def _asks_for_websocket_and_more(request: web.BaseRequest) -> bool:
    """Without its wish it would be another request than the one that was made."""
    protocols = ",".join(request.headers.getall(hdrs.UPGRADE, ())).split(",")
    return bool(request._message.upgrade) and any(name.strip().lower() == "websocket" for name in protocols)
