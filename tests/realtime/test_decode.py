import base64
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.inspect import StructType

from support.dialogue import message
from support.requires import requires_path
from support.shapes import JSON, ODD, like, struct_of, structs_in
from voicetap.chunks import Side
from voicetap.realtime import CATALOGUE, Event, Malformed, Unknown, decode
from voicetap.realtime.client import AudioAppend
from voicetap.realtime.decode import WHOLE
from voicetap.realtime.event import REASONS
from voicetap.realtime.objects import ItemObject, has_text, text_of
from voicetap.realtime.server import (
    ErrorOccurred,
    OutputAudioDelta,
    OutputTextDone,
    ResponseDone,
    SessionDescribed,
    TranscriptionCompleted,
    TranslatedAudioDelta,
)
from voicetap.wire import Kind, Message

DELTA = b'"type":"response.output_audio.delta"'
MEBIBYTE = 1024 * 1024


def outcome(content: object, sender: Side = Side.SERVER) -> tuple[str, str | None]:
    """What became of a message, and its type."""
    got = decode(sender, message(content))
    if isinstance(got, Malformed):
        return got.reason, got.type
    return ("unknown" if isinstance(got, Unknown) else "event"), got.type


KNOWN = ("event", "response.output_audio.delta")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(b"{" + DELTA + b"}", KNOWN, id="plain"),
        pytest.param(b' \n{"z" : [ ] ,\t' + DELTA + b" } \n", KNOWN, id="white space"),
        pytest.param(b'{"type":"response.output_\\u0061udio.delta"}', KNOWN, id="escaped type"),
        pytest.param(b"{" + DELTA + b',"z":1e999999}', KNOWN, id="a huge float"),
        pytest.param(b"{" + DELTA + b',"z":' + b"9" * 100_000 + b"}", KNOWN, id="an integer of 10^5 digits"),
        pytest.param(b"{" + DELTA + b',"a":1,"a":2,"item_id":"x","item_id":"y"}', KNOWN, id="duplicate keys"),
        pytest.param({"type": "response.output_audio.delta", "z": "zażółć 🎤"}, KNOWN, id="escaped text"),
        pytest.param(b"{" + DELTA + ',"z":"zażółć 🎤"}'.encode(), KNOWN, id="UTF-8 text"),
        pytest.param(b"{" + DELTA + b',"item_id":null}', KNOWN, id="null where an id should be"),
        pytest.param(b"{" + DELTA + b"}" + b" " * (MEBIBYTE - 40), KNOWN, id="almost 1 MiB"),
        pytest.param(b'{"type":"nope"}', ("unknown", "nope"), id="no such type"),
        pytest.param(b'{"type":""}', ("unknown", ""), id="an empty type"),
        pytest.param(
            b'{"type":"input_audio_buffer.append"}', ("unknown", "input_audio_buffer.append"), id="a client's"
        ),
        pytest.param({"type": "n" * (MEBIBYTE - 100)}, ("unknown", "n" * 200), id="a type of 1 MiB"),
        pytest.param(b"", ("json", None), id="nothing"),
        pytest.param(b"hello", ("json", None), id="no JSON"),
        pytest.param(b"{" + DELTA, ("json", None), id="cut off"),
        pytest.param(b"{" + DELTA + b"}}", ("json", None), id="more behind it"),
        pytest.param(b'{"type":"nope"', ("json", None), id="an unknown type cut off"),
        pytest.param(b"\xef\xbb\xbf{" + DELTA + b"}", ("json", None), id="byte order mark"),
        pytest.param(("{" + DELTA.decode() + "}").encode("utf-16"), ("utf8", None), id="UTF-16"),
        pytest.param(("{" + DELTA.decode() + "}").encode("utf-16-le"), ("json", None), id="UTF-16 without a mark"),
        pytest.param(b"{" + DELTA + b',"z":NaN}', ("json", None), id="NaN"),
        pytest.param(b"{" + DELTA + b',"z":Infinity}', ("json", None), id="Infinity"),
        pytest.param(b"{" + DELTA + b',"z":"\\ud800"}', ("json", None), id="half a surrogate pair"),
        pytest.param(b"{" + DELTA + b',"z":"\xed\xa0\x80"}', ("utf8", None), id="a surrogate in UTF-8"),
        pytest.param(b"{" + DELTA + b',"z":"\xff"}', ("utf8", None), id="a wrong byte in a field that is skipped"),
        pytest.param(b"{" + DELTA + b',"item_id":"\xff"}', ("utf8", None), id="a wrong byte in a field that is read"),
        pytest.param(b'{"type":"\xff"}', ("utf8", None), id="a wrong byte in the type"),
        pytest.param(b"{" + DELTA + b',"z":' + b"[" * 500_000 + b"]" * 500_000 + b"}", ("depth", None), id="deep"),
        pytest.param(b"[" * MEBIBYTE, ("not_object", None), id="deep, and no object"),
        pytest.param(b"[{" + DELTA + b"}]", ("not_object", None), id="an array"),
        pytest.param(b'"' + b"x" * 100 + b'"', ("not_object", None), id="a string"),
        pytest.param(b"1", ("not_object", None), id="a number"),
        pytest.param(b"null", ("not_object", None), id="null"),
        pytest.param(b"{}", ("no_type", None), id="an empty object"),
        pytest.param(b'{"item":{' + DELTA + b"}}", ("no_type", None), id="only a nested type"),
        pytest.param(b'{"type":null}', ("no_type", None), id="type null"),
        pytest.param(b'{"type":5}', ("no_type", None), id="type a number"),
        pytest.param(b'{"type":["response.done"]}', ("no_type", None), id="type an array"),
        pytest.param(b'{"type":{"type":"response.done"}}', ("no_type", None), id="type an object"),
        pytest.param(b"{" + DELTA + b',"item_id":5}', ("schema", KNOWN[1]), id="an id that is a number"),
        pytest.param(b"{" + DELTA + b',"item_id":' + b"9" * 10_000 + b"}", ("schema", KNOWN[1]), id="a huge one"),
        pytest.param({"type": KNOWN[1], "item_id": "i" * 513}, ("schema", KNOWN[1]), id="an id that is too long"),
        pytest.param(b"{" + DELTA + b',"delta":"QUJD","delta":"QQ=="}', KNOWN, id="audio twice"),
        pytest.param(b"{" + DELTA + b',"delta":{"elided_bytes":3}}', KNOWN, id="audio left out"),
        pytest.param(b"{" + DELTA + b',"delta":5}', ("schema", KNOWN[1]), id="a number for audio"),
        pytest.param(b"{" + DELTA + b',"delta":"\\ud800"}', ("json", None), id="half a surrogate pair for audio"),
        pytest.param(
            b'{"type":"response.done","response":{"metadata":' + b"[" * 9000 + b"]" * 9000 + b"}}",
            ("depth", None),
            id="deep, in a field that is kept as it came",
        ),
        pytest.param(
            b'{"type":"response.done","response":{"usage":{"total_tokens":' + b"9" * 30 + b"}}}",
            ("schema", "response.done"),
            id="more tokens than could be",
        ),
        pytest.param(b'{"type":"response.done",' + DELTA + b"}", ("schema", KNOWN[1]), id="two types"),
        pytest.param(
            {"type": "conversation.item.truncated", "audio_end_ms": "soon"},
            ("schema", "conversation.item.truncated"),
            id="a word for a number",
        ),
    ],
)
def test_messages_of_a_server(content: object, expected: tuple[str, str | None]) -> None:
    assert outcome(content) == expected


