"""What people and models said and wrote, each piece told once; only in sessions that were asked for it.

What belongs to a response or a call is told while that is open. What a recording left out tells nothing.
"""

from collections import deque
from collections.abc import Iterable

from msgspec import Struct

from ..facts import ContentKind, ContentSeen, Fact, ToolCalled, ToolFinished
from ..realtime import client, server
from ..realtime.objects import ItemObject, text_of
from .bounded import Bounded
from .responses import Responses
from .settings import Settings

LONGEST = 64 * 1024
"""Characters that are told of a piece."""

WAITING = 16
"""Messages of the user that wait for an answer; what has waited longest is told when there are more."""

ECHOES = 100
"""Messages that the client has written, and the server has not added yet."""

PARTS = 100
"""Parts of an answer that are looked at; the API makes one."""


class _Message(Struct, frozen=True):
    item_id: str | None
    text: str


class Contents:
    """What was told already, by its ids, and what the user has written that may still turn out to be history.

    Clients bring the past of a conversation along, message by message. What the model said then, and the functions that
    it called, are not told; nor is what the user wrote before them. So what the user writes is told when a response, or
    speech, takes it up, as it goes into a turn (session.turns).
    """

    __slots__ = ("_calls", "_echoes", "_instructions", "_responses", "_settings", "_told", "_waiting")

    def __init__(self, settings: Settings, responses: Responses) -> None:
        self._settings = settings
        self._responses = responses
        self._told: Bounded[tuple[object, ...], None] = Bounded()
        """Kind, ids and, of answers, the hash of each piece; and the ids of the answers that pieces were told of."""
        self._calls: Bounded[str, None] = Bounded()
        """Ids of those whose output is awaited."""
        self._waiting: list[_Message] = []
        self._echoes: deque[int] = deque(maxlen=ECHOES)
        """Hashes of texts without an id, by which the server's word of them is known."""
        self._instructions: int | None = None
        """The hash of what was told last."""

    def described(self, event: server.SessionDescribed, at: float) -> Iterable[Fact]:
        """The server says what the session is: its instructions, if they are others than before."""
        text = text_of(event.session.instructions) if event.session is not None else ""
        if not text or hash(text) == self._instructions:
            return ()
        self._instructions = hash(text)
        return (_seen(at, "instructions", text),)

    # What the user says and writes.

    def transcribed(self, event: server.TranscriptionCompleted, at: float) -> Iterable[Fact]:
        """Speech of the user was transcribed; of a text that grows only the last counts (xAI)."""
        text = event.transcript
        if event.status not in (None, "completed") or not isinstance(text, str) or not text:
            return ()
        return self._once(at, "user_transcript", text, item_id=event.item_id)

    def created(self, event: client.ItemCreate, at: float) -> Iterable[Fact]:
        """The client puts something into the conversation: words of the user, the output of a function, the past."""
        item = event.item
        if item is None:
            return ()
        if item.type == "function_call_output":
            return self._output(item, at)
        if item.type == "function_call" or (item.role == "assistant" and _is_message(item)):
            self._waiting.clear()
        elif item.role == "user" and _is_message(item):
            return self._wrote(item, at)
        return ()

    def asked(self, event: client.ResponseCreate, at: float) -> Iterable[Fact]:
        """The client asks for a response; one out of band answers nothing of the conversation."""
        out_of_band = event.response is not None and event.response.conversation == "none"
        return () if out_of_band else self._taken_up(at)

    def committed(self, event: server.InputCommitted, at: float) -> Iterable[Fact]:
        """The user has spoken, after what was written."""
        return self._taken_up(at)

    def begun(self, event: server.ResponseCreated, at: float) -> Iterable[Fact]:
        """The server answers, and was not asked to."""
        return () if self._responses.awaited else self._taken_up(at)

    def added(self, event: server.ItemAdded | server.ItemDone, at: float) -> Iterable[Fact]:
        """The conversation has a further item. Where other connections act too, it may be what the user has written."""
        item = event.item
        if not self._settings.sideband or item is None or item.id is None or item.role != "user":
            return ()
        text = _written(item) if _is_message(item) else ""
        if hash(text) in self._echoes:
            self._echoes.remove(hash(text))
            self._first("user_text", item.id)
            return ()
        return self._once(at, "user_text", text, item_id=item.id)

    def close(self, at: float) -> Iterable[Fact]:
        """The connection has ended."""
        return self._taken_up(at)

    # What the model says, and the functions that it calls.

    def spoken(self, event: server.OutputTranscriptDone, at: float) -> Iterable[Fact]:
        """A part of an answer was said."""
        return self._part(at, "assistant_transcript", text_of(event.transcript), event.response_id, event.item_id)

    def written(self, event: server.OutputTextDone, at: float) -> Iterable[Fact]:
        """A part of an answer was written."""
        return self._part(at, "assistant_text", text_of(event.text), event.response_id, event.item_id)

    def arguments_done(self, event: server.ArgumentsDone, at: float) -> Iterable[Fact]:
        """A function can be called."""
        text, call_id = text_of(event.arguments), event.call_id or event.item_id
        return self._arguments(at, text, event.response_id, event.item_id, call_id)

    def mcp_arguments_done(self, event: server.McpArgumentsDone, at: float) -> Iterable[Fact]:
        """The server calls a tool."""
        return self._arguments(at, text_of(event.arguments), event.response_id, event.item_id, event.item_id)

    def item_done(self, event: server.OutputItemDone, at: float) -> Iterable[Fact]:
        """A response has made an item; some servers say only here what is in it."""
        return self._made(event.item, event.response_id, at)

    def response_done(self, event: server.ResponseDone, at: float) -> Iterable[Fact]:
        """Or only here."""
        made = event.response
        if made is not None:
            for item in made.output or ():
                yield from self._made(item, made.id, at)

    def called(self, fact: ToolCalled, at: float) -> Iterable[Fact]:
        """The output of a function is awaited."""
        self._calls.put(fact.call_id, None)
        return ()

    def returned(self, fact: ToolFinished, at: float) -> Iterable[Fact]:
        """It has come, or is of no use any more; nor are the arguments."""
        self._calls.pop(fact.call_id, None)
        self._first("tool_arguments", fact.call_id)
        return ()

    def _wrote(self, item: ItemObject, at: float) -> Iterable[Fact]:
        text = _written(item)
        if not text or (item.id is not None and not self._first("user_text", item.id)):
            return
        if item.id is None:
            self._echoes.append(hash(text))
        self._waiting.append(_Message(item.id, text[:LONGEST]))
        if len(self._waiting) > WAITING:
            oldest = self._waiting.pop(0)
            yield _seen(at, "user_text", oldest.text, item_id=oldest.item_id)

    def _taken_up(self, at: float) -> Iterable[Fact]:
        waiting, self._waiting = self._waiting, []
        return [_seen(at, "user_text", message.text, item_id=message.item_id) for message in waiting]

    def _output(self, item: ItemObject, at: float) -> Iterable[Fact]:
        text = text_of(item.output)
        if not text or item.call_id not in self._calls:
            return ()
        return (_seen(at, "tool_output", text, item_id=item.id, call_id=item.call_id),)

    def _made(self, item: ItemObject | None, response_id: str | None, at: float) -> Iterable[Fact]:
        if item is None:
            return
        if item.type == "function_call" and item.status in (None, "completed"):
            text, call_id = text_of(item.arguments), item.call_id or item.id
            yield from self._arguments(at, text, response_id, item.id, call_id)
        elif _is_message(item) and ("answer", self._named(response_id), item.id) not in self._told:
            for part in item.parts()[:PARTS]:
                yield from self._part(at, "assistant_text", text_of(part.text), response_id, item.id)
                yield from self._part(at, "assistant_transcript", text_of(part.transcript), response_id, item.id)

    def _part(
        self, at: float, kind: ContentKind, text: str, response_id: str | None, item_id: str | None
    ) -> Iterable[Fact]:
        response = self._responses.get(response_id)
        if not text or (response is not None and response.state == "done"):
            return ()
        response_id = self._named(response_id)
        if not self._first(kind, response_id, item_id, hash(text)):
            return ()
        self._first("answer", response_id, item_id)
        return (_seen(at, kind, text, item_id=item_id, response_id=response_id),)

    def _arguments(
        self, at: float, text: str, response_id: str | None, item_id: str | None, call_id: str | None
    ) -> Iterable[Fact]:
        if not text or call_id is None or not self._first("tool_arguments", call_id):
            return ()
        response_id = self._named(response_id)
        return (_seen(at, "tool_arguments", text, item_id=item_id, response_id=response_id, call_id=call_id),)

    def _named(self, response_id: str | None) -> str | None:
        """The id by which other facts call the response."""
        response = self._responses.get(response_id)
        return response.id if response is not None else response_id

    def _once(self, at: float, kind: ContentKind, text: str, *, item_id: str | None) -> Iterable[Fact]:
        if not text or (item_id is not None and not self._first(kind, item_id)):
            return ()
        return (_seen(at, kind, text, item_id=item_id),)

    def _first(self, *names: object) -> bool:
        """Whether it is the first of these names, which are then remembered."""
        if names in self._told:
            return False
        self._told.put(names, None)
        return True


def _is_message(item: ItemObject) -> bool:
    return item.type in ("message", None)


def _written(item: ItemObject) -> str:
    """The text of a message, its parts in lines of their own."""
    return "\n".join(text for part in item.parts() if (text := text_of(part.text)))


def _seen(
    at: float,
    kind: ContentKind,
    text: str,
    *,
    item_id: str | None = None,
    response_id: str | None = None,
    call_id: str | None = None,
) -> Fact:
    return ContentSeen(at, kind, text[:LONGEST], item_id, response_id, call_id)
