"""The simulated server: WebSockets and client secrets over HTTP; what is said in a session is `session`'s."""

import asyncio
import math
import time
from collections import deque
from functools import partial
from itertools import count
from typing import Any

from aiohttp import WebSocketError, WSMessage, WSMsgType, hdrs, web

from .admission import BAD_KEY, INVALID_KEY, key_of
from .calls import Asked, Calls
from .client_secrets import Secrets
from .line import Line
from .log import Log
from .protocol import ApiError, Close, HangUp, Note, Output, Peer, Ping, Pong, read

MAX_MESSAGE_BYTES = 32 * 1024 * 1024
"""The API takes 15 MiB of audio in one event; as base64 and JSON that is 20 MiB."""
PING_SECONDS = 20.26
"""As measured on api.openai.com; the payload has four bytes there too."""
CLOSE_SECONDS = 1.0
_CONTROL_FRAMES = 100
"""Pings and pongs that wait while a peer is silent; of more, the oldest are forgotten."""
_LOOK_SECONDS = 0.2
"""How often it is looked whether a client that waits for an answer is still there."""
NO_STATUS = 1005
"""A Close frame without a code (RFC 6455 section 7.1.5)."""
SHUTTING_DOWN = Close(1001, "Server shutting down")
_ABSENT = {
    "realtime/calls{rest:(/.*)?}": "calls over WebRTC or SIP; connect by WebSocket",
    "realtime/translations{rest:(/.*)?}": "translation sessions",
    "realtime/sessions": "secrets of the beta; ask for POST …/realtime/client_secrets",
    "realtime/transcription_sessions": "secrets of the beta; ask for POST …/realtime/client_secrets",
    "live/sessions{rest:(/.*)?}": "live sessions",
}
"""Paths of the API behind which there is nothing here."""


