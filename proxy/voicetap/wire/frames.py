"""Bytes -> Frame (RFC 6455 section 5.2), in either direction, however the bytes were cut into chunks.

Nothing is allocated by announced length, and at most one head or control frame is held back: the payload of a data
frame is passed on as it comes. A frame that reaches over the end of a chunk is given in pieces, as if its sender had
fragmented it there (which section 5.4 leaves any intermediary free to do); `rest` says how much was announced.
"""

from enum import Enum

from msgspec import Struct

from ..chunks import Side
from .masking import apply_mask


class Kind(Enum):
    """What a message is (RFC 6455 section 11.8: opcodes 1, 2, 9, 10, 8)."""

    TEXT = "text"
    BINARY = "binary"
    PING = "ping"
    PONG = "pong"
    CLOSE = "close"


class Frame(Struct, frozen=True, gc=False):
    """A frame, or a piece of a data frame."""

    kind: Kind | None
    """What begins here; None where the message goes on that began before."""
    fin: bool
    """The message ends here."""
    rsv1: bool
    """The message that begins here is compressed (RFC 7692 section 6)."""
    payload: bytes
    """Unmasked."""
    rest: int
    """Bytes that the frame's head announced and that are still to come, as pieces."""


class Gap(Struct, frozen=True, gc=False):
    """Something went by that was not understood."""

    reason: str
    """`framing`: not RFC 6455. `oversize`: a message above the limit. `inflate`: not DEFLATE. `inflate_limit`: a
    compressed message above the limit."""
    fatal: bool
    """This direction is not decoded any more; nothing follows."""


FRAMING = Gap("framing", fatal=True)
"""Every endpoint has to fail the connection for what this side sent (RFC 6455 section 7.1.7)."""


_CONTINUATION, _TEXT, _BINARY, _CLOSE, _PING, _PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
_FIN, _RSV1, _CONTROL, _MASKED = 0x80, 0x40, 0x08, 0x80

_FIRST_BYTES: dict[int, tuple[Kind | None, bool, bool]] = {
    _CONTINUATION: (None, False, False),
    _FIN | _CONTINUATION: (None, True, False),
    _TEXT: (Kind.TEXT, False, False),
    _FIN | _TEXT: (Kind.TEXT, True, False),
    _RSV1 | _TEXT: (Kind.TEXT, False, True),
    _FIN | _RSV1 | _TEXT: (Kind.TEXT, True, True),
    _BINARY: (Kind.BINARY, False, False),
    _FIN | _BINARY: (Kind.BINARY, True, False),
    _RSV1 | _BINARY: (Kind.BINARY, False, True),
    _FIN | _RSV1 | _BINARY: (Kind.BINARY, True, True),
    _FIN | _CLOSE: (Kind.CLOSE, True, False),
    _FIN | _PING: (Kind.PING, True, False),
    _FIN | _PONG: (Kind.PONG, True, False),
}
"""Kind, FIN and RSV1 of each first byte that may be. RSV2, RSV3, other opcodes, a control frame in fragments, and RSV1
elsewhere than at the beginning of a data message (RFC 7692 section 6.1) have no meaning."""

# Indexing a list is the quickest of all ways to look a byte up.
_MEANINGS = [_FIRST_BYTES.get(first) for first in range(256)]

_SHORT, _LENGTH_16, _LENGTH_64 = 125, 126, 127
"""The longest payload whose length fits into the second byte, which is also the longest of a control frame (section
5.5); and what stands there when the length follows in 16 or 64 bits."""


class FrameDecoder:
    """The frames that one side sends.

    What breaks a rule that every endpoint has to fail the connection for, breaks the decoding: one Gap, and nothing
    after it. A mask bit that is wrong for the side counts as that (section 5.1). It would be easy to decode, but no
    receiver will, and bytes where it is wrong are more likely no frames at all. A length in more bytes than it needs
    is let through, as receivers do.
    """

    __slots__ = ("_fin", "_held", "_lost", "_mask", "_masked", "_rest")

    def __init__(self, sender: Side) -> None:
        self._masked = _MASKED if sender is Side.CLIENT else 0
        self._lost = False
        self._held = b""
        """Beginning of a head, or of a control frame: less than 14 + 125 bytes."""
        # The data frame that reached over the end of the last chunk:
        self._rest = 0
        self._fin = False
        self._mask = b""

    def receive(self, data: bytes) -> list[Frame | Gap]:
        """The frames, or pieces of frames, in the next bytes of this side."""
        found: list[Frame | Gap] = []
        if self._lost:
            return found
        at = 0
        if self._rest:
            at = self._go_on(data, found)
        elif self._held:
            data = self._held + data
        end = len(data)
        masked = self._masked
        while True:
            start = at
            if end - start < 2:
                break
            meaning = _MEANINGS[data[start]]
            length = data[start + 1] ^ masked
            if meaning is None or length >= _MASKED:
                return self._lose(found)
            at += 6 if masked else 2
            if length > _SHORT:
                at += 2 if length == _LENGTH_16 else 8
            if at > end:
                break
            if length == _LENGTH_16:
                length = data[start + 2] << 8 | data[start + 3]
            elif length == _LENGTH_64:
                length = int.from_bytes(data[start + 2 : start + 10])
            control = data[start] & _CONTROL
            if length > _SHORT and (control or length >> 63):
                return self._lose(found)
            kind, fin, rsv1 = meaning
            stop = at + length
            if stop <= end:
                payload = data[at:stop]
                if masked:
                    payload = apply_mask(payload, data[at - 4 : at])
                found.append(Frame(kind, fin, rsv1, payload, 0))
                at = stop
            elif control:
                break
            else:
                self._rest, self._fin = length, fin
                self._mask = data[at - 4 : at]
                payload = self._piece(data[at:])
                found.append(Frame(kind, False, rsv1, payload, self._rest))
                start = end
                break
        self._held = data[start:]
        return found

    def _go_on(self, data: bytes, found: list[Frame | Gap]) -> int:
        """Take what belongs to the frame begun in an earlier chunk; return where the next one begins."""
        payload = self._piece(data[: self._rest])
        found.append(Frame(None, self._fin and not self._rest, False, payload, self._rest))
        return len(payload)

    def _piece(self, payload: bytes) -> bytes:
        """Unmask the next piece of a frame."""
        size = len(payload)
        self._rest -= size
        if not self._masked:
            return payload
        payload = apply_mask(payload, self._mask)
        turn = size % 4
        self._mask = self._mask[turn:] + self._mask[:turn]
        return payload

    def _lose(self, found: list[Frame | Gap]) -> list[Frame | Gap]:
        self._lost = True
        self._held = b""
        found.append(FRAMING)
        return found
