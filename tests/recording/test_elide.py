"""What is written of a message by default: nothing private, and all that facts are derived from."""

import base64
import json
from typing import Annotated, Any, get_args, get_origin

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.secrets import CREDENTIALS
from voicetap.chunks import Side
from voicetap.realtime import CATALOGUE, Event, Malformed, Unknown, decode
from voicetap.realtime.audio import ElidedAudio, audio_bytes
from voicetap.realtime.objects import Elided
from voicetap.recording import Elider
from voicetap.recording.vocabulary import AUDIO, FREE, MESSAGES, NAMES, PARTS, TEXTS
from voicetap.wire import Kind, Message

KNOWN = sorted(NAMES | TEXTS | AUDIO | MESSAGES | FREE | PARTS)
TYPES = sorted({type for types in CATALOGUE.values() for type in types})


def elided(event: Any, *, keep_audio: bool = False, elider: Elider | None = None) -> Any:
    """The event as it is in a recording."""
    payload = event if isinstance(event, bytes) else json.dumps(event).encode()
    type = event.get("type") if isinstance(event, dict) else None
    return json.loads((elider or Elider(keep_audio=keep_audio)).event(type, payload))


def test_ids_codes_and_figures_are_kept_and_text_is_measured() -> None:
    assert elided(
        {
            "type": "response.done",
            "event_id": "event_1",
            "response": {
                "id": "resp_1",
                "object": "realtime.response",
                "status": "failed",
                "status_details": {"type": "failed", "error": {"type": "tokens", "code": "rate_limit_exceeded"}},
                "output": [
                    {
                        "id": "item_1",
                        "type": "function_call",
                        "name": "get_weather",
                        "call_id": "call_1",
                        "arguments": '{"city":"Zürich"}',
                    },
                    {"id": "item_2", "type": "message", "content": [{"type": "output_audio", "transcript": "Hi, Ann"}]},
                ],
                "usage": {"total_tokens": 12, "input_token_details": {"text_tokens": 1.50}},
            },
        }
    ) == {
        "type": "response.done",
        "event_id": "event_1",
        "response": {
            "id": "resp_1",
            "object": "realtime.response",
            "status": "failed",
            "status_details": {"type": "failed", "error": {"type": "tokens", "code": "rate_limit_exceeded"}},
            "output": [
                {
                    "id": "item_1",
                    "type": "function_call",
                    "name": "get_weather",
                    "call_id": "call_1",
                    "arguments": {"elided_chars": 17},
                },
                {
                    "id": "item_2",
                    "type": "message",
                    "content": [{"type": "output_audio", "transcript": {"elided_chars": 7}}],
                },
            ],
            "usage": {"total_tokens": 12, "input_token_details": {"text_tokens": 1.5}},
        },
    }


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4800])
def test_audio_is_measured_as_what_it_decodes_to(size: int) -> None:
    audio = base64.b64encode(bytes(size)).decode()
    expected: Any = {"elided_bytes": size} if size else ""
    for event in (
        {"type": "input_audio_buffer.append", "audio": audio},
        {"type": "response.output_audio.delta", "delta": audio},
        {"type": "conversation.item.create", "item": {"content": [{"type": "input_audio", "audio": audio}]}},
    ):
        text = json.dumps(expected)
        assert json.dumps(elided(event)) == json.dumps(event).replace(json.dumps(audio), text)
        assert elided(event, keep_audio=True) == event


def test_what_is_not_base64_is_not_kept_as_audio() -> None:
    event = {"type": "input_audio_buffer.append", "audio": "what I said"}
    assert elided(event, keep_audio=True) == {**event, "audio": {"elided_bytes": 8}}


def test_a_text_delta_is_text_also_where_audio_is_kept() -> None:
    event = {"type": "response.output_audio_transcript.delta", "delta": "hello"}
    assert elided(event, keep_audio=True) == {**event, "delta": {"elided_chars": 5}}


def test_what_the_api_does_not_have_is_left_out_key_and_all() -> None:
    event = {"type": "response.create", "mother's maiden name": "Miller", "obfuscation": "a8f", "pin": 1234}
    assert elided(event) == {"type": "response.create"}


