"""What the server does about truncates: shorten the item, or refuse; and shortening that nobody asked for."""

from typing import TYPE_CHECKING

from calls.history import Answer, Truncation
from calls.wire import Event

if TYPE_CHECKING:
    from calls.server import Server


class Shortening:
    """Knows what every item has, not what was heard of it."""

    def __init__(self, server: "Server") -> None:
        self._server = server

    def asked(self, event: Event) -> None:
        """The client's `conversation.item.truncate`."""
        server = self._server
        if not server.settings.acknowledges:
            return
        truncation = server.call.client.truncations[event["item_id"]]

        def told(now: float) -> None:
            truncation.outcome, truncation.settled_at = "rejected", now

        if truncation.answer is None:
            text = f"Item with item_id '{truncation.item_id}' not found."
            server.refuse("item_truncate_invalid_item_id", text, event, told)
        elif truncation.told_ms > truncation.answer.generated_ms:
            has = int(truncation.answer.generated_ms)
            text = f"Audio content of {has}ms is already shorter than {truncation.told_ms}ms"
            server.refuse(server.settings.rejection_code, text, event, told)
        else:
            self._shorten(truncation)

    def unasked(self, answer: Answer, heard_ms: int, initiator: str) -> None:
        """By the server's own will; `initiator` is what an observer can know of that."""
        assert answer.item_id is not None
        self._shorten(Truncation(answer, answer.item_id, heard_ms, initiator))

    def _shorten(self, truncation: Truncation) -> None:
        history = self._server.call.history

        def told(now: float) -> None:
            truncation.outcome, truncation.settled_at = "acknowledged", now
            if truncation not in history.truncations:
                history.truncations.append(truncation)

        fields = {"item_id": truncation.item_id, "content_index": 0, "audio_end_ms": truncation.told_ms}
        self._server.send("conversation.item.truncated", then=told, **fields)
