"""Where log lines go: to standard error, by a thread of its own, so that a pipe that nobody reads holds no call up."""

import logging
import os
import sys
import time
from queue import Full, Queue
from threading import Thread
from typing import Protocol

from . import faults
from .format import JsonLines

LIMIT = 10_000
"""Lines that may wait; what comes while so many do is lost, and counted."""

STOP_SECONDS = 1.0
"""That the last lines have at the end of the process, after what else takes its time there."""


class Stream(Protocol):
    """Where lines can be written."""

    def write(self, text: str, /) -> object:
        """Write it all; blocks."""

    def flush(self) -> None:
        """Let nothing wait."""


class Descriptor:
    """A file that is written to without a buffer of Python's.

    A thread that writes holds the lock of such a buffer, and Python would wait for that lock at the end of the process,
    for ever where nobody reads.
    """

    def __init__(self, number: int) -> None:
        self._number = number

    def write(self, text: str, /) -> None:
        """Write it all; blocks. Raises OSError."""
        rest = text.encode()
        while rest:
            rest = rest[os.write(self._number, rest) :]

    def flush(self) -> None:
        """Nothing waits."""


class LineHandler(logging.Handler):
    """Formats a record where it was logged, and writes the line elsewhere."""

    def __init__(self, stream: Stream, *, limit: int = LIMIT) -> None:
        super().__init__()
        self.setFormatter(JsonLines())
        self._stream = stream
        self._lines: Queue[str | None] = Queue(limit)
        # Each is changed by one thread only, or with the handler's lock held.
        self._lost = 0
        self._told = 0
        self._thread = Thread(target=self._write_for_ever, name="voicetap-log", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Never waits, never raises."""
        try:
            self._put(self.format(record))
        except Exception as error:
            # Nothing of the record: what cannot be formatted may be anything.
            self._put(self._line(logging.ERROR, f"a log record could not be formatted: {type(error).__name__}"))

    def close(self) -> None:
        """Write what waits, for a short time. Called by logging at the end of the process."""
        if self._thread.is_alive():
            ends = time.monotonic() + STOP_SECONDS
            try:
                self._lines.put(None, timeout=STOP_SECONDS)
            except Full:
                pass
            else:
                self._thread.join(max(ends - time.monotonic(), 0.0))
        super().close()

    def _put(self, line: str) -> None:
        try:
            self._lines.put_nowait(line)
        except Full:
            self._lost += 1

    def _line(self, level: int, message: str) -> str:
        return self.format(logging.LogRecord(__name__, level, __file__, 0, message, None, None))

    def _write_for_ever(self) -> None:
        while (line := self._lines.get()) is not None:
            self._write(line)
            lost = self._lost - self._told
            if lost:
                self._told += lost
                self._write(self._line(logging.WARNING, f"{lost} log lines were lost: standard error was too slow"))

    def _write(self, line: str) -> None:
        try:
            self._stream.write(line + "\n")
            self._stream.flush()
        except (OSError, ValueError):
            pass  # closed, or its disk is full: there is nobody left to tell


def to_standard_error(level: int = logging.INFO) -> None:
    """Send what is logged at this level and above to standard error as JSON lines, and nothing else to it."""
    # Where it was closed before the start, its number may be that of any file by now.
    number = os.open(os.devnull, os.O_WRONLY) if sys.stderr is None else sys.stderr.fileno()
    logging.basicConfig(level=level, handlers=[LineHandler(Descriptor(number))], force=True)
    # A closed standard error must not write to itself about it.
    logging.raiseExceptions = False
    faults.to_log()
