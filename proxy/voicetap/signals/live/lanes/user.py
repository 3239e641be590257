"""The lane `user`: what was said, and what was written.

Speech begins and stops by the word of the server; in push-to-talk it is known only when it is committed. It belongs to
the turn that it opens, and so does what was said before that and has opened none.
"""

from msgspec import Struct

from ....facts import ContentSeen, SpeechCommitted, SpeechStarted, SpeechStopped, TurnOpened
from ....session.bounded import Bounded
from ..details import add_text, details, of_the_server
from ..items import Scalar, Span
from ..spans import ById, Spans
from ..times import milliseconds
from ..turns import Turns

UNCLAIMED = 16
"""Utterances that no turn has been opened by."""

TYPED = 16
"""Messages that wait for their turn; the session tells no more."""

COMMITTED = "committed"


class Utterance(Struct, frozen=True):
    """Speech that no turn has been opened by."""

    span: Span
    started_at: float


class User:
    """Of one session."""

    __slots__ = ("_items", "_spans", "_speaking", "_turns", "_typed", "_unclaimed", "_unheard")

    def __init__(self, spans: Spans, turns: Turns) -> None:
        self._spans = spans
        self._turns = turns
        self._speaking: Span | None = None
        self._items = ById(100)
        """By the item that the speech is, or will be."""
        self._unclaimed: Bounded[int, Utterance] = Bounded(UNCLAIMED)
        """By number of the span."""
        self._unheard: str | None = None
        """The item that was committed last, if the server has not heard it begin."""
        self._typed: list[str] = []
        """With content only: what was written, and no turn has taken up."""

    def started(self, fact: SpeechStarted) -> None:
        """The server hears the user."""
        self._stop(fact.at)
        self._speaking = self._begin(fact.at, fact.item_id)

    def stopped(self, fact: SpeechStopped) -> None:
        """The user has stopped, some time ago."""
        span = self._speaking or self._begin(fact.at, fact.item_id)
        self._speaking = None
        self._remember(fact.item_id, span)
        ended_at = fact.ended_at
        if ended_at is None or ended_at != ended_at:
            self._spans.end(span, fact.at)
            return
        wait_ms = milliseconds(fact.wait_seconds)
        span.detail |= details(wait_ms=wait_ms)
        self._spans.part(span, "silence", ended_at, fact.at)
        self._spans.end(span, ended_at)

    def committed(self, fact: SpeechCommitted) -> None:
        """It has become an item; where nobody heard the end, that is the end."""
        span = self._items.get(fact.item_id or "") or self._speaking
        if span is None:
            self._unheard = fact.item_id
            return
        if span is self._speaking:
            self._stop(fact.at)
        self._remember(fact.item_id, span)
        span.outcome = COMMITTED
        self._spans.changed(span)

    def opened(self, fact: TurnOpened) -> None:
        """A turn is."""
        if fact.opened_by == "speech":
            self._claim(fact)
        elif fact.opened_by == "text":
            detail: dict[str, Scalar] = {}
            self._take_typed(detail)
            self._put(fact, "text", detail)

    def said(self, fact: ContentSeen) -> None:
        """What it was."""
        if fact.kind == "user_text":
            if len(self._typed) < TYPED:
                self._typed.append(fact.text)
            return
        span = self._items.get(fact.item_id or "")
        if span is not None:
            add_text(span.detail, fact.text)
            self._spans.changed(span)

    def _claim(self, fact: TurnOpened) -> None:
        began_at, untimed = fact.began_at, fact.began_at != fact.began_at
        # Where times are unknown, it can only be the latest.
        opening = (one.span for one in reversed(self._unclaimed.values()) if untimed or one.started_at == began_at)
        span = next(opening, None)
        if span is None:
            detail: dict[str, Scalar] = {}
            self._take_typed(detail)
            self._remember(self._unheard, self._put(fact, "speech", detail | details(item_id=self._unheard)))
            self._unheard = None
            return
        if span is self._speaking:
            self._stop(fact.at)
        self._take_typed(span.detail)
        for number in [number for number in self._unclaimed if number <= span.id]:
            earlier = self._unclaimed.pop(number).span
            earlier.turn, earlier.trace_id = fact.turn, self._turns.trace_id(fact.turn)
            self._spans.changed(earlier)

    def _put(self, fact: TurnOpened, label: str, detail: dict[str, Scalar]) -> Span:
        """What is known only now."""
        began_at = fact.began_at if fact.began_at == fact.began_at else fact.at
        span = self._spans.begin("user", began_at, label, detail, fact.turn, self._turns.trace_id(fact.turn))
        self._spans.end(span, fact.at, COMMITTED)
        return span

    def _take_typed(self, detail: dict[str, Scalar]) -> None:
        for typed in self._typed:
            add_text(detail, typed)
        self._typed.clear()

    def _begin(self, at: float, item_id: str | None) -> Span:
        span = self._spans.begin("user", at, "speech", details(item_id=of_the_server(item_id)), None, None)
        self._unclaimed.put(span.id, Utterance(span, at))
        self._remember(item_id, span)
        return span

    def _remember(self, item_id: str | None, span: Span) -> None:
        if item_id is not None:
            self._items.put(item_id, span)

    def _stop(self, at: float) -> None:
        if self._speaking is not None:
            self._spans.end(self._speaking, at)
            self._speaking = None
