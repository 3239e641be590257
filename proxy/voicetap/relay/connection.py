"""The client's connection while it speaks HTTP: aiohttp's, where a relay needs it to be different."""

import asyncio
import logging
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_protocol import RequestHandler, _ErrInfo

from .answers import OwnAnswer, RawResponse
from .heads import MAX_HEAD

log = logging.getLogger(__name__)


class ClientConnection(RequestHandler):
    """Reads requests one after the other, until a splice takes the transport over."""

    __slots__ = ("_head_size", "_head_timeout", "_head_timer", "client_ended")

    def __init__(self, manager: web.Server, *, head_timeout: float, **options: Any) -> None:
        super().__init__(manager, **options)
        self.client_ended = False
        """The client has sent its end (FIN) and may still read."""
        self._head_size = 0
        self._head_timeout = head_timeout
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the loop; over TLS after the handshake."""
        super().connection_made(transport)
        self._await_head()

    def _await_head(self) -> None:
        if self._head_timer is None:
            self._head_timer = self._loop.call_later(self._head_timeout, self.force_close)

    def head_arrived(self) -> None:
        """The request is there: no slowloris."""
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def data_received(self, data: bytes) -> None:
        """Bound the whole head: aiohttp bounds each line of it, and their number."""
        if self._head_size > MAX_HEAD:
            return  # read and forgotten, so that the refusal is not lost to a reset
        super().data_received(data)
        if not self._idle:
            self._head_size = 0
            self._tell_bad_body()
            return
        self._await_head()
        self._head_size += len(data)
        if self._head_size > MAX_HEAD and self.transport is not None:
            answer = OwnAnswer(400, "bad_request", f"a request head may have {MAX_HEAD} bytes")
            self.transport.write(answer.to_bytes())
            if self.transport.can_write_eof():
                self.transport.write_eof()  # the head's time is running still, and ends the connection
            else:
                self.transport.close()

    def _tell_bad_body(self) -> None:
        """A body that cannot be parsed ends with an error for whoever reads it; aiohttp's C parser only queues one."""
        if self._messages and isinstance(self._messages[-1][0], _ErrInfo) and self._current_request is not None:
            self._current_request.content.set_exception(web.RequestPayloadError("the body cannot be read"))

    @property
    def _idle(self) -> bool:
        """No request is being served; a head may be on its way."""
        return self._request_count == 0 or (self._waiter is not None and not self._waiter.done())

    def eof_received(self) -> bool:  # type: ignore[override]  # aiohttp's closes at once
        """Keep half-open a connection whose request is still being served: the answer is yet to come."""
        self.client_ended = True
        if self._parser is not None and not self._idle:
            try:
                self._parser.feed_eof()
            except HttpProcessingError:
                return False  # in the middle of a body: the request can never be complete
        return not self._idle and self.transport is not None and self.transport.can_write_eof()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Called by the loop, or by the splice that has taken the transport over."""
        self.head_arrived()
        super().connection_lost(exc)

    def log_exception(self, *args: Any, **options: Any) -> None:
        """What a client's bad body leads to has been answered; it is no fault of ours."""
        if not isinstance(options.get("exc_info"), web.RequestPayloadError):
            super().log_exception(*args, **options)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Refuse without quoting: aiohttp's own answer and log line would show the bad line, Authorization too."""
        if request.writer.output_size:
            return RawResponse(status=status, reusable=False)  # an answer has begun; a second would stand inside it
        if status == 400:
            return OwnAnswer(400, "bad_request", "voicetap cannot read this request")
        log.error("a request failed inside voicetap: %s", type(exc).__name__)
        return OwnAnswer(502, "relay_fault", "voicetap failed to serve this request")
