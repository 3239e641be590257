"""Frame -> Message: reassembled, inflated, never more of it in memory than the limit (RFC 6455 section 5.4)."""

from collections.abc import Iterable
from io import BytesIO

from msgspec import Struct

from .deflate import Corrupt, Inflater
from .frames import FRAMING, Frame, Gap, Kind

LIMIT = 16 * 1024 * 1024
"""Bytes of a message that is kept whole."""

HEAD = 64 * 1024
"""Bytes kept from the beginning of a message above the limit."""

TAIL = 4 * 1024
"""Bytes kept from its end."""


class Message(Struct, frozen=True, gc=False):
    """A text or binary message, or a control message."""

    kind: Kind
    payload: bytes
    """Unmasked and inflated. Of a message above the limit the first 64 KiB. Text is not checked to be UTF-8."""
    size: int
    """Bytes of the whole message, inflated; larger than the payload where that was cut. Of a compressed message above
    the limit only what was inflated counts: nobody knows how much more there was."""
    tail: bytes
    """The last 4 KiB of a message that was cut, where they are known; else empty."""


def close_code_and_reason(payload: bytes) -> tuple[int | None, str]:
    """Read the payload of a Close (section 5.5.1): no code where there is none, odd bytes of the reason replaced."""
    if len(payload) < 2:
        return None, ""
    return int.from_bytes(payload[:2]), payload[2:].decode("utf-8", "replace")


class _Plain:
    """An uncompressed message while it comes."""

    __slots__ = ("_head", "_kept", "_kind", "_limit", "_size", "_tail")

    def __init__(self, kind: Kind, limit: int) -> None:
        self._kind = kind
        self._limit = limit
        self._head = min(HEAD, limit)
        self._size = 0
        # Not a list of fragments: those of two bytes would take thirty times what they carry, and empty ones could
        # come without end. This grows by an eighth at a time, and gives what it holds without another copy.
        self._kept = BytesIO()
        self._tail: bytes | None = None
        """Not None: the message is above the limit, and only its ends are kept."""

    def add(self, frame: Frame) -> list[Message | Gap]:
        """Take the next frame; return the message if that completes it, and a gap once it is known to be too large."""
        found: list[Message | Gap] = []
        payload = frame.payload
        self._size += len(payload)
        if self._tail is None and self._size + frame.rest > self._limit:
            found.append(Gap("oversize", fatal=False))
            so_far = self._kept.getvalue()
            self._tail = so_far[-TAIL:]
            self._kept = BytesIO()
            self._kept.write(so_far[: self._head])
        if self._tail is None:
            self._kept.write(payload)
        else:
            self._kept.write(payload[: self._head - self._kept.tell()])
            self._tail = (self._tail + payload[-TAIL:])[-TAIL:]
        if frame.fin:
            found.append(Message(self._kind, self._kept.getvalue(), self._size, self._tail or b""))
        return found


class _Compressed:
    """A compressed message while it comes; each piece is inflated at once, which spreads the work of a large one."""

    __slots__ = ("_given_up", "_head", "_inflated", "_inflater", "_kind", "_limit", "_size")

    def __init__(self, kind: Kind, limit: int, inflater: Inflater) -> None:
        self._inflater = inflater
        self._kind = kind
        self._limit = limit
        self._head = min(HEAD, limit)
        self._size = 0
        """Bytes before inflating."""
        self._inflated = BytesIO()
        self._given_up = False

    def add(self, frame: Frame) -> list[Message | Gap]:
        """Take the next frame; return the message if that completes it, or once why it cannot be had."""
        if self._given_up:
            return []
        self._size += len(frame.payload)
        if self._size + frame.rest > self._limit:
            return self._give_up("inflate_limit")
        try:
            room = self._limit - self._inflated.tell()
            self._inflated.write(self._inflater.inflate(frame.payload, last=frame.fin, room=room))
        except Corrupt:
            self._inflated = BytesIO()
            return self._give_up("inflate")
        if self._inflated.tell() > self._limit:
            return self._give_up("inflate_limit")
        if frame.fin:
            return [Message(self._kind, self._inflated.getvalue(), self._inflated.tell(), b"")]
        return []

    def _give_up(self, reason: str) -> list[Message | Gap]:
        self._given_up = True
        self._inflater.end()
        gap = Gap(reason, fatal=self._inflater.context_takeover)
        head, size = self._inflated.getvalue()[: self._head], self._inflated.tell()
        self._inflated = BytesIO()
        if len(head) == size:
            # Cut here, it could not be told from a whole message.
            return [gap]
        cut = Message(self._kind, head, size, b"")
        return [cut, gap] if gap.fatal else [gap, cut]


_DATA = (Kind.TEXT, Kind.BINARY)


class MessageAssembler:
    """The messages that the frames of one side make up.

    A gap stands before the message that it is about, except a fatal one, which is the last thing of all. Fatal are
    frames in an order, or compressed in a way, that every endpoint has to fail the connection for, and the loss of
    a compression context that later messages refer to.
    """

    __slots__ = ("_inflater", "_limit", "_open", "lost")

    def __init__(self, inflater: Inflater | None, *, limit: int = LIMIT) -> None:
        """`inflater` is None where permessage-deflate was not negotiated."""
        self._inflater = inflater
        self._limit = limit
        self._open: _Plain | _Compressed | None = None
        """The data message that has begun and not ended; control messages may come in between."""
        self.lost = False
        """There was a fatal gap: nothing is kept, and nothing will come."""

    def receive(self, frames: Iterable[Frame | Gap]) -> list[Message | Gap]:
        """The messages that these frames complete, and the gaps among them."""
        found: list[Message | Gap] = []
        if self.lost:
            return found
        for frame in frames:
            if isinstance(frame, Gap):
                return self._lose(found, frame)
            kind = frame.kind
            message = self._open
            if kind in _DATA:
                if message is not None:
                    return self._lose(found, FRAMING)
                if frame.fin and not frame.rsv1 and len(frame.payload) <= self._limit:
                    found.append(Message(kind, frame.payload, len(frame.payload), b""))
                    continue
                message = self._open = self._begin(kind, compressed=frame.rsv1)
            elif kind is not None:
                found.append(Message(kind, frame.payload, len(frame.payload), b""))
                continue
            if message is None:
                return self._lose(found, FRAMING)
            found += message.add(frame)
            if frame.fin:
                self._open = None
            newest = found[-1] if found else None
            if isinstance(newest, Gap) and newest.fatal:
                return self._lose(found)
        return found

    def _begin(self, kind: Kind, *, compressed: bool) -> _Plain | _Compressed | None:
        """None: compressed, though that was not negotiated."""
        if not compressed:
            return _Plain(kind, self._limit)
        return _Compressed(kind, self._limit, self._inflater) if self._inflater else None

    def _lose(self, found: list[Message | Gap], *gap: Gap) -> list[Message | Gap]:
        self.lost = True
        self._open = self._inflater = None
        found.extend(gap)
        return found
