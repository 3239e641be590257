"""Base64 in a JSON string."""

import base64
import json

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from support.secrets import CREDENTIALS
from voicetap.realtime.audio import audio_bytes
from voicetap.recording.audio import audio_elided, audio_kept
from voicetap.recording.credentials import name_is_credential


@given(st.binary(min_size=1))
def test_it_is_as_long_as_its_audio(audio: bytes) -> None:
    text = json.dumps(base64.b64encode(audio).decode()).encode()
    assert json.loads(audio_elided(text)) == {"elided_bytes": len(audio)}
    assume(not name_is_credential(text))
    assert audio_kept(text) == text


@given(st.binary(min_size=400))
@example(b'{"@' * 200)
def test_nothing_so_long_is_taken_for_a_credential(audio: bytes) -> None:
    text = json.dumps(base64.b64encode(audio).decode()).encode()
    assert audio_kept(text) == text


@given(st.text(min_size=1))
def test_whatever_it_is_it_counts_as_it_does_live(text: str) -> None:
    for written in (json.dumps(text), json.dumps(text, ensure_ascii=False)):
        try:
            encoded = written.encode()
        except UnicodeEncodeError:
            continue
        assert json.loads(audio_elided(encoded)) == {"elided_bytes": audio_bytes(text)}


def test_slashes_may_be_escaped() -> None:
    assert audio_kept(rb'"ab\/\/"') == rb'"ab\/\/"'
    assert audio_elided(rb'"ab\/\/"') == b'{"elided_bytes":3}'


@pytest.mark.parametrize("text", ["hello you", "a=b", "===", "a\\nb", "é", *CREDENTIALS.values()])
def test_what_is_no_audio_is_not_kept(text: str) -> None:
    assert b"elided_bytes" in audio_kept(json.dumps(text).encode())
