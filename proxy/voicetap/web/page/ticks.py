"""The pace of all streams: they go on together, so that what each of them sends is encoded once for all.

Nothing ticks while nobody waits.
"""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Protocol

INTERVAL = 0.25
"""Seconds between two updates of a stream, at least: what a reader's eye can follow."""


class Loop(Protocol):
    """What is needed of an event loop."""

    def call_later(self, delay: float, callback: Callable[[], object], /) -> object:
        """Call it in a turn that comes after so many seconds."""

    def create_future(self) -> asyncio.Future[None]:
        """A future of this loop."""


class Ticks:
    """A beat that is waited for."""

    def __init__(self, loop: Loop, *, clock: Callable[[], float] = monotonic) -> None:
        self._loop = loop
        self._clock = clock
        self._last = clock() - INTERVAL
        self._waiting: asyncio.Future[None] | None = None
        self._closed = False

    async def next(self) -> bool:
        """Wait for the next one; False when it was the last, and at once after that."""
        if not self._closed:
            if self._waiting is None:
                self._waiting = self._loop.create_future()
                self._loop.call_later(max(0.0, self._last + INTERVAL - self._clock()), self._tick)
            await asyncio.shield(self._waiting)
        return not self._closed

    def close(self) -> None:
        """Let everybody go on one last time."""
        self._closed = True
        self._tick()

    def _tick(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self._last = self._clock()
            waiting.set_result(None)
