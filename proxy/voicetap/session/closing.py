"""Who ended the connection, and why.

A Close frame may have gone by unseen where a side is dark. Its TCP end then says who closed: one in order, a FIN, most
likely followed a Close; a reset did not.
"""

from collections.abc import Iterable
from typing import Literal

from ..chunks import Ending, Side
from ..facts import ConnectionClosed, Fact
from ..realtime.server import ErrorOccurred
from .times import elapsed

GOING_AWAY, NO_CODE, NO_CLOSE_FRAME = 1001, 1005, 1006
"""RFC 6455 section 7.4.1."""

_EXPIRED = "session_expired"
_EXPIRED_REASON = "maximum duration"
"""api.openai.com: "Your session hit the maximum duration of 60 minutes." """

End = Literal["client_closed", "server_closed", "client_lost", "upstream_lost", "expired", "refused", "drained"]


class Closing:
    """What was seen of the closing handshake."""

    __slots__ = ("_closed_by", "_code", "_dark", "_expired", "_opened_at", "_reason")

    def __init__(self, opened_at: float) -> None:
        self._opened_at = opened_at
        self._closed_by: Side | None = None
        self._code = NO_CLOSE_FRAME
        self._dark: set[Side] = set()
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

    def blind(self, sender: Side | None) -> None:
        """What a side sends is not seen any more; None: what either sends."""
        self._dark |= set(Side) if sender is None else {sender}

    @property
    def closing(self) -> bool:
        """A Close frame was seen."""
        return self._closed_by is not None

    def ended(self, ending: Ending, *, refused: bool) -> ConnectionClosed:
        """The transports have ended."""
        unseen = self._closed_by is None and ending.by in self._dark
        return ConnectionClosed(
            ending.at,
            "refused" if refused else self._end(ending),
            None if unseen else self._code,
            self._reason,
            self._closed_by or ending.by,
            elapsed(self._opened_at, ending.at),
        )

    def _end(self, ending: Ending) -> End:
        by = ending.by
        if self._closed_by is Side.CLIENT:
            return "client_closed"
        if self._closed_by is Side.SERVER:
            expired = self._code == GOING_AWAY and (self._expired or _EXPIRED_REASON in self._reason)
            return "expired" if expired else "server_closed"
        if by is None:
            return "drained"
        if by in self._dark and not ending.reset:
            return "client_closed" if by is Side.CLIENT else "server_closed"
        return "client_lost" if by is Side.CLIENT else "upstream_lost"
