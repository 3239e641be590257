"""Texts that are no events, told by what they were malformed for."""

import json

import pytest

from voicetap.chunks import Side
from voicetap.realtime import Malformed, decode
from voicetap.recording.format import line, parse_line, text_of
from voicetap.recording.malformed import text_elided
from voicetap.wire import Kind, Message


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"hunter2", "json"),
        (b"", "json"),
        (b'{"type":"\\ud800"}', "json"),
        (b'["hunter2"]', "not_object"),
        (b"17", "not_object"),
        (b'{"type":"hunter2\xff"}', "utf8"),
        (b'{"hunter2":' * 5000, "depth"),
    ],
)
def test_it_is_malformed_for_the_same_reason(payload: bytes, reason: str) -> None:
    written = line(Side.CLIENT, 0.0, text_elided(reason, payload))
    text = text_of(parse_line(written))
    for one in (payload, text):
        found = decode(Side.CLIENT, Message(Kind.TEXT, one, len(one), b""))
        assert isinstance(found, Malformed)
        assert found.reason == reason
    assert b"hunter2" not in written
    assert json.loads(written)["elided_chars"] == len(payload.decode("utf-8", "replace"))
