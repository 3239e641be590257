"""The items of the conversation, each told once."""

from collections.abc import Iterable

from ..facts import Fact, ItemEntered, NounForgotten
from ..realtime import server
from ..realtime.event import Event
from ..realtime.objects import ItemObject
from .bounded import Bounded
from .settings import Settings
from .transitions import ITEM


class Items:
    """Their states by id. GA announces an item and finishes it, the beta creates it at once: it is the same item."""

    __slots__ = ("_settings", "_states")

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._states: Bounded[str, str] = Bounded()

    def added(self, event: server.ItemAdded, at: float) -> Iterable[Fact]:
        """The conversation has a further item."""
        return self._entered(event.item, "added", event, at)

    def done(self, event: server.ItemDone, at: float) -> Iterable[Fact]:
        """An item is complete."""
        return self._entered(event.item, "done", event, at)

    def truncated(self, event: server.ItemTruncated, at: float) -> Iterable[Fact]:
        """An item was cut off."""
        return self._move(event.item_id, "truncated", event, at)

    def deleted(self, event: server.ItemDeleted, at: float) -> Iterable[Fact]:
        """An item has left the conversation."""
        return self._move(event.item_id, "deleted", event, at)

    def _entered(self, item: ItemObject | None, move: str, event: Event, at: float) -> Iterable[Fact]:
        if item is None or item.id is None:
            return
        new = item.id not in self._states
        yield from self._move(item.id, move, event, at)
        if new:
            yield ItemEntered(at, item.id, item.role, item.type)

    def _move(self, item_id: str | None, move: str, event: Event, at: float) -> Iterable[Fact]:
        if item_id is None:
            return
        state = self._states.get(item_id, ITEM.first)
        after = ITEM.after(state, move)
        if after is not None:
            if self._states.put(item_id, after):
                yield NounForgotten(at, "item")
        elif not self._settings.sideband:
            yield ITEM.surprise(at, event.type, state, move)
