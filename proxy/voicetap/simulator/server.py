"""The simulated server: WebSockets and client secrets over HTTP; what is said in a session is `session`'s."""

import asyncio
import time
from itertools import count
from typing import Any

import msgspec
from aiohttp import WebSocketError, WSMessage, WSMsgType, hdrs, web

from . import settings
from .admission import BAD_KEY, INVALID_KEY, Refused, admit, key_of
from .log import Log
from .protocol import ApiError, optional, read
from .scenario import Scenario
from .session import Close, Output, Session

MAX_MESSAGE_BYTES = 32 * 1024 * 1024
"""The API takes 15 MiB of audio in one event; as base64 and JSON that is 20 MiB."""
PING_SECONDS = 20.26
"""As measured on api.openai.com; the payload has four bytes there too."""
CLOSE_SECONDS = 1.0
SECRET_SECONDS = 600
NO_STATUS = 1005
"""A Close frame without a code (RFC 6455 section 7.1.5)."""
SHUTTING_DOWN = Close(1001, "Server shutting down")


class Simulator:
    """One simulated server; serve its `application`."""

    def __init__(self, scenario: Scenario, log: Log, seed: int) -> None:
        """Sessions behave by the scenario; the n-th session of equal seeds makes equal choices."""
        self._scenario = scenario
        self._log = log
        self._seed = seed
        self._began = time.monotonic()
        self._numbers = count(1)
        self._secrets = count(1)
        self._stopping = asyncio.Event()

    def application(self) -> web.Application:
        """Any path that ends in `/realtime` is the API; its shutdown closes what is open with 1001."""
        application = web.Application(client_max_size=MAX_MESSAGE_BYTES)
        application.router.add_get("/{prefix:(.*/)?}realtime", self._realtime)
        application.router.add_post("/{prefix:(.*/)?}realtime/client_secrets", self._client_secrets)
        application.router.add_route("*", "/{path:.*}", _unknown_url)
        application.on_shutdown.append(self._stop)
        return application

    async def _realtime(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get(hdrs.UPGRADE, "").lower() != "websocket":
            return _refusal(400, None, "This is a WebSocket endpoint; send an upgrade.")
        socket = web.WebSocketResponse(
            protocols=("realtime",), max_msg_size=MAX_MESSAGE_BYTES, autoclose=False, timeout=CLOSE_SECONDS
        )
        await socket.prepare(request)
        model = request.query.get("model") or request.query.get("deployment") or ""
        kind = "transcription" if request.query.get("intent") == "transcription" else "realtime"
        seed = f"{self._seed} {next(self._numbers)}"
        now, created = time.monotonic(), int(time.time())
        session = Session(model, self._scenario, seed, began=self._began, at=now, created=created, kind=kind)
        # Not the whole target: some clients put keys into queries.
        self._log.opened(session.id, request.path, model)
        offered = request.headers.get(hdrs.SEC_WEBSOCKET_PROTOCOL, "")
        try:
            admit(request.headers, [name.strip() for name in offered.split(",")], request.query)
            first = session.begin()
        except Refused as refused:
            first = session.refuse(refused)
        await _Call(socket, session, self._log, self._stopping).run(first)
        return socket

    async def _client_secrets(self, request: web.Request) -> web.Response:
        if key_of(request.headers).startswith(BAD_KEY):
            return _refusal(401, "invalid_api_key", INVALID_KEY)
        try:
            body = read(await request.text() or "{}")
            if isinstance(body, ApiError):
                raise body
            wanted = optional(body, "session", dict) or {}
            kind = optional(wanted, "type", str) or "realtime"
            if kind not in {"realtime", "transcription"}:
                message = "Invalid value. Supported values are: 'realtime' and 'transcription'."
                raise ApiError("invalid_value", message, param="session.type")
            model = optional(wanted, "model", str) or "gpt-realtime"
            silence_ms = self._scenario.silence_duration_ms
            expires_at = int(time.time()) + SECRET_SECONDS
            number = next(self._secrets)
            new = settings.new(f"sess_{number:021}", model, 0, silence_ms, kind=kind)
            session = settings.updated(new, {"type": kind, **wanted}, silence_ms)
        except ApiError as error:
            return _refusal(400, error.code, error.message)
        return web.json_response({"value": f"ek_{number:032}", "expires_at": expires_at, "session": session})

    async def _stop(self, application: web.Application) -> None:
        self._stopping.set()


class _Call:
    """A session on its socket, until one side ends it."""

    def __init__(self, socket: web.WebSocketResponse, session: Session, log: Log, stopping: asyncio.Event) -> None:
        self._socket = socket
        self._session = session
        self._log = log
        self._receiving = asyncio.create_task(socket.receive())
        self._stopping = asyncio.create_task(stopping.wait())
        self._over = False

    async def run(self, first: list[Output]) -> None:
        """One loop reads, waits and sends, so that a client that does not read is not read from either."""
        ping_at = time.monotonic() + PING_SECONDS
        try:
            await self._say(first)
            while not self._over:
                wake_at = min(ping_at, self._session.due or ping_at)
                timeout = max(0.0, wake_at - time.monotonic())
                waited = {self._receiving, self._stopping}
                await asyncio.wait(waited, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
                now = time.monotonic()
                if now >= ping_at:
                    ping_at = now + PING_SECONDS
                    await self._socket.ping(b"ping")
                if self._stopping.done():
                    await self._say([SHUTTING_DOWN])
                elif self._receiving.done():
                    await self._take(self._receiving.result(), now)
                else:
                    await self._say(self._session.advance(now))
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
        """Send, and log what was sent; a close ends it."""
        for output in outputs:
            if isinstance(output, Close):
                self._end("server", output.code, output.reason)
                # aiohttp waits for the other side's close only where nobody else is reading.
                self._receiving.cancel()
                await asyncio.wait({self._receiving})
                await self._socket.close(code=output.code, message=output.reason.encode())
                return
            await self._socket.send_frame(msgspec.json.encode(output.event), WSMsgType.TEXT)
            self._log.sent(self._session.id, output.event, output.answers)

    async def _take(self, message: WSMessage, now: float) -> None:
        """Answer a message, and wait for the next; or end with the connection."""
        if message.type in {WSMsgType.TEXT, WSMsgType.BINARY}:
            said = read(message.data)
            self._log.received(self._session.id, said)
            self._receiving = asyncio.create_task(self._socket.receive())
            await self._say(self._session.receive(said, now))
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
            self._log.closed(self._session.id, by, code, reason)


async def _unknown_url(request: web.Request) -> web.Response:
    return _refusal(404, None, f"Invalid URL ({request.method} {request.path})")


def _refusal(status: int, code: str | None, message: str) -> web.Response:
    error: dict[str, Any] = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
    return web.json_response({"error": error}, status=status)
