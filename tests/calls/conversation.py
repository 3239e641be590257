"""The server's list of items, and the names of everything it makes."""

from collections import Counter
from typing import Any

from calls.sound import Private

Item = dict[str, Any]


class Conversation:
    """Items in their order."""

    id = "conv_0001"

    def __init__(self) -> None:
        self.last_item: str | None = None
        self._named: Counter[str] = Counter()

    def name(self, kind: str) -> str:
        """A new id: `item_0001`."""
        self._named[kind] += 1
        return f"{kind}_{self._named[kind]:04}"

    def add(self, item_id: str) -> str | None:
        """Append an item; the one before it is returned."""
        previous, self.last_item = self.last_item, item_id
        return previous


def message(item_id: str, role: str, content: list[dict[str, Any]], status: str = "completed") -> Item:
    """A message item."""
    return {"id": item_id, "type": "message", "status": status, "role": role, "content": content}


def function_call(item_id: str, name: str, call_id: str, arguments: str, status: str) -> Item:
    """A function call item."""
    kind = {"type": "function_call", "status": status, "name": name}
    return {"id": item_id, **kind, "call_id": call_id, "arguments": Private(arguments)}
