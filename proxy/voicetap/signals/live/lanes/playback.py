"""The lane `playback`: what the user gets to hear, as estimated, in one loudspeaker.

An answer is heard from its first audio on, or when the one before it has ended, and until it is cut off or has come to
its end. Of one that a truncation cut off, what would have followed stands behind it as `unheard`.
"""

from msgspec import Struct

from ....facts import (
    AnswerEnded,
    AnswerGenerated,
    AnswerSpoken,
    AudioBegan,
    ContentSeen,
    Interrupted,
    PlaybackUnderran,
    TruncationMeasured,
)
from ....session.bounded import Bounded
from ..details import add_text, details, of_the_server
from ..items import Part, Scalar, Span
from ..spans import Spans
from ..times import milliseconds
from ..turns import Turns

ANSWERS = 100
"""That are remembered; one may be cut when it is over."""


class Answer(Struct):
    """A response that is, was, or will be heard."""

    turn: int | None
    sounded_at: float
    detail: dict[str, Scalar]
    span: Span | None = None
    """None: another one is still heard."""


class Playback:
    """Of one session."""

    __slots__ = ("_answers", "_cut", "_queue", "_responses", "_spans", "_turns")

    def __init__(self, spans: Spans, turns: Turns) -> None:
        self._spans = spans
        self._turns = turns
        self._answers: Bounded[str, Answer] = Bounded(ANSWERS)
        """By response."""
        self._queue: Bounded[str, Answer] = Bounded(ANSWERS)
        """Those that are not over, in order; the first is heard."""
        self._cut: Bounded[str, None] = Bounded(ANSWERS)
        """Responses of which no more is heard."""
        self._responses: Bounded[str, str] = Bounded(ANSWERS)
        """By item."""

    def turn_of(self, item_id: str | None) -> int | None:
        """Of an item that was heard."""
        answer = self._of_item(item_id)
        return None if answer is None else answer.turn

    def audio_began(self, fact: AudioBegan) -> None:
        """The first audio of an answer has come."""
        if fact.item_id is not None:
            self._responses.put(fact.item_id, fact.response_id)
        self._sounds(fact.response_id, fact.turn, fact.at, fact.item_id)

    def spoken(self, fact: AnswerSpoken, turn: int | None) -> None:
        """A further item of it; or, with no item, the server has begun to play it. `turn`: that of the response."""
        if fact.response_id is None:
            return
        if fact.item_id is not None:
            self._responses.put(fact.item_id, fact.response_id)
        else:
            self._sounds(fact.response_id, turn, fact.at, None)

    def generated(self, fact: AnswerGenerated) -> int | None:
        """All audio of an item was received: of which turn?"""
        answer = self._answers.get(fact.response_id or "")
        if answer is None:
            return None
        before = answer.detail.get("generated_ms", 0.0)
        more = milliseconds(fact.seconds) or 0.0
        answer.detail["generated_ms"] = round(before + more, 1) if isinstance(before, float) else more
        self._changed(answer)
        return answer.turn

    def underran(self, fact: PlaybackUnderran) -> None:
        """There was no audio."""
        answer = self._answers.get(fact.response_id)
        if answer is not None and answer.span is not None:
            count = answer.detail.get("underruns", 0)
            answer.detail["underruns"] = count + 1 if isinstance(count, int) else 1
            self._spans.part(answer.span, "underrun", fact.at - fact.seconds, fact.at)
            self._changed(answer)

    def interrupted(self, fact: Interrupted) -> None:
        """It is cut off."""
        self._cut.put(fact.response_id, None)
        self._over(fact.response_id, fact.at, "cut")

    def ended(self, fact: AnswerEnded) -> None:
        """It has been heard as far as it will be."""
        self._over(fact.response_id, fact.ended_at, "ended")

    def measured(self, fact: TruncationMeasured) -> None:
        """So much of it went unheard; cut off again, nearer to its beginning, more."""
        answer = self._of_item(fact.item_id)
        if answer is None:
            return
        answer.detail |= details(heard_ms=fact.audio_end_ms, unheard_ms=fact.unheard_ms)
        span = answer.span
        if span is not None:
            span.parts = tuple(part for part in span.parts if part.kind != "unheard")
            if span.end_ms is not None and fact.unheard_ms:
                unheard = Part(span.end_ms, round(span.end_ms + fact.unheard_ms, 1), "unheard")
                span.parts = (*span.parts, unheard)
        self._changed(answer)

    def said(self, fact: ContentSeen) -> None:
        """What it says."""
        answer = self._answers.get(fact.response_id or "")
        if answer is not None:
            add_text(answer.detail, fact.text)
            self._changed(answer)

    def close(self) -> None:
        """What waits behind another will not be heard."""
        self._queue.clear()

    def _sounds(self, response_id: str, turn: int | None, at: float, item_id: str | None) -> None:
        if response_id in self._answers or response_id in self._cut:
            return
        about = details(response_id=of_the_server(response_id), item_id=of_the_server(item_id))
        answer = Answer(turn, at, about)
        if not self._queue:
            self._begin(answer, at)
        self._answers.put(response_id, answer)
        self._queue.put(response_id, answer)

    def _over(self, response_id: str, at: float, outcome: str) -> None:
        answer = self._queue.pop(response_id, None)
        if answer is None:
            return
        span = answer.span or self._begin(answer, at)
        self._spans.end(span, at, outcome)
        following = next(iter(self._queue.values()), None)
        if following is not None and following.span is None:
            self._begin(following, at if at > following.sounded_at else following.sounded_at)

    def _begin(self, answer: Answer, at: float) -> Span:
        trace_id = self._turns.trace_id(answer.turn)
        answer.span = self._spans.begin("playback", at, "answer", answer.detail, answer.turn, trace_id)
        return answer.span

    def _of_item(self, item_id: str | None) -> Answer | None:
        return self._answers.get(self._responses.get(item_id or "", ""))

    def _changed(self, answer: Answer) -> None:
        if answer.span is not None:
            self._spans.changed(answer.span)
