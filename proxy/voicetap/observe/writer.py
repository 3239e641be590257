"""Lines -> files, on a thread of its own: a disk that is slow, full or gone holds nobody up.

What waits is bounded. A file that cannot be written ends with its last whole line.
"""

import logging
import os
from collections import deque
from collections.abc import Callable
from threading import Event, Thread

from .shelf import Full, Shelf

log = logging.getLogger(__name__)

LIMIT = 32 * 1024 * 1024
"""Bytes of lines that may wait to be written."""

DELAY = 0.25
"""Seconds that lines wait for others to be written with them; what a crash can lose."""

STOP_SECONDS = 2.0
"""That the last lines have at the end of the process."""


class File:
    """A file to append to; the methods are for the thread that owns the lines, and never wait."""

    def __init__(self, writer: "Writer", name: str) -> None:
        self._writer = writer
        self.name = name
        self.broken = False
        """Something went wrong, and nothing more is written."""
        self._descriptor = -1
        self._size = 0

    def write(self, line: bytes) -> bool:
        """Append a line; False when too much waits already, and it was not taken."""
        return self._writer.put(self, line)

    def finish(self) -> None:
        """Nothing follows."""
        self._writer.put(self, b"")

    # The rest is for the writer's thread.

    def append(self, data: bytes, shelf: Shelf) -> None:
        """Write whole lines, or leave the file as it was; raise OSError, or Full."""
        if self._descriptor < 0:
            self._descriptor = shelf.create(self.name)
        shelf.take(len(data))
        written = 0
        try:
            with memoryview(data) as rest:
                while written < len(data):
                    written += os.write(self._descriptor, rest[written:])
        except OSError:
            shelf.give_back(len(data))
            os.ftruncate(self._descriptor, self._size)
            raise
        self._size += len(data)

    def close(self, shelf: Shelf) -> None:
        """Give the descriptor back; a file that nothing could be written to does not stay. Raise OSError."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            try:
                if self._size == 0:
                    shelf.discard(self.name)
            finally:
                os.close(descriptor)


class Writer:
    """All files of the process."""

    def __init__(self, shelf: Shelf, failed: Callable[[], None], *, limit: int = LIMIT, delay: float = DELAY) -> None:
        """`failed` is called, on the writer's thread, for each file that had to be broken off. `limit` is in bytes."""
        self._shelf = shelf
        self._failed = failed
        self._limit = limit
        self._delay = delay
        self._lines: deque[tuple[File, bytes]] = deque()
        # Each is changed by one thread only, so neither needs a lock.
        self._put = 0
        self._done = 0
        self._wake = Event()
        self._woken = False
        self._stopping = Event()
        self._told: set[object] = set()
        """What has been logged already."""
        self._thread = Thread(target=self._run, name="voicetap-recording", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Write what waits, for at most STOP_SECONDS, and end."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(STOP_SECONDS)

    def put(self, file: File, line: bytes) -> bool:
        """Take a line for later; an empty one ends its file, and is always taken."""
        if line and self._put - self._done + len(line) > self._limit:
            return False
        self._put += len(line)
        self._lines.append((file, line))
        if not self._woken:
            self._woken = True
            self._wake.set()
        return True

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait()
            self._wake.clear()
            self._stopping.wait(self._delay)
            self._woken = False
            self.write_waiting()
        self.write_waiting()

    def write_waiting(self) -> None:
        """Write what was put so far, each file's lines in one go."""
        lines: dict[File, list[bytes]] = {}
        for _ in range(len(self._lines)):
            file, line = self._lines.popleft()
            lines.setdefault(file, []).append(line)
        for file, own in lines.items():
            if not file.broken:
                self._write(file, own)
            if file.broken or not own[-1]:
                self._close(file)
            self._done += sum(map(len, own))

    def _write(self, file: File, lines: list[bytes]) -> None:
        try:
            data = b"".join(lines)
            if data:
                file.append(data, self._shelf)
        except Full:
            self._break_off(file, "the room for recordings (--record-keep-bytes) is taken by sessions that go on")
        except OSError as error:
            self._break_off(file, error.strerror or str(error))
        except Exception as error:
            self._break_off(file, type(error).__name__)

    def _close(self, file: File) -> None:
        try:
            file.close(self._shelf)
        except OSError as error:  # Some file systems say only here that there is no room.
            self._break_off(file, error.strerror or str(error))

    def _break_off(self, file: File, why: str) -> None:
        if not file.broken:
            file.broken = True
            self._failed()
        if why not in self._told:
            self._told.add(why)
            log.error("a recording was broken off, its session goes on: %s (logged once)", why)
