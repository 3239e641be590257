"""A recording as what a server says and what it waits for, in the order of the file (docs/recordings.md)."""

import math
from collections.abc import Iterable, Iterator
from os import PathLike
from typing import NamedTuple

from ..chunks import Side
from ..recording import Ended, Received, open_recording
from ..wire import Kind, Message
from .filler import Filler
from .protocol import ApiError, Binary, Close, Event, HangUp, Output, Ping, Send, Text, read


class Said(NamedTuple):
    """The server sends this."""

    at: float
    """Seconds since the upgrade request; NaN where the time is not known."""
    output: Output


class Awaited(NamedTuple):
    """The client has sent this; of audio appended the first piece alone."""

    at: float
    type: str | None
    """None for a message that is no event."""
    event: Event
    """Empty for such a message."""
    number: int
    """Of the message in the file, from 1."""


Part = Said | Awaited


class Recorded(NamedTuple):
    """All that is played back of a file."""

    switched_at: float
    """Seconds from the upgrade request to its answer."""
    parts: tuple[Part, ...]
    """Until one side ends the connection; the client's end is none of them."""


def read_recorded(path: str | PathLike[str]) -> Recorded:
    """Read a recording, gzip'd or not; raise RecordingError. All of it is kept, what was left out filled in."""
    with open_recording(path) as recording:
        parts = list(_parts(recording))
        switched_at_ms = recording.header.switched_at_ms
    filler = Filler(part.output.event for part in parts if isinstance(part, Said) and isinstance(part.output, Send))
    filled = [_filled(part, filler) for part in parts]
    return Recorded((switched_at_ms or 0.0) / 1000, tuple(filled))


def is_append(type: str | None) -> bool:
    """Whether an event of this type appends audio."""
    return type is not None and type.endswith(".append")


def type_of_message(message: Event | ApiError) -> str | None:
    """Of what `protocol.read` made of a message: the type by which it is awaited."""
    kind = None if isinstance(message, ApiError) else message.get("type")
    return kind if isinstance(kind, str) else None


def _parts(entries: Iterable[Received | Ended]) -> Iterator[Part]:
    appended: set[str | None] = set()
    for number, entry in enumerate(entries, 1):
        if isinstance(entry, Ended):
            if entry.by is Side.SERVER:
                yield Said(entry.at, HangUp(entry.reset))
            return
        if entry.message.kind is Kind.CLOSE and entry.sender is Side.CLIENT:
            return
        if entry.sender is Side.SERVER:
            output = _output(entry.message)
            if output is not None:
                yield Said(entry.at, output)
            if isinstance(output, Close):
                return
        elif entry.message.kind in (Kind.TEXT, Kind.BINARY):
            binary = entry.message.kind is Kind.BINARY
            message = read(b"" if binary else entry.message.payload.decode("utf-8", "replace"))
            type = type_of_message(message)
            if not is_append(type) or type not in appended:
                appended.add(type)
                yield Awaited(entry.at, type, {} if isinstance(message, ApiError) else message, number)


def _output(message: Message) -> Output | None:
    """What the recorded server sent; None for a pong, which is the transport's to send."""
    payload = message.payload
    if message.kind is Kind.CLOSE:
        code = int.from_bytes(payload[:2]) if payload else None
        return Close(code, payload[2:].decode("utf-8", "replace"))
    if message.kind is Kind.PING:
        return Ping(bytes(min(message.size, _CONTROL_BYTES)))
    if message.kind is Kind.PONG:
        return None
    if message.kind is Kind.BINARY:
        return Binary(bytes(message.size))
    text = payload.decode("utf-8", "replace")
    event = read(text)
    return Text(text) if isinstance(event, ApiError) else Send(event)


_CONTROL_BYTES = 125
"""RFC 6455 section 5.5."""


def _filled(part: Part, filler: Filler) -> Part:
    if isinstance(part, Awaited) or not isinstance(part.output, Send):
        return part
    return Said(part.at, Send(filler.filled(part.output.event)))


def known(at: float) -> bool:
    """Whether a time is."""
    return not math.isnan(at)
