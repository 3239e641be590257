"""Observations wait here while traffic is served, and are made a few milliseconds later, many at a time.

Work done at once would stand in the way of every other connection that is readable in the same turn of the event loop.
A turn of its own for each chunk would cost more than the work: put off for DELAY, what 50 busy sessions bring takes an
eighth less of the processor (tests/bench). What a fact says of time is not touched: a chunk carries its own.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any, Protocol

from ..chunks import Chunk

log = logging.getLogger(__name__)

LIMIT = 64 * 1024 * 1024
"""Bytes of chunks that may wait in one process; what comes on top is not observed."""

DELAY = 0.005
"""Seconds that work waits for more to be done with it."""

SLICE = 0.00025
"""Seconds of observing at a time, before the loop looks at its sockets again: traffic waits no longer for it. Longer
ones do not take less of the processor (tests/bench)."""


Work = Callable[[Any], Iterator[None] | None]
"""Does something with its subject: at once, or in the steps of the iterator that it returns, which are taken before
anything else is done. A step takes a few milliseconds at most, and nearly always a few of their hundredths."""


class Loop(Protocol):
    """What is needed of an event loop."""

    def call_soon(self, callback: Callable[[], object], /) -> object:
        """Call it in the next turn."""

    def call_later(self, delay: float, callback: Callable[[], object], /) -> object:
        """Call it in a turn that comes after so many seconds."""


class Backlog:
    """Work put down in order and done in order."""

    def __init__(self, loop: Loop, *, limit: int = LIMIT, clock: Callable[[], float] = monotonic) -> None:
        """`limit` is in bytes of chunks."""
        self._loop = loop
        self._limit = limit
        self._clock = clock
        self._work: deque[tuple[Work, Any]] = deque()
        self._steps: Iterator[None] | None = None
        """What is left of the work begun last."""
        self._waiting = 0
        self._scheduled = False
        self._lag: float | None = None

    def put_chunk(self, observe: Callable[[Chunk], Iterator[None] | None], chunk: Chunk) -> bool:
        """Put a chunk down; False when too many bytes wait already, and it was not taken."""
        size = len(chunk.data)
        if self._waiting + size > self._limit:
            return False
        self._waiting += size
        self.put(observe, chunk)
        return True

    def put(self, work: Work, subject: Any) -> None:
        """Put down something small, which does not count against the limit."""
        self._work.append((work, subject))
        if not self._scheduled:
            self._scheduled = True
            self._loop.call_later(DELAY, self.work)

    def work(self) -> None:
        """Do what was put down, for at most about SLICE seconds; the rest waits for the next turn.

        Work that raises is given up, and what follows it is done: they are those of other connections.
        """
        work, steps = self._work, self._steps
        if not work and steps is None:
            return
        begin = self._clock()
        end = begin + SLICE
        while work or steps is not None:
            try:
                if steps is not None:
                    next(steps)
                else:
                    observe, subject = work.popleft()
                    if type(subject) is Chunk:
                        self._waiting -= len(subject.data)
                        lag = begin - subject.at
                        if self._lag is None or lag > self._lag:
                            self._lag = lag
                    steps = observe(subject)
            except StopIteration:
                steps = None
            except Exception:
                steps = None
                log.exception("observing failed on something that was relayed, and goes on with the next")
            if self._clock() >= end and (work or steps is not None):
                self._steps = steps
                self._loop.call_soon(self.work)
                return
        self._steps = None
        self._scheduled = False

    def take_lag(self) -> float | None:
        """Seconds after its read that a chunk was observed, at worst, since this was last asked; None: none was."""
        lag, self._lag = self._lag, None
        return lag

    def finish(self) -> None:
        """Do everything that was put down; nothing is left to be in its way."""
        while self._work or self._steps is not None:
            self.work()