def test_metadata_that_were_equal_still_are() -> None:
    elider = Elider(keep_audio=False)
    asked = elided({"type": "response.create", "response": {"metadata": {"a": "Ann", "b": "1"}}}, elider=elider)
    same = elided({"type": "response.created", "response": {"metadata": {"b": "1", "a": "Ann"}}}, elider=elider)
    other = elided({"type": "response.created", "response": {"metadata": {"b": "2", "a": "Ann"}}}, elider=elider)
    assert asked["response"] == same["response"] != other["response"]
    assert asked["response"]["metadata"]["elided_chars"] == len('{"a":"Ann","b":"1"}')
    assert "Ann" not in str(asked)


def test_the_tokens_of_a_transcription_leave_their_probabilities() -> None:
    event = {
        "type": "conversation.item.input_audio_transcription.completed",
        "item_id": "item_1",
        "transcript": "Ann",
        "logprobs": [{"token": "Ann", "logprob": -0.25, "bytes": [65, 110, 110]}],
    }
    assert elided(event) == {**event, "transcript": {"elided_chars": 3}, "logprobs": [{"logprob": -0.25}]}


def test_numbers_in_a_list_may_be_samples_or_text() -> None:
    assert elided({"type": "input_audio_buffer.append", "audio": [65, 110]}) == {
        "type": "input_audio_buffer.append",
        "audio": [0, 0],
    }


def test_a_key_pressed_on_a_telephone_is_private() -> None:
    event = {"type": "input_audio_buffer.dtmf_event_received", "event": "9", "received_at": 1763805142}
    assert elided(event) == {**event, "event": {"elided_chars": 1}}


def test_an_id_that_is_a_sentence_is_replaced_by_another_for_the_whole_recording() -> None:
    elider = Elider(keep_audio=False)
    first = elided({"type": "x", "item_id": "what Ann said"}, elider=elider)["item_id"]
    again = elided({"type": "y", "item": {"id": "what Ann said"}}, elider=elider)["item"]["id"]
    other = elided({"type": "y", "item_id": "what Bob said"}, elider=elider)["item_id"]
    elsewhere = elided({"type": "x", "item_id": "what Ann said"})["item_id"]
    assert first == again
    assert len({first, other, elsewhere}) == 3
    assert "Ann" not in first


@pytest.mark.parametrize(
    ("message", "left"),
    [
        ("Audio content of 1234ms is already shorter than 5678ms", ...),
        ("Only model output audio messages can be truncated.", "Only model output audio messages can be truncated"),
        ("Your session hit the maximum duration of 60 minutes.", "Your session hit the maximum duration of 60 minutes"),
        (
            "Input transcription failed for item 'Ann'. 429 Too Many Requests.",
            "Input transcription failed for item … 429 Too Many Requests",
        ),
        ("You said: Audio content of Ann is already shorter than Bob", "elided"),
        ("Incorrect API key provided: sk-abc", "elided"),
        ("", ""),
    ],
)
def test_of_a_message_the_api_s_own_sentences_are_left(message: str, left: Any) -> None:
    event = elided({"type": "error", "error": {"message": message}})
    assert event == {"type": "error", "error": {"message": message if left is ... else left}}
    assert elided({"type": "error", "error": message}) == {"type": "error", "error": message if left is ... else left}


def test_of_a_message_the_items_are_left_that_the_recording_names_anyway() -> None:
    elider = Elider(keep_audio=False)
    message = {"type": "error", "error": {"message": "no item 'my-item_1' of Ann's"}}
    assert elided(message, elider=elider)["error"]["message"] == "elided"
    elided({"type": "conversation.item.truncate", "item_id": "my-item_1"}, elider=elider)
    assert elided(message, elider=elider)["error"]["message"] == "my-item_1"


@pytest.mark.parametrize(
    ("reason", "left"),
    [
        ("invalid_request_error.invalid_api_key", ...),
        ("Your session hit the maximum duration of 60 minutes.", "Your session hit the maximum duration of 60 minutes"),
        ("keepalive ping timeout", ...),
        ("Ann hung up", ""),
    ],
)
def test_of_a_close_reason_likewise(reason: str, left: Any) -> None:
    assert Elider(keep_audio=False).reason(reason) == (reason if left is ... else left)


def test_of_an_unknown_type_the_ids_are_left() -> None:
    event = {"type": "brand.new", "event_id": "e1", "item_id": "i1", "secret": "x", "n": 1, "call_id": {"a": "b"}}
    assert json.loads(Elider(keep_audio=False).unknown("brand.new", json.dumps(event).encode())) == {
        "type": "brand.new",
        "event_id": "e1",
        "item_id": "i1",
        "call_id": {"elided_chars": 10},
    }


