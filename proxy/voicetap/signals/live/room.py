"""Room for what all sessions keep together: long calls are whole while there are few of them."""

from collections.abc import Callable

SHARE = 10
"""When there is no room left, each session may still have one in so many of what it could have alone."""

ENTRIES = 16
"""Entries of an event log that take the room of one other item."""


class Room:
    """Counts items; there may be more of them than there is room for, if sessions that go on have their share."""

    __slots__ = ("_limit", "_scarce", "taken")

    def __init__(self, limit: int, scarce: Callable[[], None]) -> None:
        """`scarce` is told when there is none left, and gives back what it can do without."""
        self._limit = limit
        self._scarce = scarce
        self.taken = 0

    def take(self) -> bool:
        """Take that of one item; False: there was none, and who has more than his share has to give back."""
        self.taken += 1
        if self.taken <= self._limit:
            return True
        self._scarce()
        return not self.is_scarce

    @property
    def is_scarce(self) -> bool:
        """More is taken than there is."""
        return self.taken > self._limit

    def give_back(self, count: int = 1) -> None:
        """So many items are not kept any more."""
        self.taken -= count
