"""Opening handshakes as bytes (RFC 6455 section 4): good ones, and the pieces to make others from."""

import base64
import hashlib
import json
import re

KEY = b"dGhlIHNhbXBsZSBub25jZQ=="
"""The key of RFC 6455's own example (section 1.3)."""

UPGRADE = (
    (b"Host", b"relay.example"),
    (b"Upgrade", b"websocket"),
    (b"Connection", b"Upgrade"),
    (b"Sec-WebSocket-Key", KEY),
    (b"Sec-WebSocket-Version", b"13"),
)
"""What every upgrade request must say."""

Fields = tuple[tuple[bytes, bytes], ...]

TARGET = b"/v1/realtime?model=gpt-realtime"


def request(method: bytes, target: bytes, fields: Fields = ((b"Host", b"relay.example"),), body: bytes = b"") -> bytes:
    """A request; `body` follows its head as it is."""
    lines = [method + b" " + target + b" HTTP/1.1", *(name + b": " + value for name, value in fields)]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def upgrade(target: bytes = TARGET, *more: tuple[bytes, bytes]) -> bytes:
    """A good upgrade request, with `more` fields after the necessary ones."""
    return request(b"GET", target, UPGRADE + more)


def accept(key: bytes = KEY) -> bytes:
    """What a server answers to a key (section 4.2.2)."""
    return base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())


SWITCHING = (
    b"HTTP/1.1 101 Switching Protocols\r\n"
    b"upgrade: websocket\r\n"
    b"Connection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: " + accept() + b"\r\n"
    b"\r\n"
)
"""A good answer to `upgrade()`."""


def fields_of(head: bytes) -> list[tuple[bytes, bytes]]:
    """The fields of a head, in order: names as they are, values without the white space around them."""
    lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")[1:]
    return [(name, value.strip(b" \t")) for name, _, value in (line.partition(b":") for line in lines)]


def first_line_of(head: bytes) -> bytes:
    """The request line or status line."""
    return head.split(b"\r\n", 1)[0]


def status_of(head: bytes) -> int:
    """The status of a response's head."""
    match = re.match(rb"HTTP/1\.1 (\d{3}) ", head)
    assert match, head
    return int(match[1])


def error_of(response: bytes) -> dict[str, str]:
    """The error in the body of an answer that the relay gave by itself."""
    head, _, body = response.partition(b"\r\n\r\n")
    assert (b"Content-Type", b"application/json") in fields_of(head)
    error: dict[str, str] = json.loads(body)["error"]
    return error
