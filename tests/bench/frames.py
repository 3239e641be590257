"""WebSocket frames, made long before they are sent."""


def text_frame(payload: bytes, mask: bytes = b"") -> bytes:
    """One final text frame (RFC 6455 section 5.2)."""
    length = len(payload)
    masked = 0x80 if mask else 0
    if length < 126:
        head = bytes([0x81, masked | length])
    elif length < 1 << 16:
        head = bytes([0x81, masked | 126]) + length.to_bytes(2, "big")
    else:
        head = bytes([0x81, masked | 127]) + length.to_bytes(8, "big")
    if mask:
        payload = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
    return head + mask + payload
