"""What a recorded server's messages are about, and so which of them need not wait for a client's event."""

from collections.abc import Sequence
from typing import Any

from .protocol import Event, Output, Send
from .recorded import Awaited, Part, Said

_CUTS = frozenset(("response.cancel", "output_audio_buffer.clear", "input_audio_buffer.clear"))
"""What ends an answer: its end waits for these."""
_TRANSCRIBED = "conversation.item.input_audio_transcription."
_COMMITTED = "input_audio_buffer.committed"
_ADDED = ("conversation.item.added", "conversation.item.created")


class Subjects:
    """Of one playback: which answers and which utterances have begun, and before which of the client's events."""

    def __init__(self) -> None:
        self._begun: dict[str, int] = {}
        """Responses, and items that were committed -> the so many-th awaited event that they came after."""
        self._makers: dict[str, str] = {}
        """Items -> the response that makes them."""
        self._items: set[str] = set()
        """Those that are there, or somebody has asked after."""
        self._asked: dict[int, int] = {}
        """Number of an awaited event -> the so many-th it is."""

    def ask(self, awaited: Awaited) -> None:
        """The playback has come to a client's event."""
        self._asked[awaited.number] = len(self._asked) + 1

    def say(self, event: Event) -> None:
        """The server says this now."""
        response, item = event.get("response"), event.get("item")
        if event.get("type") == "response.created" and isinstance(response, dict):
            self._begin(response.get("id"))
        elif event.get("type") == _COMMITTED:
            self._begin(event.get("item_id"))
        if isinstance(item, dict) and isinstance(item.get("id"), str):
            self._items.add(item["id"])
            if isinstance(event.get("response_id"), str):
                self._makers[item["id"]] = event["response_id"]

    def goes_on_without(self, output: Output, awaited: Awaited) -> bool:
        """Whether the message is of something that had begun before the client's event, and is not ended by it."""
        if not isinstance(output, Send) or awaited.type in _CUTS:
            return False
        begun = self._begun.get(self._subject(output.event) or "")
        return begun is not None and begun < self._asked[awaited.number]

    def claim(self, item_id: str) -> None:
        """The recorded client had chosen this id for an item."""
        self._items.add(item_id)

    def added_for(self, item: Event, parts: Sequence[Part], place: int) -> str | None:
        """The id that the recorded server gave to this item of the client's; None where none is found."""
        for part in parts[place:]:
            event: Event = part.output.event if isinstance(part, Said) and isinstance(part.output, Send) else {}
            added = event.get("item")
            if event.get("type") in _ADDED and isinstance(added, dict) and added.get("id") not in self._items:
                same = all(added.get(name) == item.get(name) for name in ("type", "role"))
                if not same or not isinstance(added.get("id"), str):
                    return None
                self._items.add(added["id"])
                return str(added["id"])
        return None

    def _begin(self, id: Any) -> None:
        if isinstance(id, str):
            self._begun.setdefault(id, len(self._asked))

    def _subject(self, event: Event) -> str | None:
        """The response that it is of, or the utterance that is transcribed."""
        type, response, item = str(event.get("type")), event.get("response"), event.get("item")
        if isinstance(response, dict):
            return _text(response.get("id"))
        if (found := _text(event.get("response_id"))) is not None:
            return found
        item_id = _text(event.get("item_id")) or (_text(item.get("id")) if isinstance(item, dict) else None)
        if type.startswith(_TRANSCRIBED):
            return item_id
        # What becomes of an item of an answer is the answer's, unless the client did it.
        return self._makers.get(item_id or "") if type == "conversation.item.done" or type in _ADDED else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
