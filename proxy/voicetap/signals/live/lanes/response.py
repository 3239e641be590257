"""The lane `response`: what the model was asked for, from the request to the end, out of band too."""

from ....facts import AudioBegan, ContentSeen, OutputBegan, ResponseFinished, ResponseStarted, UsageReported
from ..details import add_text, details, of_the_server
from ..items import UNKNOWN, Span
from ..spans import ById, Spans
from ..times import milliseconds
from ..turns import Turns


class Response:
    """Of one session."""

    __slots__ = ("_open", "_spans", "_turns")

    def __init__(self, spans: Spans, turns: Turns) -> None:
        self._spans = spans
        self._turns = turns
        self._open = ById()

    def started(self, fact: ResponseStarted) -> None:
        """The server has begun to make it."""
        began_at = fact.requested_at if fact.requested_at == fact.requested_at else fact.at
        self._turns.response(fact.turn, fact.response_id, began_at)
        span = self._open.get(fact.response_id)
        if span is None:
            span = self._begin(fact.response_id, began_at, fact.turn)
            self._spans.part(span, "wait", began_at, None)
        span.label, span.turn, span.trace_id = fact.trigger, fact.turn, self._turns.trace_id(fact.turn)
        span.detail |= details(commit_ms=milliseconds(fact.commit_seconds))
        self._spans.changed(span)

    def output_began(self, fact: OutputBegan) -> None:
        """The first piece of it has come."""
        span = self._open.get(fact.response_id) or self._begin(fact.response_id, fact.at, fact.turn)
        span.detail |= details(first_output_ms=milliseconds(fact.seconds))
        self._spans.part_over(span, fact.at)
        self._spans.changed(span)

    def audio_began(self, fact: AudioBegan) -> None:
        """The first audio of it has."""
        span = self._open.get(fact.response_id)
        if span is not None:
            span.detail |= details(first_audio_ms=milliseconds(fact.seconds), item_id=of_the_server(fact.item_id))
            self._spans.changed(span)

    def used(self, fact: UsageReported) -> None:
        """What it took; told just before it is over."""
        span = self._open.get(fact.response_id or "")
        if span is not None:
            span.detail |= details(
                input_tokens=fact.tokens.input,
                output_tokens=fact.tokens.output,
                cost_usd=fact.cost_usd,
            )
            self._spans.changed(span)

    def said(self, fact: ContentSeen) -> None:
        """What the model says in it."""
        span = self._open.get(fact.response_id or "")
        if span is not None:
            add_text(span.detail, fact.text)
            self._spans.changed(span)

    def finished(self, fact: ResponseFinished) -> None:
        """It is over."""
        self._turns.response_over(fact.turn, fact.response_id, fact.at)
        span = self._open.take(fact.response_id)
        if span is None:
            span = self._begin(fact.response_id, fact.at - (fact.seconds or 0.0), fact.turn)
            self._open.take(fact.response_id)
        span.detail |= details(reason=fact.reason)
        self._spans.end(span, fact.at, fact.status)

    def _begin(self, response_id: str | None, at: float, turn: int | None) -> Span:
        about = details(response_id=of_the_server(response_id))
        span = self._spans.begin("response", at, UNKNOWN, about, turn, self._turns.trace_id(turn))
        if response_id is not None:
            self._open.put(response_id, span)
        return span
