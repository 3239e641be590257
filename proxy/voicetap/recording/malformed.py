"""A text that is no JSON object, without what it said: malformed for the same reason when it is replayed."""

from .format import text_members

_TEXT = {"utf8": b"\xff", "not_object": b"null", "json": b""}


def text_elided(reason: str, payload: bytes) -> bytes:
    """The members of its line; the reason is one of realtime's."""
    # As deep at least: what a decoder follows depends on the Python that runs it.
    depth = payload.count(b"[") + payload.count(b"{")
    text = b'{"":' + b"[" * depth if reason == "depth" else _TEXT[reason]
    return text_members(text) + b',"elided_chars":%d' % len(payload.decode("utf-8", "replace"))
