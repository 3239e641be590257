"""WebSocket frames (RFC 6455 section 5.2): made long before they are sent, and counted as they come."""

from collections.abc import Sequence

_FINAL = 0x80
_COMPRESSED = 0x40
"""RSV1, with which permessage-deflate marks a message (RFC 7692 section 6)."""
_TEXT = 0x1
_CONTROL = 0x8
_MASKED = 0x80


def text_frame(payload: bytes, mask: bytes = b"", *, compressed: bool = False) -> bytes:
    """One final text frame."""
    first = _FINAL | _TEXT | (_COMPRESSED if compressed else 0)
    length = len(payload)
    masked = _MASKED if mask else 0
    if length < 126:
        head = bytes([first, masked | length])
    elif length < 1 << 16:
        head = bytes([first, masked | 126]) + length.to_bytes(2, "big")
    else:
        head = bytes([first, masked | 127]) + length.to_bytes(8, "big")
    return head + mask + _unmasked(payload, mask)


def payload_and_mask(frame: bytes) -> tuple[bytes, bytes]:
    """Of one whole frame: what is in it, unmasked, and the mask, which may be empty."""
    size, length = _head(frame, 0) or (0, 0)
    mask = frame[size - 4 : size] if frame[1] & _MASKED else b""
    return _unmasked(frame[size : size + length], mask), mask


class MessageCount:
    """Finds the messages of a stream of bytes that comes in pieces, and looks at nothing but the frames' heads."""

    def __init__(self) -> None:
        self._missing = 0
        """Bytes of the frame whose head has come."""
        self._head = b""
        """Of the next frame, as far as it has come."""
        self._length = 0
        """Payload bytes of the message so far."""
        self._ends = False
        """Whether the message ends with the frame."""

    def completed(self, piece: memoryview) -> Sequence[int]:
        """The payload bytes of each message that this piece completes; control frames are none."""
        end, at = len(piece), self._missing
        if at > end:
            self._missing -= end
            return ()
        found: list[int] = []
        if at:
            self._missing = 0
            self._frame_came(found)
        if self._head:
            piece = memoryview(self._head + piece)
            end = len(piece)
            self._head = b""
        while at < end:
            head = _head(piece, at)
            if head is None:
                self._head = bytes(piece[at:end])
                break
            size, length = head
            first = piece[at]
            if first & _CONTROL:
                self._ends = False
            else:
                self._ends = bool(first & _FINAL)
                self._length += length
            at += size + length
            if at > end:
                self._missing = at - end
                break
            self._frame_came(found)
        return found

    def _frame_came(self, found: list[int]) -> None:
        if self._ends:
            found.append(self._length)
            self._length = 0
            self._ends = False


def _head(data: bytes | memoryview, at: int) -> tuple[int, int] | None:
    """Bytes of the head, mask included, and of the payload; None where the head has not come whole."""
    there = len(data) - at
    if there < 2:
        return None
    second = data[at + 1]
    size, length = 2, second & 0x7F
    if length == 126:
        size = 4
    elif length == 127:
        size = 10
    if there < size:
        return None
    if size > 2:
        length = int.from_bytes(data[at + 2 : at + size], "big")
    return size + (4 if second & _MASKED else 0), length


def _unmasked(payload: bytes, mask: bytes) -> bytes:
    return bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload)) if mask else payload
