"""The lane `tool`: from the arguments to the outcome."""

from ....facts import ContentSeen, ToolCalled, ToolFinished
from ..details import details, named, text
from ..items import Span
from ..spans import ById, Spans
from ..turns import Turns


class Tool:
    """Of one session."""

    __slots__ = ("_open", "_spans", "_turns")

    def __init__(self, spans: Spans, turns: Turns) -> None:
        self._spans = spans
        self._turns = turns
        self._open = ById()

    def called(self, fact: ToolCalled) -> None:
        """The arguments are complete."""
        self._turns.tool(fact.turn, fact.call_id, fact.at)
        self._begin(fact, fact.at)

    def finished(self, fact: ToolFinished) -> None:
        """It has its outcome."""
        self._turns.tool_over(fact.turn, fact.call_id, fact.at)
        span = self._open.take(fact.call_id)
        if span is None:
            span = self._begin(fact, fact.at - (fact.seconds or 0.0))
            self._open.take(fact.call_id)
        self._spans.end(span, fact.at, fact.outcome)

    def said(self, fact: ContentSeen) -> None:
        """What it is called with, or what it gives."""
        span = self._open.get(fact.call_id or "")
        if span is not None:
            span.detail["arguments" if fact.kind == "tool_arguments" else "output"] = text(fact.text)
            self._spans.changed(span)

    def _begin(self, fact: ToolCalled | ToolFinished, at: float) -> Span:
        about = details(call_id=fact.call_id, kind=fact.kind)
        span = self._spans.begin(
            "tool", at, named(fact.name, "tool"), about, fact.turn, self._turns.trace_id(fact.turn)
        )
        self._open.put(fact.call_id, span)
        return span
