"""A message, and what was understood of it -> the members of its line in a recording."""

from typing import Protocol

from ..realtime import Event, Malformed, Unknown
from ..realtime.client import AudioAppend
from ..realtime.decode import WHOLE
from ..recording import close_members
from ..recording.format import NO_CLOSE_FRAME
from ..wire import Kind, Message, close_code_and_reason

Understood = Event | Unknown | Malformed

_NO_OBJECT = frozenset(["utf8", "json", "depth", "not_object"])
"""Reasons why there is no object in a text; the others (realtime's REASONS) are about one, or about no text."""

_SIZE = {Kind.BINARY: b'"binary_bytes":%d', Kind.PING: b'"ping":%d', Kind.PONG: b'"pong":%d'}


class Censor(Protocol):
    """Decides what is written of a message: recording's Elider, or its Scrubber."""

    def event(self, type: str | None, payload: bytes) -> bytes:
        """An event of a type that the API has, or of none."""

    def unknown(self, type: str, payload: bytes) -> bytes:
        """An event of a type that the API does not have."""

    def only_type(self, type: str) -> bytes:
        """An event of which only the type is known."""

    def text(self, reason: str, payload: bytes) -> bytes:
        """The members of the line for a text that is no JSON object."""

    def reason(self, reason: str) -> str:
        """Of a Close frame."""


def members(message: Message, understood: Understood | None, censor: Censor) -> bytes:
    """`understood` is what is in a text or binary message, None of a control message."""
    kind, payload = message.kind, message.payload
    if kind is Kind.CLOSE:
        code, reason = close_code_and_reason(payload)
        # A code that no peer may send, and that has another meaning in a recording.
        return close_members(None if code == NO_CLOSE_FRAME else code, censor.reason(reason))
    if kind is not Kind.TEXT or understood is None:
        return _SIZE[kind] % message.size
    type = understood.type
    if isinstance(understood, AudioAppend) and not understood.whole:
        return b'"event":{"type":"%b","audio":{"elided_bytes":%d}}' % (
            understood.type.encode(),
            understood.audio_bytes(),
        )
    if message.size > WHOLE or message.size > len(payload):
        found = b'"text":""' if type is None else b'"event":' + censor.only_type(type)
        return found + b',"message_bytes":%d' % message.size
    if isinstance(understood, Malformed):
        if understood.reason in _NO_OBJECT:
            return censor.text(understood.reason, payload)
        return b'"event":' + censor.event(type, payload)
    if isinstance(understood, Unknown):
        return b'"event":' + censor.unknown(understood.type, payload)
    return b'"event":' + censor.event(understood.type, payload)
