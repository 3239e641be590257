"""RFC 6455 frames as bytes, also those that no good peer would send; independent of voicetap.wire."""

import struct

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA

MASK = bytes.fromhex("37fa213d")
"""The masking key of RFC 6455's own examples (section 5.7)."""


def frame(
    opcode: int,
    payload: bytes = b"",
    *,
    mask: bytes | None = None,
    fin: bool = True,
    rsv: int = 0,
    length_bytes: int | None = None,
) -> bytes:
    """One frame; `mask` for a client's. `length_bytes` 2 or 8 takes a longer form of the length than needed."""
    size = len(payload)
    if length_bytes is None:
        length_bytes = 0 if size < 126 else 2 if size < 65536 else 8
    short = {0: size, 2: 126, 8: 127}[length_bytes]
    long = {0: b"", 2: struct.pack("!H", size & 0xFFFF), 8: struct.pack("!Q", size)}[length_bytes]
    head = bytes([fin << 7 | rsv << 4 | opcode, (mask is not None) << 7 | short]) + long
    return head + payload if mask is None else head + mask + masked(payload, mask)


def masked(payload: bytes, mask: bytes) -> bytes:
    """Mask, or unmask (RFC 6455 section 5.3)."""
    if not payload:
        return b""
    key = (mask * (len(payload) // 4 + 1))[: len(payload)]
    return (int.from_bytes(payload) ^ int.from_bytes(key)).to_bytes(len(payload))


def close(code: int | None = None, reason: bytes = b"", *, mask: bytes | None = None) -> bytes:
    """A Close frame; without a code, an empty one."""
    return frame(CLOSE, b"" if code is None else struct.pack("!H", code) + reason, mask=mask)