def test_a_type_belongs_to_its_side() -> None:
    assert outcome({"type": "session.update"}, Side.CLIENT) == ("event", "session.update")
    assert outcome({"type": "session.update"}, Side.SERVER) == ("unknown", "session.update")
    assert outcome({"type": "session.updated"}, Side.CLIENT) == ("unknown", "session.updated")


@pytest.mark.parametrize("side", Side)
def test_every_type_of_the_catalogue_is_an_event(side: Side) -> None:
    for name, model in CATALOGUE[side].items():
        event = decode(side, message({"type": name}))
        assert isinstance(event, model)
        assert (event.type, event.sender, event.model, event.whole) == (name, side, model, True)


def test_what_is_no_event_keeps_the_message() -> None:
    for content in (b"hello", b"{}", b'{"type":"nope"}', b'{"type":"error","error":[]}', b'"\xff"'):
        got = decode(Side.CLIENT, message(content))
        assert isinstance(got, Unknown | Malformed)
        assert (got.payload, got.sender) == (content, Side.CLIENT)


def test_binary_messages_are_no_events() -> None:
    payload = b"{" + DELTA + b"}"
    got = decode(Side.SERVER, Message(Kind.BINARY, payload, len(payload), b""))
    assert got == Malformed(Side.SERVER, "binary", None, payload)


