"""The header and the line of a recording: bytes -> struct, and back; nothing of files.

A line has exactly one of `event`, `text`, `binary_bytes`, `ping`, `pong` and `close`. Keys that are not known here are
ignored, in the header too: more may be added.
"""

import math

import msgspec
from msgspec import UNSET, Struct, UnsetType

from ..chunks import Side

VERSION = 1
"""Of the format: `voicetap_recording` in the header."""

NO_CLOSE_FRAME = 1006
"""As the code of a close line: no Close frame came, and it was this side's transport that ended (RFC 6455 section
7.4.1 keeps the code off the wire, so it can mean nothing else)."""


class Header(Struct, frozen=True, omit_defaults=True):
    """The first line."""

    voicetap_recording: int
    """The version of the format."""
    started_at: str | None = None
    """The time of the upgrade request, ISO 8601; the `at_ms` of the lines count from it."""
    target: str | None = None
    """The request target of the upgrade, with as much of the query as is harmless."""
    switched_at_ms: float | None = None
    """When the 101 came, in milliseconds since `started_at`."""
    voicetap: str | None = None
    """The version of the program that wrote it."""


class Close(Struct, frozen=True, gc=False):
    """A Close frame, or with the code 1006 the end of a transport without one."""

    code: int | None = None
    """None: the frame had no payload."""
    reason: str = ""
    reset: bool = False
    """With 1006: the transport was reset."""


class Line(Struct, frozen=True, gc=False):
    """Any line but the first."""

    sender: Side = msgspec.field(name="from")
    at_ms: float | None = None
    """Milliseconds since the upgrade request; None: not known."""
    event: msgspec.Raw | UnsetType = UNSET
    """The JSON object as it stands in the file, so that a replay decodes these very bytes."""
    text: str | UnsetType = UNSET
    """A text message that is no JSON object."""
    latin1: bool = False
    """The text was not UTF-8: each of its characters, up to U+00FF, stands for a byte."""
    binary_bytes: int | UnsetType = UNSET
    ping: int | UnsetType = UNSET
    pong: int | UnsetType = UNSET
    close: Close | UnsetType = UNSET
    message_bytes: int | None = None
    """Bytes of the whole message, where that was too large to be kept: `event` or `text` is then what was understood of
    it, its type or nothing."""


KINDS = ("event", "text", "binary_bytes", "ping", "pong", "close")
"""The keys of a line of which it has exactly one."""


class Unreadable(ValueError):
    """Why bytes are no header or no line, in words for whoever made the file."""


class NotJson(Unreadable):
    """They are no JSON text: the line may have been cut off."""


_read_header = msgspec.json.Decoder(Header).decode
_read_line = msgspec.json.Decoder(Line).decode
_write = msgspec.json.Encoder().encode

_SHOWN = 200
"""Characters of a problem that may quote the file."""


def parse_header(line: bytes) -> Header:
    """Read the first line; raise Unreadable."""
    try:
        header = _read_header(line)
    except (ValueError, RecursionError) as error:
        problem = _problem(error)
        begins = 'the file must begin with a header, {"voicetap_recording": 1, …}'
        raise type(problem)(f"{begins}, and this line is {problem}") from error
    if header.voicetap_recording != VERSION:
        raise Unreadable(f"voicetap_recording is {header.voicetap_recording}; this version of voicetap reads {VERSION}")
    return header


def parse_line(line: bytes) -> Line:
    """Read a line that is not the first; raise Unreadable."""
    try:
        if not line.isascii():
            line.decode()
        parsed = _read_line(line)
    except (ValueError, RecursionError) as error:
        raise _problem(error) from error
    found = [kind for kind in KINDS if getattr(parsed, kind) is not UNSET]
    if len(found) != 1:
        raise Unreadable(f"has {' and '.join(found) or 'none'} of {', '.join(KINDS)}; it must have exactly one")
    at_ms = parsed.at_ms
    if at_ms is not None and not 0 <= at_ms < math.inf:
        raise Unreadable(f"at_ms is {at_ms:g}; times count from the upgrade request, so they are not negative")
    return parsed


def header_line(header: Header) -> bytes:
    """Write the first line."""
    return _write(header) + b"\n"


def line(sender: Side, at_ms: float, members: bytes) -> bytes:
    """Write a line that is not the first; `members` are the rest of its object, as JSON."""
    return b'{"at_ms":%b,"from":"%b",%b}\n' % (repr(at_ms).encode(), sender.value.encode(), members)


def close_members(code: int | None, reason: str, *, reset: bool = False) -> bytes:
    """The members of a line for a close."""
    said = {"code": code, "reason": reason}
    return b'"close":' + _write(said | {"reset": True} if reset else said)


def text_members(payload: bytes) -> bytes:
    """The members of a line for a text that is no JSON object."""
    try:
        return b'"text":' + _write(payload.decode())
    except UnicodeDecodeError:
        return b'"text":' + _write(payload.decode("latin-1")) + b',"latin1":true'


def text_of(line: Line) -> bytes:
    """The bytes of a line's text; raise Unreadable."""
    assert line.text is not UNSET
    try:
        return line.text.encode("latin-1" if line.latin1 else "utf-8")
    except UnicodeEncodeError:
        raise Unreadable("text: has characters above U+00FF, and latin1 says that it has none") from None


def _problem(error: Exception) -> Unreadable:
    if isinstance(error, msgspec.ValidationError):
        # As in "Expected `str`, got `int` - at `$.target`".
        what, _, path = str(error).partition(" - at `$.")
        what = what[:1].lower() + what[1:]
        said = f"{path.rstrip('`')}: {what}" if path else what
        return Unreadable("".join(char if char.isprintable() else "?" for char in said[:_SHOWN]))
    if isinstance(error, UnicodeDecodeError):
        return NotJson(f"not UTF-8 at byte {error.start + 1}")
    if isinstance(error, RecursionError):
        return Unreadable("nested too deeply")
    return NotJson("not JSON")
