"""Room for what all sessions keep together: long calls are whole while there are few of them."""

from collections.abc import Callable

LEAST = 100
"""However many sessions there are, each may have one in so many of the items that it could have alone."""

ENTRIES = 16
"""Entries of an event log that take the room of one other item."""


class Room:
    """Counts items; there may be more of them than there is room for, if all sessions that go on have but the least."""

    __slots__ = ("_limit", "_scarce", "_sessions", "taken")

    def __init__(self, limit: int, scarce: Callable[[], None], sessions: Callable[[], float]) -> None:
        """`scarce` is told when there is none left, and gives back what it can do without. `sessions` says how many
        times all the room would be taken, if each session had what it may have alone."""
        self._limit = limit
        self._scarce = scarce
        self._sessions = sessions
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

    def share(self, alone: int) -> int:
        """How many a session may have when there is no room left, of what it may have alone."""
        return max(alone // LEAST, int(alone / max(1.0, self._sessions())))

    def give_back(self, count: int = 1) -> None:
        """So many items are not kept any more."""
        self.taken -= count
