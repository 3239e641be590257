"""One connection's tap: it puts chunks down for later, and goes dark on its own fault."""

import logging
from collections.abc import Callable, Iterator

from ..chunks import Chunk, Ending, Handshake, Side
from .backlog import Backlog
from .pipeline import Pipeline

log = logging.getLogger(__name__)


class ConnectionTap:
    """Stands between the relay, which must not wait, and the pipeline, which may take its time."""

    def __init__(self, pipeline: Pipeline, backlog: Backlog, forget: Callable[["ConnectionTap"], None]) -> None:
        """`forget` is called when nothing more will come."""
        self._pipeline = pipeline
        self._backlog = backlog
        self._forget = forget
        self._dark = False
        """Bytes are counted still, but not understood any more."""
        self._overran = False
        """A chunk was not taken, and that is put down."""
        self._untold = dict.fromkeys(Side, 0)
        """Bytes since they were last told. To tell them with each chunk would cost half of what the session does."""

    def answered(self, handshake: Handshake) -> None:
        """Told by the relay."""
        self._backlog.put(self._answered, handshake)

    def chunk(self, chunk: Chunk) -> None:
        """Told by the relay."""
        if not self._backlog.put_chunk(self._chunk, chunk):
            self._untold[chunk.sender] += len(chunk.data)
            if not self._overran:
                self._overran = True
                self._backlog.put(self._overrun, chunk.at)

    def closed(self, ending: Ending) -> None:
        """Told by the relay."""
        self._backlog.put(self._closed, ending)

    def tick(self, now: float) -> None:
        """Let time pass; called in the order of what was put down."""
        self._tell(now)
        if self._dark:
            return
        try:
            self._pipeline.tick(now)
        except Exception:
            self._fail(now)

    def _answered(self, handshake: Handshake) -> None:
        try:
            self._pipeline.answered(handshake)
        except Exception:
            self._fail(handshake.at)
        if handshake.outcome != "101":
            self._end()

    def _chunk(self, chunk: Chunk) -> Iterator[None] | None:
        self._untold[chunk.sender] += len(chunk.data)
        if self._dark:
            return None
        try:
            steps = self._pipeline.chunk(chunk)
        except Exception:
            self._fail(chunk.at)
            return None
        return None if steps is None else self._guarded(steps, chunk.at)

    def _guarded(self, steps: Iterator[None], at: float) -> Iterator[None]:
        try:
            yield from steps
        except Exception:
            self._fail(at)

    def _closed(self, ending: Ending) -> None:
        """Also of a dark connection the end is told, as far as it was understood: it must be in the totals."""
        self._tell(ending.at)
        try:
            self._pipeline.closed(ending)
        except Exception:
            self._fail(ending.at)
        finally:
            self._end()

    def _overrun(self, at: float) -> None:
        """A chunk is missing: what follows it cannot be decoded."""
        if not self._dark:
            self._dark = True
            self._pipeline.gap("backlog", at)

    def _tell(self, at: float) -> None:
        """Count the bytes, understood or not."""
        for sender, count in self._untold.items():
            if count:
                self._untold[sender] = 0
                self._pipeline.relayed(sender, count, at)

    def _fail(self, at: float) -> None:
        """Understand no more of this connection. The log has where it failed; what it failed on stays out."""
        self._dark = True
        log.exception("the observer failed on a connection and goes dark there; its traffic goes on")
        self._pipeline.gap("error", at)

    def _end(self) -> None:
        self._pipeline.close()
        self._forget(self)
