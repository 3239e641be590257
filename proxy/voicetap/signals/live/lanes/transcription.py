"""The lane `transcription`: from the commit to the one outcome."""

from typing import Final

from ....facts import (
    ContentSeen,
    TranscriptionFinished,
    TranscriptionForgotten,
    TranscriptionLate,
    TranscriptionStarted,
    TurnOpened,
)
from ....session.bounded import Bounded
from ..details import add_text, details, named, of_the_server
from ..items import Span
from ..spans import ById, Spans
from ..turns import Turns

LANE: Final = "transcription"

SETTLED = 100
"""That are remembered, for what comes late."""

OVERDUE = ("timed_out", "session_closed")
"""Outcomes without a result, which may still come."""


class Transcription:
    """Of one session."""

    __slots__ = ("_open", "_settled", "_spans", "_started_at", "_turns", "_unclaimed")

    def __init__(self, spans: Spans, turns: Turns) -> None:
        self._spans = spans
        self._turns = turns
        self._open = ById()
        self._settled = ById(SETTLED)
        self._started_at: Bounded[str, float] = Bounded()
        self._unclaimed: list[Span] = []
        """Begun since the last turn was opened; a turn is opened after its transcription has begun."""

    def started(self, fact: TranscriptionStarted) -> None:
        """Speech was committed."""
        about = details(item_id=of_the_server(fact.item_id))
        span = self._spans.begin(LANE, fact.at, named(fact.transcription_model, LANE), about, None, None)
        self._open.put(fact.item_id, span)
        self._started_at.put(fact.item_id, fact.at)
        self._unclaimed.append(span)

    def opened(self, fact: TurnOpened) -> None:
        """A turn was, by what was committed."""
        if fact.opened_by in ("speech", "timeout"):
            for span in self._unclaimed:
                span.turn, span.trace_id = fact.turn, self._turns.trace_id(fact.turn)
                self._spans.changed(span)
        self._unclaimed.clear()

    def finished(self, fact: TranscriptionFinished) -> Span:
        """It has its outcome."""
        span = self._open.take(fact.item_id)
        if span is None:
            began_at = fact.at - (fact.seconds or 0.0)
            about = details(item_id=of_the_server(fact.item_id))
            label = named(fact.transcription_model, LANE)
            span = self._spans.begin(LANE, began_at, label, about, None, self._turns.trace_id(None))
        span.detail |= details(code=fact.code, confidence=fact.confidence)
        self._spans.end(span, fact.at, fact.outcome)
        if fact.item_id is not None:
            self._settled.put(fact.item_id, span)
        return span

    def late(self, fact: TranscriptionLate) -> tuple[Span | None, float | None]:
        """A result came after the outcome: of which span, and, where none had come before, after how many seconds."""
        span = self._settled.get(fact.item_id)
        if span is None or "late" in span.detail:
            return span, None
        span.detail |= details(late=fact.outcome, code=fact.code)
        self._spans.changed(span)
        return span, fact.at - self._started_at.get(fact.item_id, fact.at)

    def forgotten(self, fact: TranscriptionForgotten) -> None:
        """Its outcome will not be known."""
        span = self._open.take(fact.item_id)
        if span is not None:
            self._spans.end(span, fact.at, "forgotten")

    def said(self, fact: ContentSeen) -> None:
        """What the result is; told before the outcome."""
        span = self._open.get(fact.item_id or "") or self._settled.get(fact.item_id or "")
        if span is not None:
            add_text(span.detail, fact.text)
            self._spans.changed(span)
