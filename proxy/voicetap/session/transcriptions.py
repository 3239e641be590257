"""One outcome for the transcription of each item that the user spoke.

It runs beside the conversation: a result may come before, during or after the response, in another order than the
items, more than once, or never.
"""

from collections.abc import Iterable
from math import inf
from typing import Literal

from msgspec import Struct

from ..facts import Fact, TranscriptionFinished, TranscriptionForgotten, TranscriptionLate, TranscriptionStarted
from ..realtime.objects import ErrorDetail, has_text
from ..realtime.server import InputCommitted, TranscriptionCompleted, TranscriptionFailed
from .bounded import LIMIT, Bounded
from .settings import Settings

TIMEOUT = 15.0
"""Seconds from the commit; for empty audio and noise there is sometimes no result at all."""

Result = Literal["completed", "empty", "failed"]


class _Pending(Struct, frozen=True, gc=False):
    since: float
    model: str | None


class _Settled(Struct, gc=False):
    model: str | None
    repeated: bool = False
    """A cumulative server has sent more of the same; that was counted."""


class Transcriptions:
    """Pending from the commit, if the session transcribes then; settled by the first result that is final."""

    __slots__ = ("_limit", "_pending", "_settings", "_settled", "due")

    def __init__(self, settings: Settings, *, limit: int = LIMIT) -> None:
        self._settings = settings
        self._limit = limit
        self._pending: dict[str, _Pending] = {}
        """In the order of commitment."""
        self._settled: Bounded[str, _Settled] = Bounded(limit)
        self.due = inf
        """When `tick` has something to do."""

    def committed(self, event: InputCommitted, at: float) -> Iterable[Fact]:
        """User audio has become an item."""
        item_id = event.item_id
        if item_id is None or not self._settings.transcribes:
            return
        if item_id in self._pending or item_id in self._settled:
            return
        model = self._settings.transcription_model
        yield TranscriptionStarted(at, item_id, model)
        if len(self._pending) >= self._limit:
            yield self._settle(next(iter(self._pending)), "timed_out", at)
        self._pending[item_id] = _Pending(at, model)
        self._schedule()

    def completed(self, event: TranscriptionCompleted, at: float) -> Iterable[Fact]:
        """Text has come, or the word that there is none."""
        # Of an event too large to be read nothing is known but that there is a lot of text.
        outcome: Result = "completed" if has_text(event.transcript) or not event.whole else "empty"
        final = event.status is None or event.status == "completed"
        return self._result(event.item_id, outcome, at, final=final, cumulative=event.status is not None)

    def failed(self, event: TranscriptionFailed, at: float) -> Iterable[Fact]:
        """There will be no text."""
        return self._result(event.item_id, "failed", at, error=event.error or ErrorDetail())

    def server_blind(self, at: float) -> Iterable[Fact]:
        """Results will not be seen, nor further commits: what is pending stays without an outcome."""
        forgotten = [TranscriptionForgotten(at, item_id) for item_id in self._pending]
        self._pending.clear()
        self._schedule()
        return forgotten

    def tick(self, now: float) -> Iterable[Fact]:
        """Give up those that have waited too long."""
        while now >= self.due:
            item_id = next(iter(self._pending))
            yield self._settle(item_id, "timed_out", now)

    def close(self, at: float) -> Iterable[Fact]:
        """The connection has ended."""
        for item_id in list(self._pending):
            yield self._settle(item_id, "session_closed", at)

    def _result(
        self,
        item_id: str | None,
        outcome: Result,
        at: float,
        *,
        final: bool = True,
        cumulative: bool = False,
        error: ErrorDetail | None = None,
    ) -> Iterable[Fact]:
        if item_id is None:
            # Without a name it can only be the one that has waited longest.
            item_id = next(iter(self._pending), None)
        settled = self._settled.get(item_id) if item_id is not None else None
        if item_id is not None and settled is not None:
            if not (cumulative and settled.repeated):
                settled.repeated = cumulative
                yield TranscriptionLate(at, item_id, outcome, settled.model)
        elif final:
            yield self._settle(item_id, outcome, at, error)

    def _settle(
        self,
        item_id: str | None,
        outcome: Result | Literal["timed_out", "session_closed"],
        at: float,
        error: ErrorDetail | None = None,
    ) -> Fact:
        pending = self._pending.pop(item_id, None) if item_id is not None else None
        model = pending.model if pending else self._settings.transcription_model
        if item_id is not None:
            self._settled.put(item_id, _Settled(model))
        self._schedule()
        code, message = (error.name(), error.message) if error else (None, None)
        return TranscriptionFinished(at, item_id, outcome, code, message, model, pending is not None)

    def _schedule(self) -> None:
        oldest = next(iter(self._pending.values()), None)
        self.due = oldest.since + TIMEOUT if oldest else inf