def oversize(before: bytes, after: bytes) -> bytes:
    return before + b"A" * (WHOLE + 1 - len(before) - len(after)) + after


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        pytest.param(oversize(b"{" + DELTA + b',"item_id":"i","delta":"', b'"}'), KNOWN, id="type first"),
        pytest.param(oversize(b'{"item_id":"i","delta":"', b'",' + DELTA + b"}"), KNOWN, id="type last"),
        pytest.param(oversize(b'{"type":"nope","delta":"', b'"}'), ("unknown", "nope"), id="an unknown type"),
        pytest.param(oversize(b'{"delta":"', b'"}'), ("oversize", None), id="no type"),
        pytest.param(oversize(b'{"item":{' + DELTA + b'},"delta":"', b'"}'), ("oversize", None), id="only nested"),
    ],
)
def test_above_a_mebibyte_only_the_type_is_read(payload: bytes, expected: tuple[str, str | None]) -> None:
    assert outcome(payload) == expected


def test_an_event_that_was_not_read_has_its_defaults_and_says_so() -> None:
    event = decode(Side.SERVER, message(oversize(b"{" + DELTA + b',"item_id":"i","delta":"', b'"}')))
    assert isinstance(event, OutputAudioDelta)
    assert (event.whole, event.type, event.item_id, event.model) == (False, KNOWN[1], None, OutputAudioDelta)


@pytest.mark.parametrize("side", Side)
def test_every_type_can_go_unread(side: Side) -> None:
    for name, model in CATALOGUE[side].items():
        event = decode(side, Message(Kind.TEXT, json.dumps({"type": name}).encode(), 20_000_000, b""))
        assert isinstance(event, model)
        assert (event.type, event.whole) == (name, False)


@pytest.mark.parametrize(
    ("payload", "tail", "expected"),
    [
        pytest.param(b"{" + DELTA + b',"delta":"AAAA', b'AAAA"}', KNOWN, id="in what was kept"),
        pytest.param(b'{"delta":"AAAA', b'AAAA",' + DELTA + b"}", KNOWN, id="in its end"),
        pytest.param(b'{"delta":"AAAA', b"", ("oversize", None), id="in neither; the end is not known"),
        # Were the end of the head taken for the end of the message, the nested type would look like its own.
        pytest.param(b'{"delta":"AAAA"},"type":"response.done"}', b"", ("oversize", None), id="after the end"),
    ],
)
def test_of_a_cut_message_only_the_type_is_read(payload: bytes, tail: bytes, expected: tuple[str, str | None]) -> None:
    got = decode(Side.SERVER, Message(Kind.TEXT, payload, 20_000_000, tail))
    assert (getattr(got, "reason", "event"), got.type) == expected


NAMES = st.sampled_from(sorted({name for side in Side for name in CATALOGUE[side]} | {"nope"}))
LOOKED_INTO = [(side, name) for side in Side for name, model in CATALOGUE[side].items() if model is not Event]


def fields_in(info: StructType) -> Iterator[str]:
    for field in info.fields:
        yield field.encode_name
        for inner in structs_in(field.type):
            yield from fields_in(inner)


FIELDS = st.sampled_from(sorted({f for side, name in LOOKED_INTO for f in fields_in(struct_of(CATALOGUE[side][name]))}))
OBJECTS = st.recursive(JSON, lambda inner: st.dictionaries(FIELDS, inner, max_size=4), max_leaves=12)


def check(side: Side, payload: bytes, size: int, tail: bytes = b"") -> None:
    got = decode(side, Message(Kind.TEXT, payload, size, tail))
    assert isinstance(got, Event | Unknown | Malformed)
    if isinstance(got, Malformed):
        assert got.reason in REASONS
        assert (got.type is not None) == (got.reason == "schema")


@given(st.sampled_from(Side), st.binary(max_size=200), st.binary(max_size=100), st.booleans())
def test_no_bytes_make_it_raise(side: Side, payload: bytes, tail: bytes, cut: bool) -> None:
    check(side, payload, len(payload) + cut, tail)


@given(st.sampled_from(Side), NAMES, st.dictionaries(FIELDS, OBJECTS, max_size=6), st.booleans(), st.booleans())
def test_no_fields_make_it_raise(side: Side, name: str, fields: dict[str, Any], first: bool, cut: bool) -> None:
    event = {"type": name, **fields} if first else {**fields, "type": name}
    payload = json.dumps(event).encode()
    check(side, payload, len(payload) + cut, payload)


