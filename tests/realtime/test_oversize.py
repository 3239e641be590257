import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicetap.realtime.oversize import HEAD, TAIL, find_audio, find_type

BIG = "QUJD" * 5000
"""What stands for `…`."""


def find(text: str | bytes) -> str | None:
    payload = text.encode() if isinstance(text, str) else text
    return find_type(payload[:HEAD], payload[-TAIL:] if len(payload) > TAIL else b"")


@pytest.mark.parametrize(
    "event",
    [
        pytest.param({"type": "x", "audio": BIG}, id="first"),
        pytest.param({"event_id": "e", "n": [1, {"type": "no"}], "type": "x", "audio": BIG}, id="behind others"),
        pytest.param({"audio": BIG, "type": "x"}, id="last"),
        pytest.param(
            {"audio": BIG, "type": "x", "item": {"type": "no"}, "a": ["type", {}], "b": None}, id="near the end"
        ),
        pytest.param({"item": {"type": "no", "audio": BIG}, "type": "x"}, id="behind a nested one"),
        pytest.param({"quoted": '"type":"no"', "audio": BIG, "back\\": "\\", "type": "x"}, id="among escapes"),
        pytest.param({"audio": BIG, "type": "x", "quoted": '{"type":"no"}\\"'}, id="before escapes"),
        pytest.param({"value": "type", "type": "x", "audio": BIG}, id="behind a value of that name"),
    ],
)
@pytest.mark.parametrize("separators", [(",", ":"), (" , ", " : ")], ids=["dense", "spaced"])
def test_the_type_is_found_near_either_end(event: dict[str, Any], separators: tuple[str, str]) -> None:
    assert find(json.dumps(event, separators=separators)) == "x"
    assert find(json.dumps(event, indent=2) + "\n\n") == "x"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{"a":"…","type":"x","b":"…"}', id="between large fields"),
        pytest.param('{"item":{"type":"no","a":"…"}}', id="only nested, at the beginning"),
        pytest.param('{"item":{"a":"…","type":"no"}}', id="only nested, at the end"),
        pytest.param('[{"type":"no"},"…"]', id="in an array"),
        pytest.param('["…",{"type":"no"}]', id="at the end of an array"),
        pytest.param('{"type":5,"a":"no","b":"…"}', id="a number"),
        pytest.param('{"type":{"a":"no"},"b":"…"}', id="an object"),
        pytest.param('{"b":"…","type":5,"a":"no"}', id="a number, at the end"),
        pytest.param('{"b":"…","type":["no"]}', id="an array, at the end"),
        pytest.param('{"type":"\\ud800","b":"…"}', id="half a surrogate pair"),
        pytest.param('{"a":1}{"type":"no"…', id="behind the end of the object"),
        pytest.param('{"b":"…"}{"type":"no"', id="no end"),
        pytest.param('{"b":"…",' + " " * TAIL + '"type":5}', id="white space"),
        pytest.param("…", id="no JSON"),
        pytest.param('{"b":"…', id="a string without an end"),
        pytest.param("[" * 20_000, id="brackets"),
        pytest.param("{" * 20_000, id="braces"),
        pytest.param('{"b":' + "]" * 20_000, id="closing brackets"),
        pytest.param("", id="nothing"),
        pytest.param('{"b":"' + "\\" * 20_000 + '"', id="backslashes"),
        pytest.param('{"b":"' + '\\"' * 10_000 + '"}', id="escaped quotes"),
    ],
)
def test_nothing_else_is_taken_for_it(text: str) -> None:
    assert find(text.replace("…", BIG)) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param('{"type":"","b":"…"}', "", id="an empty type"),
        pytest.param('{"t\\u0079pe":"\\u0078","b":"…"}', "x", id="escaped, at the beginning"),
        pytest.param('{"b":"…","t\\u0079pe":"x"}', "x", id="escaped, at the end"),
        pytest.param('{"\\ud800":1,"type":"x","b":"…"}', "x", id="behind half a surrogate pair"),
    ],
)
def test_unusual_types_are_read(text: str, found: str) -> None:
    assert find(text.replace("…", BIG)) == found


@pytest.mark.parametrize("cut", range(40))
def test_an_end_that_begins_anywhere_gives_the_type_or_nothing(cut: int) -> None:
    end = b'"a\\"type":"no","\\\\":"\\\\","type":"x"}'[cut:]
    assert find_type(b"", end) in {"x", None}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('"\\{}[]:, atype', max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["type", 'a"', "b\\", "c"]), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(
    st.dictionaries(st.sampled_from(["type", "item", 'q"', "s\\", "z"]), VALUES, max_size=5),
    st.integers(0, 5),
    st.sampled_from([None, 2]),
)
def test_what_is_found_is_the_type_whatever_is_around_it(event: dict[str, Any], place: int, indent: int | None) -> None:
    members = list(event.items())
    members.insert(min(place, len(members)), ("big", BIG))
    expected = event.get("type")
    found = find(json.dumps(dict(members), indent=indent))
    assert found == (expected if isinstance(expected, str) else None)


@pytest.mark.parametrize("size", [1_000_000, 1_000_001, 1_000_002])
@pytest.mark.parametrize("template", ['{"type":"x","audio" : "%s"}', '{"audio":"%s","event_id":"e","type":"x"}'])
def test_how_much_audio_there_is_follows_from_where_the_string_ends(template: str, size: int) -> None:
    message = (template % base64.b64encode(bytes(size)).decode()).encode()
    assert find_audio(message[:HEAD], message[-TAIL:], len(message)) == size


@pytest.mark.parametrize("message", [b'{"type":"x"}', b'{"audio":3}', b""])
def test_without_a_string_there_is_no_audio(message: bytes) -> None:
    assert find_audio(message, b"", len(message)) is None
