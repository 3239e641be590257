"""`execute_tool {name}`: one span for each call, from its arguments to its outcome."""

from msgspec import Struct

from ...facts import SpanIds, ToolCalled, ToolFinished
from ...session.bounded import Bounded
from ..identifiers import shown
from . import semconv as s
from .attributes import Attributes
from .turns import Turn
from .writer import SpanWriter

OPERATION = "execute_tool"

_TYPES = {"function": "function", "mcp": "extension"}
"""In the words of the conventions: who executes it, the client or the side of the agent."""


class Call(Struct):
    """A call that has no outcome yet."""

    at: float
    arguments: str | None = None
    result: str | None = None
    """Both with content only."""


class Tools:
    """The open calls of one connection, by id."""

    def __init__(self, writer: SpanWriter) -> None:
        self._writer = writer
        self._calls: Bounded[str, Call] = Bounded()

    def called(self, fact: ToolCalled) -> None:
        """The arguments are complete."""
        self._calls.put(fact.call_id, Call(fact.at))

    def arguments(self, call_id: str | None, text: str) -> None:
        """What it is called with, clear of credentials."""
        call = self._calls.get(call_id or "")
        if call is not None:
            call.arguments = text

    def result(self, call_id: str | None, text: str) -> None:
        """What it gives, clear of credentials."""
        call = self._calls.get(call_id or "")
        if call is not None:
            call.result = text

    def finished(self, fact: ToolFinished, turn: Turn | None) -> SpanIds:
        """It has its outcome: write its span."""
        call = self._calls.pop(fact.call_id, None) or Call(fact.at)
        name = shown(fact.name) if fact.name else None
        content: Attributes = {}
        if call.arguments is not None:
            content[s.TOOL_ARGUMENTS] = content[s.INPUT_VALUE] = call.arguments
            content[s.INPUT_MIME_TYPE] = "application/json"
        if call.result is not None:
            content[s.TOOL_RESULT] = content[s.OUTPUT_VALUE] = call.result
        return self._writer.write(
            f"{OPERATION} {name}" if name else OPERATION,
            call.at,
            fact.at,
            {
                s.OPERATION: OPERATION,
                s.SPAN_KIND: "TOOL",
                s.CONVERSATION_ID: turn.conversation_id if turn is not None else None,
                s.TOOL_NAME: name,
                s.OI_TOOL_NAME: name,
                s.TOOL_CALL_ID: fact.call_id,
                s.TOOL_TYPE: _TYPES[fact.kind],
                s.TOOL_OUTCOME: fact.outcome,
            },
            parent=turn.context if turn is not None else None,
            error="failed" if fact.outcome == "failed" else None,
            exact=content,
        )
