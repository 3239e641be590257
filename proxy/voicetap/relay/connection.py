"""The client's connection while it speaks HTTP: aiohttp's, where a relay needs it to be different."""

import asyncio
import logging
from typing import Any

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from .answers import OwnAnswer

log = logging.getLogger(__name__)


class ClientConnection(RequestHandler):
    """Reads requests one after the other, until a splice takes the transport over."""

    __slots__ = ("_head_timer", "client_ended")

    def __init__(self, manager: web.Server, *, head_timeout: float, **options: Any) -> None:
        super().__init__(manager, **options)
        self.client_ended = False
        """The client has sent its end (FIN) and may still read."""
        self._head_timer: asyncio.TimerHandle | None = self._loop.call_later(head_timeout, self.force_close)

    def head_arrived(self) -> None:
        """The first request is complete: no slowloris."""
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def eof_received(self) -> bool:  # type: ignore[override]  # aiohttp's closes at once
        """Keep half-open a connection whose request is still being served: the answer is yet to come."""
        self.client_ended = True
        serving = self._request_in_progress or bool(self._messages)
        return serving and self.transport is not None and self.transport.can_write_eof()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Called by the loop, or by the splice that has taken the transport over."""
        self.head_arrived()
        super().connection_lost(exc)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Refuse without quoting: aiohttp's own answer and log line would show the bad line, Authorization too."""
        if status == 400:
            return OwnAnswer(400, "bad_request", "voicetap cannot read this request")
        log.error("a request failed inside voicetap: %s", type(exc).__name__)
        return OwnAnswer(502, "relay_fault", "voicetap failed to serve this request")
