"""What is written of a message when content was asked for: all of it, but no credentials."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.secrets import CREDENTIALS
from voicetap.chunks import Side
from voicetap.realtime import Malformed, decode
from voicetap.recording import Scrubber
from voicetap.recording.format import line, parse_line, text_of
from voicetap.recording.scrub import KEYS, SEARCHED
from voicetap.wire import Kind, Message


def scrubbed(event: Any, *, keep_audio: bool = False) -> Any:
    """The event as it is in a recording."""
    return json.loads(Scrubber(keep_audio=keep_audio).event(event.get("type"), json.dumps(event).encode()))


def test_what_was_said_is_kept_and_audio_is_not() -> None:
    audio = base64.b64encode(bytes(480)).decode()
    event = {
        "type": "conversation.item.create",
        "anything": {"mother's maiden name": "Miller", "n": [1, 2]},
        "item": {"content": [{"text": 'Grüß dich, "Ann"\n', "audio": audio}]},
    }
    without: Any = json.loads(json.dumps(event).replace(json.dumps(audio), '{"elided_bytes": 480}'))
    assert scrubbed(event) == without
    assert scrubbed(event, keep_audio=True) == event
    delta = {"type": "response.audio.delta", "delta": audio}
    assert scrubbed(delta) == {**delta, "delta": {"elided_bytes": 480}}
    assert scrubbed(delta, keep_audio=True) == delta


def test_credentials_go_with_their_keys_and_without() -> None:
    assert scrubbed(
        {
            "type": "session.update",
            "session": {
                "client_secret": {"value": "hunter2", "expires_at": 1},
                "tools": [{"type": "mcp", "server_url": "https://u:p@h/", "headers": {"X": "hunter2"}, "token": None}],
                "instructions": "Call with Authorization: Bearer hunter2hunter2 please",
            },
        }
    ) == {
        "type": "session.update",
        "session": {
            "client_secret": "…elided",
            "tools": [{"type": "mcp", "server_url": "…elided", "headers": "…elided", "token": None}],
            "instructions": "Call with …elided please",
        },
    }


@pytest.mark.parametrize("credential", CREDENTIALS.values(), ids=CREDENTIALS)
@given(st.data())
@settings(max_examples=50)
def test_no_credential_comes_through_wherever_it_stands(credential: str, data: st.DataObject) -> None:
    text = st.text() | st.just(credential) | st.text(" .,:;\"'").map(lambda before: f"{before}{credential}{before}")
    values = st.recursive(
        text, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3), max_leaves=10
    )
    event = data.draw(st.dictionaries(text | st.sampled_from(["audio", "delta", "name"]), values))
    payload = json.dumps(event).encode()
    scrubber = Scrubber(keep_audio=True)
    written = scrubber.event("response.output_audio.delta", payload) + scrubber.unknown("x", payload)
    for reason in ("json", "not_object"):
        written += scrubber.text(reason, payload)
    assert credential.encode() not in written
    assert credential not in scrubber.reason(f"bye {credential}")


def test_a_string_too_long_to_be_searched_is_not_written() -> None:
    event = {"type": "x", "text": "a b" * SEARCHED, "more": "here"}
    assert scrubbed(event) == {"type": "x", "text": "…elided", "more": "here"}


def test_each_message_is_searched_anew() -> None:
    scrubber = Scrubber(keep_audio=False)
    event = json.dumps({"type": "x", "text": "a " * (SEARCHED // 3)}).encode()
    assert [json.loads(scrubber.event("x", event)) for _ in range(3)] == [json.loads(event)] * 3


def test_many_different_keys_are_not_remembered_for_ever() -> None:
    scrubber = Scrubber(keep_audio=False)
    for number in range(3000):
        scrubber.event("x", b'{"key %d":1}' % number)
    assert len(scrubber._rules) <= 1000


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"hello", "json"),
        (b"[1]", "not_object"),
        (b"hello \xff", "utf8"),
        (b'{"a":' * 10_000, "depth"),
        (b"\xff" * (SEARCHED + 1), "utf8"),
    ],
)
def test_a_text_stays_malformed_for_its_reason(payload: bytes, reason: str) -> None:
    text = text_of(parse_line(line(Side.CLIENT, 0.0, Scrubber(keep_audio=False).text(reason, payload))))
    found = decode(Side.CLIENT, Message(Kind.TEXT, text, len(text), b""))
    assert isinstance(found, Malformed)
    assert found.reason == reason
    assert text == payload or len(payload) > SEARCHED


@pytest.mark.parametrize("payload", [b"", b"{", b"[1]", b'{"a":' * 2000])
def test_what_cannot_be_walked_leaves_the_type(payload: bytes) -> None:
    scrubber = Scrubber(keep_audio=False)
    assert (scrubber.event("x", payload), scrubber.event(None, payload)) == (b'{"type":"x"}', b"{}")


def test_audio_of_an_event_that_only_some_server_has_is_not_kept() -> None:
    event = {"type": "speech.chunk", "payload": [base64.b64encode(bytes(480)).decode()], "id": "a" * 512}
    assert scrubbed(event) == {**event, "payload": [{"elided_chars": 640}]}
    assert scrubbed(event, keep_audio=True) == event


def test_keys_beyond_bounds_are_left_out() -> None:
    scrubber = Scrubber(keep_audio=False)
    for first in (0, 10 * KEYS):
        members = {f"k{first + number}": number for number in range(KEYS + 5)}
        written = json.loads(scrubber.event("x", json.dumps(members).encode()))
        assert list(written) == list(members)[:KEYS]
