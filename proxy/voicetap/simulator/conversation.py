"""The items of a conversation, in order: added, retrieved, deleted, truncated."""

from copy import deepcopy
from dataclasses import dataclass

from .identity import Ids
from .protocol import ApiError, Event, optional, required

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


def item_body(given: Event, ids: Ids) -> Event:
    """The item of a `conversation.item.create`, with what the client may leave out; raise ApiError."""
    body = {"id": optional(given, "id", str) or ids.new("item"), "type": required(given, "type", str)}
    if body["type"] == "message":
        required(given, "role", str)
        for part in required(given, "content", list):
            if not isinstance(part, dict):
                raise ApiError("invalid_type", "Invalid type for 'content': expected objects.", param="content")
            optional(part, "text", str)
            optional(part, "transcript", str)
            if part.get("type") == "input_image" and not required(part, "image_url", str).startswith("data:image/"):
                message = "Invalid 'image_url': expected a data URI of a PNG or JPEG image."
                raise ApiError("invalid_value", message, param="item.content.image_url")
        body["status"] = "completed"
    for name in ("arguments", "output"):
        optional(given, name, str)
    return {**body, **given, "id": body["id"]}


class Conversation:
    """The items of one session."""

    def __init__(self) -> None:
        self._items: list[Item] = []

    def add(self, item: Item, after: str | None = None) -> str | None:
        """Put it after the named item ("root": first; None: last); the id of the one before it, or None.

        Raises ApiError where an item has this id already, or none has the one that it shall follow.
        """
        if any(known.id == item.id for known in self._items):
            raise ApiError("item_create_duplicate_item_id", f"Error adding item: the item '{item.id}' already exists.")
        at = len(self._items)
        if after == "root":
            at = 0
        elif after is not None:
            at = self._items.index(self._find(after, "create", "adding")) + 1
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
        if audio_end_ms > item.audio_ms:
            message = f"Audio content of {item.audio_ms}ms is already shorter than {audio_end_ms}ms"
            raise ApiError("invalid_value", message, param="audio_end_ms")
        if audio_end_ms < 0:
            message = "Invalid 'audio_end_ms': integer below minimum value. Expected a value >= 0."
            raise ApiError("integer_below_min_value", message, param="audio_end_ms")
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
        """The id of the item before this one; None where there is none, or it was deleted meanwhile."""
        ids = [item.id for item in self._items]
        at = ids.index(item_id) if item_id in ids else 0
        return ids[at - 1] if at else None

    def tokens(self) -> Tokens:
        """Of all items."""
        return sum((item.tokens() for item in self._items), Tokens())

    def _find(self, item_id: str, verb: str, gerund: str) -> Item:
        for item in reversed(self._items):
            if item.id == item_id:
                return item
        message = f"Error {gerund} item: the item with id '{item_id}' does not exist."
        raise ApiError(f"item_{verb}_invalid_item_id", message)
