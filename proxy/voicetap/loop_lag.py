"""How late the event loop is: it is asked to call back every so often, and the worst delay of each second is told.

A stall that is longer than the interval is seen, and at most one interval of it is missing; a shorter one is seen when
a call falls into it. uvloop's timers count in milliseconds, so a loop that stands in nobody's way is up to 1 ms late.
"""

from collections.abc import Callable
from time import monotonic
from typing import Protocol

INTERVAL = 0.05
"""Seconds between two calls. Each wakes an idle process: together they take 0.2 % of a processor, 0.5 % at 0.02."""

TELL = 1.0
"""Seconds between two figures."""


class Timer(Protocol):
    """What a loop promises."""

    def cancel(self) -> None:
        """Not to call."""


class Loop(Protocol):
    """What is needed of an event loop."""

    def call_later(self, delay: float, callback: Callable[[], object], /) -> Timer:
        """Call it in a turn that comes after so many seconds."""


class LoopLag:
    """Measures one loop, from `start` to `stop`."""

    def __init__(self, loop: Loop, told: Callable[[float], None], *, clock: Callable[[], float] = monotonic) -> None:
        """`told` is called once a second with the worst delay since it was last called, in seconds."""
        self._loop = loop
        self._told = told
        self._clock = clock
        self._timer: Timer | None = None
        self._due = 0.0
        self._tell_at = 0.0
        self._worst = 0.0

    def start(self) -> None:
        """Begin."""
        now = self._clock()
        self._tell_at = now + TELL
        self._wait(now)

    def stop(self) -> None:
        """End; what was not told yet is not told."""
        if self._timer is not None:
            self._timer.cancel()

    def _wait(self, now: float) -> None:
        self._due = now + INTERVAL
        self._timer = self._loop.call_later(INTERVAL, self._called)

    def _called(self) -> None:
        now = self._clock()
        self._worst = max(self._worst, now - self._due)
        self._wait(now)
        if now >= self._tell_at:
            worst, self._worst = self._worst, 0.0
            self._tell_at = now + TELL
            self._told(worst)
