"""The `type` of a message that is too large to be read, from its two ends alone.

Fields may come in any order, so the beginning is walked forwards, member by member, and then the end backwards. Either
walk starts from a place whose nesting is certain, so a `type` inside of another object is never taken for the
message's own. What is not found: a `type` behind the first 4 KiB and before the last 2 KiB. What is not noticed: that
the rest is no JSON, and a second `type`.
"""

import re

import msgspec

HEAD = 4 * 1024
TAIL = 2 * 1024
"""Bytes to look at; they bound the work to about three milliseconds, whatever they contain."""

_SPACE = b" \t\n\r"
_TOKEN = re.compile(rb'("[^"\\]*+(?:\\.[^"\\]*+)*+("?))([ \t\n\r]*+:[ \t\n\r]*+)?|[{}\[\]]', re.DOTALL)
"""A string (1), of which 2 is the closing quote, and what makes a key of it (3); or what nests."""

_AUDIO = re.compile(rb'"audio"[ \t\n\r]*+:[ \t\n\r]*+"')

_OPENS, _CLOSES = b"{[", b"}]"


def find_type(head: bytes, tail: bytes) -> str | None:
    """The top-level `type` of a JSON object; None where it is in neither end, or no string.

    `tail` does not reach back to the beginning of the message, and is empty where the end is not known.
    """
    found = _forwards(head)
    return _backwards(tail) if found is None else found


def find_audio(head: bytes, tail: bytes, size: int) -> int | None:
    """Bytes of audio in the member `audio` of a message of `size` bytes, if it is most of the message; None if not.

    `tail` is its last bytes. Base64 has no quotes, so the first quote in the tail ends the string.
    """
    begin = _AUDIO.search(head)
    end = tail.find(b'"')
    if begin is None or end < 0:
        return None
    characters = size - len(tail) + end - begin.end()
    padding = end - len(tail[:end].rstrip(b"="))
    return max(0, characters * 3 // 4 - padding)


def _forwards(head: bytes) -> str | None:
    """The member `type` among those that begin in the head."""
    if not head.lstrip(_SPACE).startswith(b"{"):
        return None
    depth = 0
    value_at = -1
    for token in _TOKEN.finditer(head):
        string, closed, colon = token.groups()
        if string is None:
            depth += 1 if token.group() in _OPENS else -1
            if depth == 0:
                return None
        elif not closed:
            return None  # The string goes on behind the head.
        elif depth > 1:
            continue
        elif token.start() == value_at:
            return _string(string)
        elif colon and _is_type(string):
            value_at = token.end()
    return None


def _backwards(tail: bytes) -> str | None:
    """The member `type` among those that end in the tail: the end of a message is outside of every string."""
    depth = 0
    string = b""
    before_colon = False
    at = len(tail.rstrip(_SPACE))
    while at > 0:
        at -= 1
        byte = tail[at : at + 1]
        if byte == b'"':
            start = _string_start(tail, at)
            if start is None:
                return None
            found, at = tail[start : at + 1], start
            if depth == 1 and before_colon and _is_type(found):
                return _string(string)
            string, before_colon = found, False
        elif byte in _CLOSES:
            depth += 1
        elif byte in _OPENS:
            depth -= 1
            string = b""
        elif byte == b",":
            string = b""
        elif byte == b":":
            before_colon = True
        if depth == 0:
            return None
    return None


def _string_start(text: bytes, end: int) -> int | None:
    """Where the string begins whose closing quote is at `end`: at the nearest quote before it that is not escaped.

    None where the text begins within it, or may do so: it is not known whether its first byte is escaped.
    """
    start = end
    while (start := text.rfind(b'"', 0, start)) > 0:
        unescaped = text[:start].rstrip(b"\\")
        if not unescaped:
            return None
        if (start - len(unescaped)) % 2 == 0:
            return start
    return None


def _is_type(key: bytes) -> bool:
    return key == b'"type"' or (b"\\" in key and _string(key) == "type")


def _string(token: bytes) -> str | None:
    try:
        return msgspec.json.decode(token, type=str)
    except ValueError:
        return None
