"""What the server is going to say, and when: scripts that say something, pause, and go on.

A script is an iterator of things to send and of pauses (seconds as float). It runs on whatever clock the caller of
`run` has, so that a test can turn it by hand.
"""

import heapq
from collections.abc import Iterator
from itertools import count
from typing import Generic, TypeVar

T = TypeVar("T")
Script = Iterator[T | float]


class Agenda(Generic[T]):
    """Scripts in the order of when they go on."""

    def __init__(self) -> None:
        self._waiting: list[tuple[float, int, Script[T]]] = []
        self._order = count()
        self.now = 0.0
        """When what is being run was due; a script that is asked for its next step finds its own time here."""

    @property
    def due(self) -> float | None:
        """When the next script goes on; None when nothing is planned."""
        return self._waiting[0][0] if self._waiting else None

    def add(self, script: Script[T], at: float) -> None:
        """Begin the script at this time."""
        heapq.heappush(self._waiting, (at, next(self._order), script))

    def drop(self, script: Script[T]) -> None:
        """Never go on with this one."""
        self._waiting = [entry for entry in self._waiting if entry[2] is not script]
        heapq.heapify(self._waiting)

    def run(self, now: float) -> Iterator[T]:
        """What is to be said until now, in order. Scripts keep their own time, however late this is called."""
        while self._waiting and self._waiting[0][0] <= now:
            at, _, script = heapq.heappop(self._waiting)
            self.now = at
            for step in script:
                if isinstance(step, int | float):
                    self.add(script, at + step)
                    break
                yield step