@pytest.mark.parametrize(
    "payload", [b"", b"{", b"[1]", b'{"a":' * 2000, b'{"type":"x","item":' * 500 + b"1" + b"}" * 500]
)
def test_what_cannot_be_walked_leaves_the_type(payload: bytes) -> None:
    elider = Elider(keep_audio=False)
    for written in (elider.event("x", payload), elider.event(None, payload), elider.unknown("x", payload)):
        assert json.loads(written) in ({"type": "x"}, {}) or payload.startswith(b'{"type"')


def test_the_work_is_bounded_whatever_comes() -> None:
    many = b'{"type":"x","content":[' + b",".join([b'{"text":"Ann"}'] * 60_000) + b"]}"
    assert json.loads(Elider(keep_audio=False).event("x", many)) == {}
    several = b'{"type":"x","content":[' + b",".join([b'{"text":"Ann"}'] * 15_000) + b"]}"
    content = json.loads(Elider(keep_audio=False).event("x", several))["content"]
    assert (len(content), content[0], content[-1]) == (15_000, {}, {})


# Nothing private, wherever it stands.

SECRET = "hunter2"
SENTENCE = "the word is hunter2"


def holding(secret: str, keys: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Values that have the secret in them at any place, as a key too, and much else."""
    leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.just(secret)
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys | st.just(secret), inner, max_size=6),
        max_leaves=20,
    )


@given(
    st.sampled_from(TYPES),
    st.dictionaries(st.text() | st.sampled_from(KNOWN), holding(SENTENCE, st.text() | st.sampled_from(KNOWN))),
)
@settings(max_examples=300)
def test_no_sentence_comes_through_wherever_it_stands(type: str, members: dict[str, Any]) -> None:
    payload = json.dumps({**members, "type": type, SENTENCE: SENTENCE}).encode()
    for elider in (Elider(keep_audio=False), Elider(keep_audio=True)):
        for written in (elider.event(type, payload), elider.unknown(type, payload)):
            json.loads(written)
            assert SECRET.encode() not in written


NOT_NAMES = st.sampled_from(sorted(set(KNOWN) - NAMES)) | st.text().filter(lambda key: key not in NAMES)


@given(st.sampled_from(TYPES), st.dictionaries(NOT_NAMES, holding(SECRET, NOT_NAMES)))
@settings(max_examples=300)
def test_no_word_comes_through_but_under_the_key_of_a_name(type: str, members: dict[str, Any]) -> None:
    payload = json.dumps({**members, "type": type}).encode()
    assert SECRET.encode() not in Elider(keep_audio=False).event(type, payload)


@pytest.mark.parametrize("credential", CREDENTIALS.values(), ids=CREDENTIALS)
def test_no_credential_comes_through_under_any_key(credential: str) -> None:
    elider = Elider(keep_audio=True)
    for value in (credential, [credential], {"id": credential}, f"Bearer {credential}", f"key-{credential}"):
        for key in KNOWN:
            payload = json.dumps({"type": "session.update", key: value}).encode()
            assert credential.encode() not in elider.event("session.update", payload) + elider.unknown("x", payload)
        assert credential not in elider.reason(str(value))


# All that facts are derived from.


def understood(side: Side, payload: bytes) -> Event | Unknown | Malformed:
    return decode(side, Message(Kind.TEXT, payload, len(payload), b""))


def same(live: Any, replayed: Any) -> bool:
    """Whether both give the same facts: of texts it counts whether they are empty, of audio how long it is."""
    if isinstance(replayed, Elided):
        return bool(live.elided_chars if isinstance(live, Elided) else live) == bool(replayed.elided_chars)
    if isinstance(replayed, ElidedAudio):
        return audio_bytes(live) == audio_bytes(replayed)
    if isinstance(live, msgspec.Struct):
        fields = [name for name in live.__struct_fields__ if name != "payload"]
        return type(live) is type(replayed) and all(same(getattr(live, f), getattr(replayed, f)) for f in fields)
    if isinstance(live, msgspec.Raw):
        return (bytes(live) == b"null") == (bytes(replayed) == b"null")
    if isinstance(live, list):
        return len(live) == len(replayed) and all(map(same, live, replayed))
    return bool(live == replayed) or (isinstance(live, str) and str(replayed).startswith("elided"))


NAME = st.sampled_from(["item_1", "completed", "", "with a space", "x" * 512])
NUMBER = st.integers(-5, 5) | st.floats(-1e6, 1e6)
WRONG = st.recursive(
    st.none() | st.booleans() | NUMBER | st.integers(2**53, 10**40) | NAME | st.just("y" * 513),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(KNOWN), inner, max_size=5),
    max_leaves=12,
)
OF_SCALAR = {
    type(None): st.none(),
    bool: st.booleans(),
    str: NAME,
    int: st.integers(-5, 5),
    float: NUMBER,
    msgspec.Raw: st.dictionaries(st.text(max_size=3), NAME, max_size=2),
}


def of(annotation: Any) -> st.SearchStrategy[Any]:
    """Values that a model's field can have."""
    if annotation in OF_SCALAR:
        return OF_SCALAR[annotation]
    if get_origin(annotation) is list:
        return st.lists(of(get_args(annotation)[0]), max_size=2)
    if get_origin(annotation) is Annotated:
        return of(get_args(annotation)[0])
    if not isinstance(annotation, type):
        return st.one_of([of(one) for one in get_args(annotation)])
    if not issubclass(annotation, msgspec.Struct):
        return st.nothing()
    fields = {field.encode_name: of(field.type) for field in msgspec.structs.fields(annotation)}
    return st.fixed_dictionaries({}, optional=fields)


@st.composite
def events(draw: st.DrawFn) -> tuple[Side, dict[str, Any]]:
    """An event of any type, with any of its fields, and others that its model does not have."""
    side = draw(st.sampled_from(Side))
    type = draw(st.sampled_from(sorted(CATALOGUE[side])))
    more = draw(st.dictionaries(st.sampled_from(["obfuscation", "voice", "text"]), NAME))
    return side, {**more, **draw(of(CATALOGUE[side][type])), "type": type}


@st.composite
def wrong_events(draw: st.DrawFn) -> tuple[Side, dict[str, Any]]:
    """The same with a value somewhere that may be of any type."""
    side, event = draw(events())
    place: Any = event
    while inner := [value for value in place.values() if isinstance(value, dict) and value]:
        if draw(st.booleans()):
            break
        place = draw(st.sampled_from(inner))
    place[draw(st.sampled_from(sorted(place.keys() - {"type"}) or ["item_id"]))] = draw(WRONG)
    return side, event


@given(events())
@settings(max_examples=1000)
def test_a_replay_has_the_same_figures(found: tuple[Side, dict[str, Any]]) -> None:
    side, event = found
    payload = json.dumps(event).encode()
    live = understood(side, payload)
    assert isinstance(live, Event)
    replayed = understood(side, Elider(keep_audio=False).event(live.type, payload))
    assert same(live, replayed), (live, replayed)


@given(wrong_events())
@settings(max_examples=1000)
def test_a_replay_takes_for_malformed_what_was(found: tuple[Side, dict[str, Any]]) -> None:
    side, event = found
    payload = json.dumps(event).encode()
    live = understood(side, payload)
    replayed = understood(side, Elider(keep_audio=False).event(live.type, payload))
    assert same(live, replayed), (live, replayed)


def test_a_name_is_the_same_however_it_is_escaped() -> None:
    elider = Elider(keep_audio=False)
    payload = rb'{"format":{"type":"audio\/pcmu"},"item_id":"item\u005f1","id":"a b","call_id":"a\u0020b"}'
    written = json.loads(elider.event("x", payload))
    assert (written["format"], written["item_id"]) == ({"type": "audio/pcmu"}, "item_1")
    assert written["id"] == written["call_id"]
    named = json.loads(elider.event("error", b'{"message":"no item_1 here"}'))
    assert named == {"message": "item_1"}


@pytest.mark.parametrize("number", ["15551234567", "555-12-3456", "tel:15551234567", "1.555.123.4567"])
def test_numbers_that_people_have_are_no_names(number: str) -> None:
    event = {"type": "conversation.item.deleted", "item_id": number, "call_id": number, "code": "404"}
    written: Any = elided(event)
    assert number not in json.dumps(written)
    assert written["item_id"] == written["call_id"]
    assert written["code"] == "404"
