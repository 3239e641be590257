"""Who ended the connection, and why."""

from collections.abc import Iterable
from typing import Literal

from ..chunks import Ending, Side
from ..facts import ConnectionClosed, Fact
from ..realtime.server import ErrorOccurred

GOING_AWAY, NO_CODE, NO_CLOSE_FRAME = 1001, 1005, 1006
"""RFC 6455 section 7.4.1."""

_EXPIRED = "session_expired"
_EXPIRED_REASON = "maximum duration"
"""api.openai.com: "Your session hit the maximum duration of 60 minutes." """

End = Literal["client_closed", "server_closed", "client_lost", "upstream_lost", "expired", "refused", "drained"]


class Closing:
    """What was seen of the closing handshake."""

    __slots__ = ("_closed_by", "_code", "_expired", "_opened_at", "_reason")

    def __init__(self, opened_at: float) -> None:
        self._opened_at = opened_at
        self._closed_by: Side | None = None
        self._code = NO_CLOSE_FRAME
        self._reason = ""
        self._expired = False

    def error(self, event: ErrorOccurred, at: float) -> Iterable[Fact]:
        """The server says before it closes that the session has lasted its maximum."""
        if event.detail().code == _EXPIRED:
            self._expired = True
        return ()

    def close_frame(self, sender: Side, code: int | None, reason: str) -> None:
        """Take the first Close frame; the other side's is only its echo."""
        self._closed_by = sender
        self._code = NO_CODE if code is None else code
        self._reason = reason

    @property
    def closing(self) -> bool:
        """A Close frame was seen."""
        return self._closed_by is not None

    def ended(self, ending: Ending, *, refused: bool) -> ConnectionClosed:
        """The transports have ended."""
        return ConnectionClosed(
            ending.at,
            "refused" if refused else self._end(ending.by),
            self._code,
            self._reason,
            self._closed_by or ending.by,
            ending.at - self._opened_at,
        )

    def _end(self, by: Side | None) -> End:
        if self._closed_by is Side.CLIENT:
            return "client_closed"
        if self._closed_by is Side.SERVER:
            expired = self._code == GOING_AWAY and (self._expired or _EXPIRED_REASON in self._reason)
            return "expired" if expired else "server_closed"
        if by is None:
            return "drained"
        return "client_lost" if by is Side.CLIENT else "upstream_lost"
