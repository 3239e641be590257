"""A file -> the messages in it, one at a time: a recording of any size takes the memory of its longest line."""

import math
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from gzip import GzipFile
from io import BufferedReader
from os import PathLike, fspath, fstat
from stat import S_ISREG

from msgspec import UNSET, Struct

from ..chunks import Side
from ..wire import Kind, Message
from .format import NO_CLOSE_FRAME, Close, Header, Line, NotJson, Unreadable, parse_header, parse_line, text_of

LONGEST = 64 * 1024 * 1024
"""Bytes of a line; a longer one is no recording."""

_BOM = b"\xef\xbb\xbf"
_GZIP = b"\x1f\x8b"


class RecordingError(Exception):
    """A file that cannot be read as a recording; its text is one line for whoever has to change something."""

    def __init__(self, path: str, line_number: int | None, why: str) -> None:
        """`line_number` counts from 1; None where it is about the whole file."""
        super().__init__(f"{path}:{line_number}: {why}" if line_number else f"{path}: {why}")
        self.path = path
        self.line_number = line_number
        self.why = why


class Received(Struct, frozen=True, gc=False):
    """A side sent a message."""

    sender: Side
    message: Message
    """As the decoder of a live connection gives it, of a binary message only the size."""
    at: float
    """Seconds since the upgrade request; math.nan where the time is not known."""


class Ended(Struct, frozen=True, gc=False):
    """A transport ended without a Close frame, as `chunks.Ending` tells it live."""

    by: Side
    reset: bool
    at: float
    """Seconds since the upgrade request; math.nan where the time is not known."""


Entry = Received | Ended


class Recording:
    """An open recording; it can be iterated over once."""

    def __init__(self, path: str, file: BufferedReader) -> None:
        """Read the header; raise RecordingError. Whoever opened the file closes it."""
        self._path = path
        self._file = file
        info = fstat(file.fileno())
        self.size: int | None = info.st_size if S_ISREG(info.st_mode) else None
        """Bytes of the file when it was opened; None where it has no size: it is a pipe."""
        self._lines = _Lines(path, file)
        self.header: Header = self._read_header()

    @property
    def position(self) -> int:
        """Bytes of the file that have been read; of a compressed file its compressed bytes, unless it is a pipe."""
        return self._lines.position

    def __iter__(self) -> Iterator[Entry]:
        """The messages in the order of the file; raise RecordingError at the first line that cannot be read.

        A last line that was cut off, as by a crash of the writer, is left out.
        """
        for line in self._lines:
            try:
                yield _entry(parse_line(line))
            except NotJson as problem:
                if self._lines.cut:
                    return
                raise self._error(problem) from problem
            except Unreadable as problem:
                raise self._error(problem) from problem

    def _read_header(self) -> Header:
        line = next(self._lines, None)
        if line is None:
            raise RecordingError(self._path, None, "is empty; a recording begins with a header")
        try:
            return parse_header(line.removeprefix(_BOM))
        except Unreadable as problem:
            raise self._error(problem) from problem

    def _error(self, problem: Unreadable) -> RecordingError:
        return RecordingError(self._path, self._lines.number, str(problem))


@contextmanager
def open_recording(path: str | PathLike[str]) -> Iterator[Recording]:
    """Open a recording, gzip'd or not, and close it at the end; raise RecordingError.

    Its lines are read, and their errors raised, as they are iterated over.
    """
    name = fspath(path)
    try:
        file = open(path, "rb")  # noqa: SIM115  # closed below; here only what opening raises is caught
    except OSError as error:
        raise _unreadable(name, error) from error
    with file:
        yield Recording(name, file)


class _Lines(Iterator[bytes]):
    """The lines of a file that are not blank, and where they are."""

    def __init__(self, path: str, file: BufferedReader) -> None:
        self._path = path
        self._file = file
        try:
            zipped = file.peek(len(_GZIP)).startswith(_GZIP)
        except OSError as error:
            raise _unreadable(path, error) from error
        self._source = GzipFile(fileobj=file) if zipped else file
        self._read = 0
        self.number = 0
        """Of the line given last, from 1."""
        self.cut = False
        """The line given last has no newline, so it is the last of the file."""

    @property
    def position(self) -> int:
        return self._file.tell() if self._source is not self._file and self._file.seekable() else self._read

    def __next__(self) -> bytes:
        while line := self._readline():
            self.number += 1
            self._read += len(line)
            self.cut = not line.endswith(b"\n")
            if len(line) > LONGEST:
                raise RecordingError(self._path, self.number, f"longer than {LONGEST >> 20} MiB; no recording has that")
            if not line.isspace():
                return line
        raise StopIteration

    def _readline(self) -> bytes:
        try:
            return self._source.readline(LONGEST + 1)
        except EOFError:
            return b""  # Compressed, and cut off.
        except OSError as error:
            raise _unreadable(self._path, error) from error
        except zlib.error as error:
            raise RecordingError(self._path, None, f"cannot be unzipped: {error}") from error


def _unreadable(path: str, error: OSError) -> RecordingError:
    if isinstance(error, IsADirectoryError):
        return RecordingError(path, None, "is a directory; name the recordings in it")
    return RecordingError(path, None, f"cannot be read: {error.strerror or error}")


def _entry(line: Line) -> Entry:
    sender = line.sender
    at = math.nan if line.at_ms is None else line.at_ms / 1000
    if line.event is not UNSET:
        payload = bytes(line.event)
        if not payload.startswith(b"{"):
            raise Unreadable("event: must be an object; a message that is none is a text")
        return Received(sender, _message(Kind.TEXT, payload, line), at)
    if line.text is not UNSET:
        return Received(sender, _message(Kind.TEXT, text_of(line), line), at)
    if line.close is not UNSET:
        close = line.close
        if close.code == NO_CLOSE_FRAME:
            return Ended(sender, close.reset, at)
        payload = _close_payload(close)
        return Received(sender, Message(Kind.CLOSE, payload, len(payload), b""), at)
    for kind, size in ((Kind.BINARY, line.binary_bytes), (Kind.PING, line.ping), (Kind.PONG, line.pong)):
        if size is not UNSET:
            if size < 0:
                raise Unreadable("has a negative number of bytes")
            return Received(sender, Message(kind, b"", size, b""), at)
    raise AssertionError


def _message(kind: Kind, payload: bytes, line: Line) -> Message:
    """A message that was too large to be kept is told from one that is whole by its size, as it is live."""
    return Message(kind, payload, max(len(payload), line.message_bytes or 0), b"")


def _close_payload(close: Close) -> bytes:
    """RFC 6455 section 5.5.1."""
    if close.code is None:
        return b""
    if not 0 <= close.code <= 0xFFFF:
        raise Unreadable(f"close.code is {close.code}; it has two bytes on the wire")
    return close.code.to_bytes(2) + close.reason.encode()
