"""What was understood of a connection, written down for later; never in the way of anything else.

It records messages, and only as far as they were understood: from a gap on that blinds a side there is no recording,
for a replay could not tell what is missing.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import ParamSpec

from .. import __version__
from ..chunks import Ending, Handshake, Side
from ..facts import Connection
from ..recording import Header, close_members, harmless_target, header_line, line
from ..recording.format import NO_CLOSE_FRAME, VERSION
from ..wire import Kind, Message
from .lines import Censor, Understood, members
from .shelf import recording_name
from .writer import File, Writer

log = logging.getLogger(__name__)

P = ParamSpec("P")


class Recorder:
    """All connections of the process."""

    def __init__(
        self,
        writer: Writer,
        censor: Callable[[], Censor],
        failed: Callable[[], None],
        *,
        max_bytes: int,
    ) -> None:
        """`censor` makes one for each recording, `failed` is called for each that is broken off; `max_bytes` is the
        size at which a recording ends."""
        self._writer = writer
        self._censor = censor
        self._failed = failed
        self._max_bytes = max_bytes

    def upgrade(self, connection: Connection) -> "SessionRecorder":
        """A client asks for a WebSocket."""
        return SessionRecorder(connection, self._begin, self._failed)

    def stop(self) -> None:
        """Write what waits, for a short time; nothing follows."""
        self._writer.stop()

    def _begin(self, connection: Connection, handshake: Handshake) -> "_Recording":
        request, started = connection.request, datetime.fromtimestamp(connection.requested_at, UTC)
        file = File(self._writer, recording_name(started, connection.id))
        recording = _Recording(request.at, file, self._censor(), self._max_bytes)
        recording.header(started, request.target, handshake.at)
        return recording


class SessionRecorder:
    """One connection. Whatever goes wrong with its recording, nothing is raised."""

    def __init__(
        self,
        connection: Connection,
        begin: Callable[[Connection, Handshake], "_Recording"],
        failed: Callable[[], None],
    ) -> None:
        self._connection = connection
        self._begin = begin
        self._failed = failed
        self._recording: _Recording | None = None
        """From a 101 on, until something ends it."""

    def answered(self, handshake: Handshake) -> None:
        """The handshake is over; after a 101 there is something to record."""
        if handshake.outcome == "101":
            self._guarded(self._start, handshake)

    def message(self, sender: Side, message: Message, understood: Understood | None, at: float) -> None:
        """A side sent a message; `understood` is what is in it, None of a control message."""
        if self._recording is not None:
            self._guarded(self._recording.message, sender, message, understood, at)

    def ended(self, ending: Ending) -> None:
        """The transports have ended."""
        if self._recording is not None:
            self._guarded(self._recording.ended, ending)

    def close(self) -> None:
        """Nothing follows, or nothing that is sure to be understood."""
        if self._recording is not None:
            recording, self._recording = self._recording, None
            recording.finish()

    def _start(self, handshake: Handshake) -> None:
        self._recording = self._begin(self._connection, handshake)

    def _guarded(self, write: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            write(*args, **kwargs)
        except _Complete:
            self.close()
        except Exception as error:
            if not isinstance(error, _Refused):
                log.exception("recording failed on a connection; its traffic goes on")
            self._failed()
            self.close()


class _Complete(Exception):
    """The recording takes no more, and that is as it should be."""


class _Refused(Exception):
    """A line was not taken by the writer."""


class _Recording:
    """The lines of one file."""

    def __init__(self, opened_at: float, file: File, censor: Censor, max_bytes: int) -> None:
        self._opened_at = opened_at
        self._file = file
        self._censor = censor
        self._left = max_bytes
        self._close_seen = False

    def header(self, started: datetime, target: str, switched_at: float) -> None:
        """The first line; `started` is the time of the upgrade request, in UTC."""
        started_at = started.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        switched_at_ms = self._since(switched_at)
        self._write(header_line(Header(VERSION, started_at, harmless_target(target), switched_at_ms, __version__)))

    def message(self, sender: Side, message: Message, understood: Understood | None, at: float) -> None:
        """A line for a message."""
        if message.kind is Kind.CLOSE:
            self._close_seen = True
        self._write(line(sender, self._since(at), members(message, understood, self._censor)))

    def ended(self, ending: Ending) -> None:
        """A line for the end of the transports, where no Close frame says why."""
        if ending.by is not None and not self._close_seen:
            how = close_members(NO_CLOSE_FRAME, "", reset=ending.reset)
            self._write(line(ending.by, self._since(ending.at), how))

    def finish(self) -> None:
        """Nothing follows."""
        self._file.finish()

    def _write(self, written: bytes) -> None:
        self._left -= len(written)
        if self._left < 0:
            log.info("a recording ends at its greatest size (--record-max-bytes): %s", self._file.name)
            raise _Complete
        if self._file.broken:  # That has been counted.
            raise _Complete
        if not self._file.write(written):
            raise _Refused

    def _since(self, at: float) -> float:
        """Milliseconds since the upgrade request, to the microsecond."""
        return round((at - self._opened_at) * 1000, 3)
