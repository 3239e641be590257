"""Whether the session started: api.openai.com answers 101 even to a bad key, and says no afterwards."""

from collections.abc import Iterable
from math import inf, isnan
from typing import Literal

from ..chunks import Side
from ..facts import Fact, SessionStarted, SessionStartFailed
from ..realtime.server import ErrorOccurred
from .settings import Settings
from .times import elapsed

TIMEOUT = 30.0
"""Seconds from the 101. A sideband has none: on a silent call there is nothing to say."""

_REFUSALS = range(3000, 5000)
"""Close codes for applications (RFC 6455 section 7.4.2): 3000 and 4000 from api.openai.com."""

Failure = Literal["refused", "closed", "timeout"]


class Starts:
    """Started with the first `session.*`, on a sideband with the server's first event; refused where there is an
    `error` instead. An error is not final: the verdict is given when the connection closes, or nothing comes."""

    __slots__ = ("_error", "_opened_at", "_settings", "due", "outcome")

    def __init__(self, settings: Settings, opened_at: float, switched_at: float) -> None:
        self._settings = settings
        self._opened_at = opened_at
        self._error: str | None = None
        """Code of the first error before the start."""
        self.outcome: Literal["started", "unseen"] | Failure | None = None
        """`started`, or that of SessionStartFailed; None while it is open; `unseen`: nobody will know."""
        self.due = inf if settings.sideband or isnan(switched_at) else switched_at + TIMEOUT
        """When `tick` has something to do; inf also where times are unknown."""

    def server_sent(self, type: str | None, at: float) -> Iterable[Fact]:
        """Take the type of a server's message; None where it has none. For as long as it is open."""
        if type is None or type == "error":
            return ()
        if not self._settings.sideband and not type.startswith(("session.", "transcription_session.")):
            return ()
        self._decide("started")
        settings = self._settings
        return (SessionStarted(at, settings.session_id, settings.model, elapsed(self._opened_at, at)),)

    def error(self, event: ErrorOccurred, at: float) -> Iterable[Fact]:
        """Take an error; before the start, it is likely the reason why there will be none."""
        if self._error is None:
            self._error = event.detail().name()
        return ()

    def close_frame(self, sender: Side, code: int | None, at: float) -> Iterable[Fact]:
        """Take the first Close frame."""
        if self.outcome is None and (self._error or (sender is Side.SERVER and code in _REFUSALS)):
            return self._fail("refused", at)
        return ()

    def server_blind(self) -> None:
        """Whether it starts will not be seen."""
        if self.outcome is None:
            self._decide("unseen")

    def tick(self, now: float) -> Iterable[Fact]:
        """Give up waiting."""
        if not now >= self.due:
            return ()
        return self._fail("refused" if self._error else "timeout", self.due)

    def close(self, at: float) -> Iterable[Fact]:
        """The connection has ended."""
        if self.outcome is not None:
            return ()
        return self._fail("refused" if self._error else "closed", at)

    def _fail(self, outcome: Failure, at: float) -> Iterable[Fact]:
        self._decide(outcome)
        return (SessionStartFailed(at, outcome, self._error),)

    def _decide(self, outcome: Literal["started", "unseen"] | Failure) -> None:
        self.outcome = outcome
        self.due = inf
