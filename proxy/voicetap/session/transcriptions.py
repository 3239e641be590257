"""One outcome for the transcription of each item that the user spoke.

It runs beside the conversation: a result may come before, during or after the response, in another order than the
items, more than once, or never.
"""

from collections.abc import Iterable
from math import exp, inf, isnan, nan
from typing import Literal

from msgspec import Struct

from ..facts import (
    Fact,
    TranscriptionFinished,
    TranscriptionForgotten,
    TranscriptionLate,
    TranscriptionStarted,
)
from ..realtime.objects import ErrorDetail, Logprob, has_text
from ..realtime.server import InputCommitted, TranscriptionCompleted, TranscriptionFailed
from .bounded import LIMIT, Bounded
from .settings import Settings
from .times import elapsed
from .transitions import TRANSCRIPTION

TIMEOUT = 15.0
"""Seconds from the commit; for empty audio and noise there is sometimes no result at all."""

Result = Literal["completed", "empty", "failed"]


class _Transcription(Struct, gc=False):
    model: str | None
    since: float = nan
    """Time of the commit, where that was seen."""
    due: float = inf
    """When it is given up; inf where times are unknown."""
    state: str = TRANSCRIPTION.first
    given_up: bool = False
    """It was settled without a result, and none has come since."""
    repeated: bool = False
    """A cumulative server has sent more of the same; that was counted."""


class Transcriptions:
    """Pending from the commit, if the session transcribes then; settled by the first result that is final."""

    __slots__ = ("_limit", "_pending", "_settings", "_settled", "due")

    def __init__(self, settings: Settings, *, limit: int = LIMIT) -> None:
        self._settings = settings
        self._limit = limit
        self._pending: dict[str, _Transcription] = {}
        """In the order of commitment."""
        self._settled: Bounded[str, _Transcription] = Bounded(limit)
        self.due = inf
        """When `tick` has something to do."""

    def committed(self, event: InputCommitted, at: float) -> Iterable[Fact]:
        """User audio has become an item."""
        item_id = event.item_id
        if item_id is None or not self._settings.transcribes or self._find(item_id) is not None:
            return
        model = self._settings.transcription_model
        yield TranscriptionStarted(at, item_id, model)
        if len(self._pending) >= self._limit:
            yield self._settle(next(iter(self._pending)), "timed_out", at)
        pending = _Transcription(model, at, inf if isnan(at) else at + TIMEOUT)
        self._pending[item_id] = pending
        pending.state = TRANSCRIPTION.moved(pending.state, "committed")
        self._schedule()

    def completed(self, event: TranscriptionCompleted, at: float) -> Iterable[Fact]:
        """Text has come, or the word that there is none."""
        # Of an event too large to be read nothing is known but that there is a lot of text.
        outcome: Result = "completed" if has_text(event.transcript) or not event.whole else "empty"
        final = event.status is None or event.status == "completed"
        return self._result(
            event.item_id,
            outcome,
            at,
            final=final,
            cumulative=event.status is not None,
            confidence=_confidence(event.logprobs),
        )

    def failed(self, event: TranscriptionFailed, at: float) -> Iterable[Fact]:
        """There will be no text."""
        return self._result(event.item_id, "failed", at, error=event.detail())

    def model_of(self, item_id: str | None) -> str | None:
        """By what the item was transcribed: the session's model when it was committed, if that was seen."""
        known = self._find(item_id)
        return self._settings.transcription_model if known is None else known.model

    def server_blind(self, at: float) -> Iterable[Fact]:
        """Results will not be seen, nor further commits: what is pending stays without an outcome."""
        forgotten = [TranscriptionForgotten(at, item_id) for item_id in self._pending]
        self._pending.clear()
        self._schedule()
        return forgotten

    def tick(self, now: float) -> Iterable[Fact]:
        """Give up those that have waited too long."""
        while now >= (due := self.due):
            item_id = next(item_id for item_id, pending in self._pending.items() if pending.due == due)
            yield self._settle(item_id, "timed_out", due)

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
        confidence: float | None = None,
    ) -> Iterable[Fact]:
        if item_id is None:
            # Without a name it can only be the one that has waited longest.
            item_id = next(iter(self._pending), None)
        known = self._find(item_id)
        if item_id is None or known is None or TRANSCRIPTION.after(known.state, outcome) != "late":
            if final:
                yield self._settle(item_id, outcome, at, error, confidence)
            return
        if known.given_up and not final:
            return
        repeats = cumulative and not known.given_up
        known.given_up = False
        known.state = TRANSCRIPTION.moved(known.state, outcome)
        if not (repeats and known.repeated):
            known.repeated |= repeats
            yield TranscriptionLate(at, item_id, outcome, known.model, *_why(error))

    def _settle(
        self,
        item_id: str | None,
        outcome: Result | Literal["timed_out", "session_closed"],
        at: float,
        error: ErrorDetail | None = None,
        confidence: float | None = None,
    ) -> Fact:
        known = self._find(item_id) or _Transcription(self._settings.transcription_model)
        announced = known.state == "pending"
        known.given_up = outcome in ("timed_out", "session_closed")
        known.state = TRANSCRIPTION.moved(known.state, outcome)
        if item_id is not None:
            self._pending.pop(item_id, None)
            self._settled.put(item_id, known)
        self._schedule()
        code, message = _why(error)
        seconds = elapsed(known.since, at) if outcome in ("completed", "empty") else None
        return TranscriptionFinished(at, item_id, outcome, code, message, known.model, announced, seconds, confidence)

    def _find(self, item_id: str | None) -> _Transcription | None:
        return None if item_id is None else self._pending.get(item_id) or self._settled.get(item_id)

    def _schedule(self) -> None:
        self.due = next((pending.due for pending in self._pending.values() if pending.due < inf), inf)


def _why(error: ErrorDetail | None) -> tuple[str | None, str | None]:
    """Code and message of a failure."""
    return (error.name(), error.said()) if error else (None, None)


def _confidence(logprobs: list[Logprob] | None) -> float | None:
    """Mean probability of the tokens, 0 to 1; None where the server gives none."""
    probabilities = [exp(min(token.logprob, 0)) for token in logprobs or () if token.logprob is not None]
    return sum(probabilities) / len(probabilities) if probabilities else None
