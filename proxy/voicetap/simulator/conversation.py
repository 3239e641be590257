"""The items of a conversation, in order: added, retrieved, deleted, truncated."""

from copy import deepcopy
from dataclasses import dataclass

from .protocol import ApiError, Event, check_range

IMAGE_TOKENS = 765
"""As many as a square image of 1,024 pixels in high detail; the simulator looks at no image."""


@dataclass(frozen=True)
class Tokens:
    """What a model reads or writes, by modality."""

    text: int = 0
    audio: int = 0
    image: int = 0

    @property
    def total(self) -> int:
        """Of all modalities."""
        return self.text + self.audio + self.image

    def __add__(self, other: "Tokens") -> "Tokens":
        """By modality."""
        return Tokens(self.text + other.text, self.audio + other.audio, self.image + other.image)


@dataclass
class Item:
    """An item as the API shows it, and what the server knows besides."""

    body: Event
    audio_ms: int = 0
    """Of a user's item, what was said; of an answer, what was generated and is not cut off."""

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.body["id"])

    def shown(self) -> Event:
        """A copy for an event; what happens to the item later does not change it."""
        return deepcopy(self.body)

    def tokens(self) -> Tokens:
        """A second that was heard counts 10 tokens, one that was generated 20; a word counts one, an image 765."""
        parts = self.body["content"] if self.body["type"] == "message" else ()
        written = [part.get("text") or part.get("transcript") or "" for part in parts]
        written += [self.body.get("arguments") or "", self.body.get("output") or ""]
        words = sum(len(text.split()) for text in written)
        if self.body.get("role") == "assistant":
            return Tokens(words, self.audio_ms // 50)
        images = [part for part in parts if part.get("type") == "input_image"]
        return Tokens(0 if self.audio_ms else words, self.audio_ms // 100, len(images) * IMAGE_TOKENS)


class Conversation:
    """The items of one session."""

    def __init__(self) -> None:
        self._items: list[Item] = []

    def add(self, item: Item, after: str | None = None) -> str | None:
        """Put it after the named item ("root": first; None: last); the id of the one before it, or None.

        Raises ApiError where an item has this id already, none has the one that it shall follow, or it answers a call
        that there was not.
        """
        if any(known.id == item.id for known in self._items):
            message = f"Error adding item: an item with id '{item.id}' already exists."
            raise ApiError("item_create_duplicate_item_id", message)
        at = len(self._items)
        if after == "root":
            at = 0
        elif after is not None:
            places = [place for place, known in enumerate(self._items) if known.id == after]
            if not places:
                message = f"Error adding item: the previous item with id '{after}' does not exist."
                raise ApiError("item_create_invalid_previous_item_id", message)
            at = places[0] + 1
        call_id = item.body.get("call_id")
        if item.body["type"] == "function_call_output" and call_id not in map(_called, self._items):
            raise ApiError("invalid_tool_call_id", f"Tool call ID '{call_id}' not found in conversation.")
        self._items.insert(at, item)
        return self._items[at - 1].id if at else None

    def retrieve(self, item_id: str) -> Item:
        """The item; raise ApiError where there is none."""
        return self._find(item_id, "retrieve", "retrieving")

    def delete(self, item_id: str) -> None:
        """Forget it; raise ApiError where there is none."""
        self._items.remove(self._find(item_id, "delete", "deleting"))

    def truncate(self, item_id: str, content_index: int, audio_end_ms: int) -> None:
        """Cut an answer off where the user stopped listening, with its transcript; raise ApiError where it cannot."""
        item = self._find(item_id, "truncate", "truncating")
        if item.body.get("role") != "assistant" or not item.audio_ms:
            message = "Only model output audio messages can be truncated"
            raise ApiError("unsupported_content_type", message, param="item_id")
        if content_index != 0:
            raise ApiError("invalid_value", f"Content index {content_index} does not exist.", param="content_index")
        check_range("audio_end_ms", audio_end_ms, 0, None)
        if audio_end_ms > item.audio_ms:
            message = f"Audio content of {item.audio_ms}ms is already shorter than {audio_end_ms}ms"
            raise ApiError("invalid_value", message, param="audio_end_ms")
        item.audio_ms = audio_end_ms
        for part in item.body["content"]:
            part.pop("transcript", None)

    def last_id(self) -> str | None:
        """The id of the last item."""
        return self._items[-1].id if self._items else None

    def ends_with(self, kind: str) -> bool:
        """Whether the last item is of this type."""
        return bool(self._items) and self._items[-1].body["type"] == kind

    def before(self, item_id: str) -> str | None:
        """The id of the item before this one, as `conversation.item.done` gives it of what the model put out.

        None where there is none, or it was deleted meanwhile; and, as in all recordings of api.openai.com, where it is
        the first of the conversation, although `conversation.item.added` named it.
        """
        ids = [item.id for item in self._items]
        at = ids.index(item_id) if item_id in ids else 0
        return ids[at - 1] if at > 1 else None

    def tokens(self) -> Tokens:
        """Of all items."""
        return sum((item.tokens() for item in self._items), Tokens())

    def _find(self, item_id: str, verb: str, gerund: str) -> Item:
        for item in reversed(self._items):
            if item.id == item_id:
                return item
        message = f"Error {gerund} item: the item with id '{item_id}' does not exist."
        raise ApiError(f"item_{verb}_invalid_item_id", message)


def _called(item: Item) -> str | None:
    """The id of the call that it is."""
    return item.body.get("call_id") if item.body["type"] == "function_call" else None
