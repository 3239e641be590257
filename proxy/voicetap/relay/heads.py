"""Request and response heads as bytes: what is written upstream, and what its answer says."""

import re
from collections.abc import Iterable

from ..chunks import Header

MAX_HEAD = 64 * 1024
"""Bytes that a head may have, either way; more is refused."""

_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-9][0-9]{2})[ \r\n]")


class BadAnswer(Exception):
    """The upstream's bytes are no HTTP/1 response head."""


def request_head(method: str, target: str, version: tuple[int, int], headers: Iterable[Header], host: bytes) -> bytes:
    """Write a request as it was received, save that Host names the upstream, in the place where it stood.

    Host is the only field that must change: it says whom we ask (RFC 9110 section 7.2). A request without
    one, as HTTP/1.0 allows, gets one at the end.
    """
    lines = [f"{method} {target} HTTP/{version[0]}.{version[1]}".encode("utf-8", "surrogateescape")]
    replaced = False
    for name, value in headers:
        if name.lower() == b"host":
            replaced, value = True, host
        lines.append(name + b": " + value)
    if not replaced:
        lines.append(b"Host: " + host)
    return b"\r\n".join(lines) + b"\r\n\r\n"


def end_of_head(data: bytes | bytearray, seen: int = 0) -> int | None:
    """Where the body begins, or None while the blank line has not come (RFC 9112 section 2.1).

    The first `seen` bytes have been searched before, in vain.
    """
    match = _END_OF_HEAD.search(data, max(0, seen - 3))
    return match.end() if match else None


def status_of(head: bytes) -> int:
    """Read the status code of a response head."""
    match = _STATUS_LINE.match(head)
    if match is None:
        raise BadAnswer("the upstream's answer does not begin with an HTTP/1 status line")
    return int(match[1])


def headers_of(head: bytes) -> list[Header]:
    """Split a response head into its fields, for the observer alone: what is passed on are the bytes."""
    fields = []
    for line in head.splitlines()[1:]:
        name, colon, value = line.partition(b":")
        if colon:
            fields.append((name, value.strip()))
    return fields
