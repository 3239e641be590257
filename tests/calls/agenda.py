"""Simulated time: what happens next, and the processes that wait for it."""

import heapq
from collections.abc import Callable, Generator
from itertools import count
from typing import Any, TypeAlias

Condition: TypeAlias = Callable[[], object]
Process: TypeAlias = Generator[float | Condition, None, Any]
"""Yields how many milliseconds to wait, or what to wait for: a function that turns true."""

LONGEST_CALL_MS = 600_000.0


class Agenda:
    """Milliseconds since the upgrade request, always whole microseconds, and what is to happen at them."""

    def __init__(self) -> None:
        self.now = 0.0
        self.over = False
        self._serial = count()
        self._due: list[tuple[float, int, Callable[[], object]]] = []
        self._waiting: list[tuple[Condition, Process]] = []

    def at(self, time: float, action: Callable[[], object]) -> None:
        """Of two actions at one time the one that was asked for first happens first."""
        heapq.heappush(self._due, (max(self.now, round(time, 3)), next(self._serial), action))

    def after(self, delay: float, action: Callable[[], object]) -> None:
        """`delay` milliseconds from now."""
        self.at(self.now + delay, action)

    def start(self, process: Process) -> None:
        """Run it to its first wait, and go on as it asks."""
        wish = next(process, None)
        if callable(wish):
            self._waiting.append((wish, process))
        elif wish is not None:
            self.after(wish, lambda: self.start(process))

    def run(self) -> None:
        """Until `over`. RuntimeError for a call that would last longer than LONGEST_CALL_MS, or come to a halt."""
        while not self.over:
            if not self._due or self.now > LONGEST_CALL_MS:
                raise RuntimeError(f"the call does not end; at {self.now} ms")
            self.now, _, action = heapq.heappop(self._due)
            action()
            self._wake()

    def _wake(self) -> None:
        while ready := next((entry for entry in self._waiting if entry[0]()), None):
            self._waiting.remove(ready)
            self.start(ready[1])
