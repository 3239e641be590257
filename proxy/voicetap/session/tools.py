"""Calls of tools: by the client, which answers with the output of a function, or by the server itself (MCP)."""

from collections.abc import Iterable
from math import nan
from typing import Literal

from msgspec import Struct

from ..facts import Fact, NounForgotten, OutputBegan, ResponseFinished, ToolCalled, ToolFinished, ToolResumed
from ..realtime import client, server
from ..realtime.objects import ItemObject
from .bounded import LIMIT, Bounded
from .nouns import Response
from .responses import Responses
from .settings import Settings
from .times import elapsed
from .transitions import CALL

Kind = Literal["function", "mcp"]
Outcome = Literal["answered", "unanswered", "cancelled", "completed", "failed"]


class _Call(Struct, eq=False):
    id: str
    name: str | None
    kind: Kind
    response: Response | None
    at: float
    """When its arguments were complete."""
    answered_at: float = nan
    state: str = CALL.first

    @property
    def turn(self) -> int | None:
        return self.response.turn_number if self.response is not None else None


class Tools:
    """Every call once, by its id, however often it is announced: by its arguments, its item, its response."""

    __slots__ = ("_calls", "_names", "_responses", "_resuming", "_seeded", "_settings")

    def __init__(self, settings: Settings, responses: Responses) -> None:
        self._settings = settings
        self._responses = responses
        self._calls: Bounded[str, _Call] = Bounded()
        self._names: Bounded[str, str] = Bounded()
        """Of functions and tools, by item id: the end of the arguments does not have it in GA."""
        self._seeded: Bounded[str, None] = Bounded()
        """Calls of the past that the client has put into the conversation."""
        self._resuming: list[_Call] = []
        """Answered; the assistant has not gone on yet."""

    def item_begun(self, event: server.OutputItemAdded, at: float) -> Iterable[Fact]:
        """A response makes an item: the name of what is called stands there."""
        item = event.item
        if item is not None and item.id is not None and item.name is not None:
            self._names.put(item.id, item.name)
        return ()

    def arguments_done(self, event: server.ArgumentsDone, at: float) -> Iterable[Fact]:
        """A function can be called."""
        name = event.name or self._names.get(event.item_id or "")
        return self._called(event.call_id or event.item_id, name, "function", event.response_id, at)

    def item_done(self, event: server.OutputItemDone, at: float) -> Iterable[Fact]:
        """A response has made an item; servers that send no arguments say so only here."""
        return self._made(event.item, event.response_id, at)

    def response_done(self, event: server.ResponseDone, at: float) -> Iterable[Fact]:
        """Or only here."""
        made = event.response
        if made is not None:
            for item in made.output or ():
                yield from self._made(item, made.id, at)

    def mcp_arguments_done(self, event: server.McpArgumentsDone, at: float) -> Iterable[Fact]:
        """The server calls a tool."""
        return self._called(event.item_id, self._names.get(event.item_id or ""), "mcp", event.response_id, at)

    def mcp_completed(self, event: server.McpCallCompleted, at: float) -> Iterable[Fact]:
        """And has its result."""
        return self._finished_by("completed", event.item_id, event.type, at)

    def mcp_failed(self, event: server.McpCallFailed, at: float) -> Iterable[Fact]:
        """Or has none."""
        return self._finished_by("failed", event.item_id, event.type, at)

    def item_created(self, event: client.ItemCreate, at: float) -> Iterable[Fact]:
        """The client gives the output of a function, or tells of a call in the past."""
        item = event.item
        if item is None or item.call_id is None:
            return
        if item.type == "function_call":
            self._seeded.put(item.call_id, None)
        elif item.type == "function_call_output" and item.call_id not in self._seeded:
            yield from self._finished_by("output", item.call_id, event.type, at)

    def finished(self, fact: ResponseFinished, at: float) -> Iterable[Fact]:
        """The functions that a cancelled response has called are of no use any more."""
        if fact.status != "cancelled":
            return
        for call in list(self._calls.values()):
            of_it = call.response is not None and call.response.id == fact.response_id
            if of_it and call.kind == "function" and call.state == "called":
                yield self._finish(call, "cancelled", at)

    def output_began(self, fact: OutputBegan, at: float) -> Iterable[Fact]:
        """The assistant goes on."""
        response = self._responses.get(fact.response_id)
        if response is None or not response.in_band:
            return
        resuming, self._resuming = self._resuming, []
        for call in resuming:
            call.state = CALL.moved(call.state, "resumed")
            yield ToolResumed(at, call.id, call.turn, elapsed(call.answered_at, at))

    def close(self, at: float) -> Iterable[Fact]:
        """The connection has ended."""
        for call in self._calls.values():
            if call.state == "called":
                yield self._finish(call, "given_up", at)

    def server_blind(self) -> None:
        """What becomes of them will not be seen."""
        self._calls.clear()

    def outstanding(self, turn: int | None) -> bool:
        """Whether the client has an output to give in this turn."""
        return any(
            call.state == "called" and call.kind == "function" and call.turn == turn for call in self._calls.values()
        )

    def _made(self, item: ItemObject | None, response_id: str | None, at: float) -> Iterable[Fact]:
        if item is None or item.type != "function_call" or item.status not in (None, "completed"):
            return ()
        return self._called(item.call_id or item.id, item.name, "function", response_id, at)

    def _called(
        self, call_id: str | None, name: str | None, kind: Kind, response_id: str | None, at: float
    ) -> Iterable[Fact]:
        if call_id is None or call_id in self._calls:
            return
        if len(self._calls) >= LIMIT:
            oldest = next(iter(self._calls.values()))
            if oldest.state == "called":
                yield self._finish(oldest, "given_up", at)
        response = self._responses.get(response_id)
        call = _Call(call_id, name, kind, response, at)
        call.state = CALL.moved(call.state, "called")
        if self._calls.put(call_id, call):
            yield NounForgotten(at, "call")
        yield ToolCalled(at, call_id, name, kind, response.id if response is not None else None, call.turn)

    def _finished_by(self, move: str, call_id: str | None, type: str, at: float) -> Iterable[Fact]:
        """The result of a call, which may not be one that waits for it."""
        call = self._calls.get(call_id or "")
        state = CALL.first if call is None else call.state
        if call is None or CALL.after(state, move) is None:
            if not self._settings.sideband:
                yield CALL.surprise(at, type, state, move)
        elif state == "called":
            yield self._finish(call, move, at)
            if move == "output":
                call.answered_at = at
                self._resuming = [*self._resuming, call][-LIMIT:]

    def _finish(self, call: _Call, move: str, at: float) -> Fact:
        call.state = CALL.moved(call.state, move)
        outcome = _OUTCOMES[move]
        seconds = elapsed(call.at, at) if call.state == "answered" else None
        return ToolFinished(at, call.id, call.name, call.kind, call.turn, outcome, seconds)


_OUTCOMES: dict[str, Outcome] = {
    "output": "answered",
    "completed": "completed",
    "failed": "failed",
    "cancelled": "cancelled",
    "given_up": "unanswered",
}
