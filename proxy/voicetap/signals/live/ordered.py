"""Items by number, and by when they last changed."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from .room import Room


class Revised(Protocol):
    """Something that knows the revision of its last change."""

    revision: int


T = TypeVar("T", bound=Revised)


class Ordered(Generic[T]):
    """The latest of one kind. They are numbered as they come, and the lowest number goes first."""

    __slots__ = ("_items", "_limit", "_room", "_stamp", "dropped")

    def __init__(self, stamp: Callable[[], int], limit: int, room: Room) -> None:
        """`stamp` gives the next revision."""
        self._stamp = stamp
        self._limit = limit
        self._room = room
        self._items: OrderedDict[int, T] = OrderedDict()
        """By number, in the order of their last change."""
        self.dropped = 0
        """Numbers up to this one are gone."""

    def __len__(self) -> int:
        return len(self._items)

    def get(self, number: int) -> T | None:
        """The one with this number, if it is here."""
        return self._items.get(number)

    def put(self, number: int, item: T) -> None:
        """Add one; not if its number is below those that are gone."""
        if number <= self.dropped:
            return
        item.revision = self._stamp()
        if number in self._items:
            self._items[number] = item
            self._items.move_to_end(number)
            return
        self._items[number] = item
        most = self._limit if self._room.take() else self._room.share(self._limit) + 1
        if len(self._items) > most:
            self._drop()
            # One more than has come: so it comes down to its share.
            if len(self._items) > most:
                self._drop()

    def changed(self, number: int) -> None:
        """It has; one that is gone may."""
        item = self._items.get(number)
        if item is not None:
            item.revision = self._stamp()
            self._items.move_to_end(number)

    def _drop(self) -> None:
        # The next number, if none was left out.
        lowest = self.dropped + 1
        self.dropped = lowest if lowest in self._items else min(self._items)
        del self._items[self.dropped]
        self._room.give_back()

    def since(self, revision: int) -> list[T]:
        """Those that have changed after it, by number."""
        found: list[int] = []
        for number, item in reversed(self._items.items()):
            if item.revision <= revision:
                break
            found.append(number)
        found.sort()
        return [self._items[number] for number in found]