def use(event: Event) -> None:
    """Ask it everything that it can be asked."""
    for item in [getattr(event, "item", None), *(getattr(getattr(event, "response", None), "output", None) or ())]:
        for part in item.parts() if isinstance(item, ItemObject) else ():
            text_of(part.text)
            text_of(part.transcript)
    if isinstance(event, OutputTextDone):
        text_of(event.text)
    if isinstance(event, AudioAppend | OutputAudioDelta | TranslatedAudioDelta):
        assert event.audio_bytes() >= 0
    elif isinstance(event, ErrorOccurred):
        assert event.detail().name()
    elif isinstance(event, ResponseDone):
        event.used()
    elif isinstance(event, SessionDescribed) and event.session is not None:
        event.session.transcription()
        event.session.turn_detection()
        for bytes_per_ms in (event.session.input_format(), event.session.output_format()):
            assert not isinstance(bytes_per_ms, float) or bytes_per_ms > 0
    elif isinstance(event, TranscriptionCompleted):
        has_text(event.transcript)


def shaped(other: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Side, dict[str, Any]]]:
    """An event of any type that is looked into, with JSON in each of its fields."""
    return st.one_of(
        [
            like(struct_of(CATALOGUE[side][name]), other).map(
                lambda fields, side=side, name=name: (side, {**fields, "type": name})
            )
            for side, name in LOOKED_INTO
        ]
    )


@given(shaped(st.nothing()))
def test_whatever_has_the_shape_of_an_event_is_one_and_can_be_used(sent: tuple[Side, dict[str, Any]]) -> None:
    side, fields = sent
    event = decode(side, message(fields))
    assert isinstance(event, Event), event
    use(event)


@given(shaped(ODD))
def test_no_odd_field_makes_it_raise(sent: tuple[Side, dict[str, Any]]) -> None:
    side, fields = sent
    event = decode(side, message(fields))
    if isinstance(event, Event):
        use(event)
    else:
        assert isinstance(event, Malformed)
        assert (event.reason, event.type) in {("schema", fields["type"]), ("json", None)}


@given(st.sampled_from(Side), st.binary(max_size=60), st.integers(0, 120))
def test_no_damage_makes_it_raise(side: Side, damage: bytes, at: int) -> None:
    whole = b'{"type":"conversation.item.truncated","item_id":"item_1","content_index":0,"audio_end_ms":1500}'
    damaged = whole[:at] + damage + whole[at + len(damage) :]
    check(side, damaged, len(damaged))


NO_EVENTS = {
    "examples-openai-openapi.jsonl": {
        ("client", "no_type", None): 2,
        ("server", "no_type", None): 3,
        ("server", "unknown", "transcription"): 1,
        ("server", "unknown", "translation"): 1,
    },
    "run-hf-speech-to-speech.jsonl": {("client", "unknown", "nope"): 1},
    "run-mockagents-bargein.jsonl": {("client", "unknown", "nope"): 1, ("client", "unknown", "<raw>"): 1},
}
"""What captures have besides events: objects of the documentation, and deliberate nonsense."""


def captures() -> list[Path]:
    return sorted(requires_path("../shared/captures").glob("*.jsonl"))


def test_what_real_servers_and_clients_sent_is_in_the_catalogue() -> None:
    found: dict[str, Counter[tuple[str, str, str | None]]] = {}
    for path in captures():
        others = found[path.name] = Counter()
        for line in path.read_text().splitlines()[1:]:
            recorded = json.loads(line)
            if "event" in recorded:
                kind, name = outcome(recorded["event"], Side(recorded["from"]))
                if kind != "event":
                    others[recorded["from"], kind, name] += 1
    assert {name: dict(others) for name, others in found.items() if others} == NO_EVENTS


def test_elided_text_is_read() -> None:
    name = "conversation.item.input_audio_transcription.completed"
    event = decode(Side.SERVER, message({"type": name, "transcript": {"elided_chars": 12}}))
    assert isinstance(event, TranscriptionCompleted)


def test_of_an_append_that_is_too_large_to_be_read_the_audio_is_measured() -> None:
    audio = base64.b64encode(bytes(3_000_001)).decode()
    payload = json.dumps({"type": "input_audio_buffer.append", "audio": audio}).encode()
    event = decode(Side.CLIENT, Message(Kind.TEXT, payload[:70_000], len(payload), payload[-4096:]))
    assert isinstance(event, AudioAppend)
    assert (event.audio_bytes(), event.whole, event.type) == (3_000_001, False, "input_audio_buffer.append")
