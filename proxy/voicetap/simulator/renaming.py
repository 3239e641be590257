"""Ids and metadata that a client chooses: what the recorded client chose -> what the one of now did.

A recorded server has repeated the ones; the client of now expects the others.
"""

from typing import Any

from .protocol import Event

IDS = frozenset(("id", "item_id", "event_id", "call_id", "previous_item_id", "response_id"))
"""Keys under which ids stand."""


class Renaming:
    """Of one connection."""

    def __init__(self) -> None:
        self._ids: dict[str, str | None] = {}
        self._metadata: list[tuple[Any, Any]] = []
        self._servers: set[str] = set()
        """Ids that the server was the first to name; a client repeats them."""

    def learn(self, recorded: Event, now: Event) -> None:
        """A client's event came, which stands for one of the recorded client."""
        for name, before in recorded.items():
            after = now.get(name)
            if name in IDS and isinstance(before, str) and before not in self._servers:
                # What the client of now leaves out, the server has nothing to repeat of.
                if after is None and name == "event_id":
                    self._ids[before] = None
                elif isinstance(after, str):
                    self._ids[before] = after
            elif name == "metadata":
                self._metadata.append((before, after))
            elif isinstance(before, dict) and isinstance(after, dict):
                self.learn(before, after)

    def choose(self, recorded: str, now: str) -> None:
        """The recorded client left it to the server to choose an id; the one of now has chosen."""
        self._ids[recorded] = now

    def renamed(self, event: Event) -> Event:
        """An event of the recorded server, as the client of now expects it."""
        renamed: Event = self._rename(event, "")
        return renamed

    def _rename(self, value: Any, key: str) -> Any:
        if key == "metadata":
            return next((after for before, after in self._metadata if before == value), value)
        if isinstance(value, dict):
            return {name: self._rename(member, name) for name, member in value.items()}
        if isinstance(value, list):
            return [self._rename(member, key) for member in value]
        if not isinstance(value, str):
            return value
        if key in IDS:
            if value not in self._ids:
                self._servers.add(value)
            return self._ids.get(value, value)
        if key == "message":
            for before, after in self._ids.items():
                if after is not None:
                    value = value.replace(before, after)
        return value
