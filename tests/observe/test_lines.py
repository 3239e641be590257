"""What is written of one message."""

import base64
import json
from typing import Any

import pytest

from voicetap.chunks import Side
from voicetap.observe.lines import members
from voicetap.realtime import decode
from voicetap.recording import Elider
from voicetap.wire import Kind, Message


def written(kind: Kind, payload: bytes, *, size: int | None = None) -> Any:
    """The members of the line, of a client's message of this size."""
    message = Message(kind, payload, len(payload) if size is None else size, b"")
    understood = decode(Side.CLIENT, message) if kind in (Kind.TEXT, Kind.BINARY) else None
    return json.loads(b"{" + members(message, understood, Elider(keep_audio=False)) + b"}")


@pytest.mark.parametrize(
    ("kind", "payload", "expected"),
    [
        (Kind.TEXT, b'{"type":"response.create"}', {"event": {"type": "response.create"}}),
        (Kind.TEXT, b'{"type":"brand.new","n":1}', {"event": {"type": "brand.new"}}),
        (
            Kind.TEXT,
            b'{"type":"response.create","event_id":[]}',
            {"event": {"type": "response.create", "event_id": []}},
        ),
        (Kind.TEXT, b'{"text":"hello"}', {"event": {"text": {"elided_chars": 5}}}),
        (Kind.TEXT, b"hello", {"text": "", "elided_chars": 5}),
        (Kind.BINARY, b"hello", {"binary_bytes": 5}),
        (Kind.PING, b"hello", {"ping": 5}),
        (Kind.PONG, b"", {"pong": 0}),
        (Kind.CLOSE, b"", {"close": {"code": None, "reason": ""}}),
        (Kind.CLOSE, b"\x03", {"close": {"code": None, "reason": ""}}),
        (Kind.CLOSE, b"\x03\xe8hello", {"close": {"code": 1000, "reason": ""}}),
    ],
)
def test_each_kind_of_message(kind: Kind, payload: bytes, expected: Any) -> None:
    assert written(kind, payload) == expected


def test_of_an_append_that_was_cut_how_much_audio_it_had() -> None:
    audio = base64.b64encode(bytes(3_000_000))
    payload = b'{"type":"input_audio_buffer.append","audio":"' + audio + b'"}'
    message = Message(Kind.TEXT, payload[:70_000], len(payload), payload[-4096:])
    line = members(message, decode(Side.CLIENT, message), Elider(keep_audio=True))
    assert json.loads(b"{" + line + b"}") == {
        "event": {"type": "input_audio_buffer.append", "audio": {"elided_bytes": 3_000_000}}
    }


def test_of_what_was_cut_the_type_and_the_size() -> None:
    assert written(Kind.TEXT, b'{"type":"response.create","a":"', size=20_000_000) == {
        "event": {"type": "response.create"},
        "message_bytes": 20_000_000,
    }
    assert written(Kind.TEXT, b'{"type":"what I said","a":"', size=20_000_000)["event"]["type"].startswith("elided_")
    assert written(Kind.TEXT, b"what I said", size=20_000_000) == {"text": "", "message_bytes": 20_000_000}
    assert written(Kind.BINARY, b"what I said", size=20_000_000) == {"binary_bytes": 20_000_000}
