"""Memory of the last N: what a session keeps must not grow with its length, or with what a peer sends."""

from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")

LIMIT = 1000
"""Items, responses, … of a session that are remembered."""


class Bounded(dict[K, V]):
    """A dictionary from which the entry goes that was put in longest ago."""

    __slots__ = ("_limit",)

    def __init__(self, limit: int = LIMIT) -> None:
        super().__init__()
        self._limit = limit

    def put(self, key: K, value: V) -> bool:
        """Put it in as the newest entry; say whether the oldest had to go for it."""
        self.pop(key, None)
        self[key] = value
        if len(self) <= self._limit:
            return False
        del self[next(iter(self))]
        return True