class Simulator:
    """One simulated server; serve its `application`."""

    def __init__(self, calls: Calls, log: Log) -> None:
        """`calls` is a scenario's, or a recording's."""
        self._calls = calls
        self._log = log
        self._numbers = count(1)
        self._secrets = Secrets()
        self._stopping = asyncio.Event()

    def application(self) -> web.Application:
        """Any path that ends in `/realtime` is the API; its shutdown closes what is open with 1001."""
        application = web.Application(client_max_size=MAX_MESSAGE_BYTES)
        application.router.add_get("/{prefix:(.*/)?}realtime", self._realtime)
        application.router.add_post("/{prefix:(.*/)?}realtime/client_secrets", self._client_secrets)
        for path, what in _ABSENT.items():
            application.router.add_route("*", "/{prefix:(.*/)?}" + path, partial(_absent, what))
        application.router.add_route("*", "/{path:.*}", _unknown_url)
        application.on_shutdown.append(self._stop)
        return application

    async def _realtime(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get(hdrs.UPGRADE, "").lower() != "websocket":
            return _refusal(400, None, "This is a WebSocket endpoint; send an upgrade.")
        if "call_id" in request.query and not self._calls.sidebands:
            return await _absent("calls over WebRTC or SIP, which a sideband could join", request)
        number = next(self._numbers)
        answer = self._calls.answer(number, time.monotonic())
        if await self._until_gone(request, None if answer.never else answer.seconds):
            return web.Response()  # To nobody.
        if answer.refusal is not None:
            refusal = answer.refusal
            headers = {} if refusal.retry_after is None else {hdrs.RETRY_AFTER: str(refusal.retry_after)}
            self._log.refused(request.path, refusal.status)
            return web.json_response(refusal.body(), status=refusal.status, headers=headers)
        socket = web.WebSocketResponse(
            protocols=("realtime",),
            max_msg_size=MAX_MESSAGE_BYTES,
            autoclose=False,
            autoping=False,
            timeout=CLOSE_SECONDS,
        )
        await socket.prepare(request)
        offered = request.headers.get(hdrs.SEC_WEBSOCKET_PROTOCOL, "")
        subprotocols = [name.strip() for name in offered.split(",")]
        granted = self._secrets.session_of(key_of(request.headers, subprotocols), time.time())
        asked = Asked(request.headers, subprotocols, request.query, granted)
        peer, first = self._calls.open(number, asked, time.monotonic())
        # Not the whole target: some clients put keys into queries.
        self._log.opened(peer.id, request.path, asked.model)
        line = Line(socket, request, self._calls.bytes_per_second)
        await _Call(socket, line, peer, self._log, self._stopping, pings=self._calls.pings).run(first)
        return socket

    async def _until_gone(self, request: web.Request, seconds: float | None) -> bool:
        """Wait so long, or without end; True where the client has gone meanwhile, or the server stops."""
        end = None if seconds is None else time.monotonic() + seconds
        while end is None or time.monotonic() < end:
            if request.transport is None or request.transport.is_closing() or self._stopping.is_set():
                return True
            left = _LOOK_SECONDS if end is None else end - time.monotonic()
            await asyncio.sleep(min(_LOOK_SECONDS, max(0.0, left)))
        return False

    async def _client_secrets(self, request: web.Request) -> web.Response:
        if key_of(request.headers).startswith(BAD_KEY):
            return _refusal(401, "invalid_api_key", INVALID_KEY)
        try:
            body = read(await request.text() or "{}")
            if isinstance(body, ApiError):
                raise body
            secret = self._secrets.new(body, self._calls.defaults, time.time())
        except ApiError as error:
            return _refusal(400, error.code, error.message, error.param)
        return web.json_response(secret)

    async def _stop(self, application: web.Application) -> None:
        self._stopping.set()


class _Call:
    """A peer on its socket, until one side ends it."""

    def __init__(
        self,
        socket: web.WebSocketResponse,
        line: Line,
        peer: Peer,
        log: Log,
        stopping: asyncio.Event,
        *,
        pings: bool,
    ) -> None:
        self._socket = socket
        self._line = line
        self._peer = peer
        self._log = log
        self._ping_seconds = PING_SECONDS if pings else math.inf
        self._receiving = asyncio.create_task(socket.receive())
        self._stopping = asyncio.create_task(stopping.wait())
        self._control: deque[Ping | Pong] = deque(maxlen=_CONTROL_FRAMES)
        """What is sent as soon as the peer says anything."""
        self._over = False

    async def run(self, first: list[Output]) -> None:
        """One loop reads, waits and sends, so that a client that does not read is not read from either."""
        ping_at = time.monotonic() + self._ping_seconds
        try:
            await self._say(first)
            while not self._over:
                while self._control and not self._peer.silent:
                    await self._line.send(self._control.popleft())
                due = self._peer.due
                wake_at = ping_at if due is None else min(ping_at, due)
                timeout = max(0.0, min(wake_at - time.monotonic(), PING_SECONDS))
                waited = {self._receiving, self._stopping}
                await asyncio.wait(waited, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
                now = time.monotonic()
                if now >= ping_at:
                    ping_at = now + self._ping_seconds
                    self._control.append(Ping(b"ping"))
                if self._stopping.done():
                    await self._say([SHUTTING_DOWN])
                elif self._receiving.done():
                    await self._take(self._receiving.result(), now)
                else:
                    await self._say(self._peer.advance(now))
        except ConnectionError:
            self._end("client", None)
        except asyncio.CancelledError:
            self._end("server" if self._stopping.done() else "client", None)
            raise
        finally:
            self._end("server", None)
            for task in (self._receiving, self._stopping):
                task.cancel()

    async def _say(self, outputs: list[Output]) -> None:
        """Send, and log what was sent; an end ends it."""
        for output in outputs:
            if isinstance(output, Close):
                await self._close(output)
                return
            if isinstance(output, HangUp):
                self._end("server", None)
                self._line.hang_up(output)
                return
            if not isinstance(output, Note):
                await self._line.send(output)
            self._log.said(self._peer.id, output)

    async def _close(self, close: Close) -> None:
        self._end("server", NO_STATUS if close.code is None else close.code, close.reason)
        if close.code is None:
            await self._line.shut()
            await asyncio.wait({self._receiving}, timeout=CLOSE_SECONDS)
            self._line.hang_up(HangUp(reset=False))
            return
        # aiohttp waits for the other side's close only where nobody else is reading.
        self._receiving.cancel()
        await asyncio.wait({self._receiving})
        await self._socket.close(code=close.code, message=close.reason.encode())

    async def _take(self, message: WSMessage, now: float) -> None:
        """Answer a message, and wait for the next; or end with the connection."""
        if message.type in {WSMsgType.TEXT, WSMsgType.BINARY}:
            said = read(message.data)
            self._log.received(self._peer.id, said)
            self._receiving = asyncio.create_task(self._socket.receive())
            await self._say(self._peer.receive(said, now))
        elif message.type in {WSMsgType.PING, WSMsgType.PONG}:
            if message.type is WSMsgType.PING:
                self._control.append(Pong(message.data))
            self._receiving = asyncio.create_task(self._socket.receive())
        elif message.type is WSMsgType.CLOSE:
            self._end("client", message.data or NO_STATUS, message.extra or "")
            await self._socket.close(code=message.data or 1000)
        elif isinstance(message.data, WebSocketError):
            self._end("server", int(message.data.code))
        else:
            self._end("client", None)

    def _end(self, by: str, code: int | None, reason: str = "") -> None:
        """Log how it ended, once."""
        if not self._over:
            self._over = True
            self._log.closed(self._peer.id, by, code, reason)


async def _absent(what: str, request: web.Request) -> web.Response:
    # Not 501, which fits better: the API's SDKs try again what has a status of 5xx.
    return _refusal(404, "not_simulated", f"The simulated server has no {what}.")


async def _unknown_url(request: web.Request) -> web.Response:
    return _refusal(404, None, f"Invalid URL ({request.method} {request.path})")


def _refusal(status: int, code: str | None, message: str, param: str | None = None) -> web.Response:
    error: dict[str, Any] = {"message": message, "type": "invalid_request_error", "param": param, "code": code}
    return web.json_response({"error": error}, status=status)
