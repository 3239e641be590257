"""The header and the line, and what is said of bytes that are neither."""

import json

import pytest

from voicetap.chunks import Side
from voicetap.recording.format import (
    Header,
    NotJson,
    Unreadable,
    close_members,
    header_line,
    line,
    parse_header,
    parse_line,
    text_members,
    text_of,
)


def test_a_header_is_read_as_it_was_written() -> None:
    header = Header(1, "2026-11-21T11:54:27.123Z", "/v1/realtime?model=m", 210.5, "0.1.0")
    assert parse_header(header_line(header)) == header
    assert header_line(header).endswith(b"}\n")


def test_a_header_of_another_program_may_say_more_and_less() -> None:
    assert parse_header(b'{"voicetap_recording":1,"started_at":null,"source":"x","licence":"MIT"}\n') == Header(1)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{}", "missing required field `voicetap_recording`"),
        ('{"voicetap_recording": 2}', "is 2; this version of voicetap reads 1"),
        ('{"voicetap_recording": "1"}', "voicetap_recording: expected `int`, got `str`"),
        ('{"at_ms": 1, "from": "client", "ping": 4}', "must begin with a header"),
        ("\x00\x01", "not JSON"),
        ("[]", "expected `object`, got `array`"),
    ],
)
def test_what_is_no_header(text: str, why: str) -> None:
    with pytest.raises(Unreadable) as problem:
        parse_header(text.encode())
    assert why in str(problem.value)


def test_a_line_is_read_as_it_was_written() -> None:
    written = line(Side.SERVER, 12.345, b'"event":{"type": "x",  "n":1e999}')
    read = parse_line(written)
    assert (read.sender, read.at_ms, bytes(read.event)) == (Side.SERVER, 12.345, b'{"type": "x",  "n":1e999}')  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"from": "client", "ping": 4}', None),
        ('{"at_ms": null, "from": "server", "pong": 4, "more": [1]}', None),
        ('{"at_ms": 1, "from": "nobody", "ping": 4}', "from: invalid enum value"),
        ('{"at_ms": 1, "ping": 4}', "missing required field `from`"),
        ('{"at_ms": 1, "from": "client"}', "has none of event, text, binary_bytes, ping, pong, close"),
        ('{"at_ms": 1, "from": "client", "ping": 4, "text": "a"}', "has text and ping of"),
        ('{"at_ms": -1, "from": "client", "ping": 4}', "at_ms is -1"),
        ('{"at_ms": "1", "from": "client", "ping": 4}', "at_ms: expected `float | null`, got `str`"),
        ('{"at_ms": 1e999, "from": "client", "ping": 4}', "out of range"),
        ('{"at_ms": NaN, "from": "client", "ping": 4}', "not JSON"),
        ('{"at_ms": 1, "from": "client", "close": 1000}', "close: expected `object`, got `int`"),
        ("1", "expected `object`, got `int`"),
        ("{" * 100_000, "not JSON"),
        ('{"at_ms": 1, "from": "client", "event": {"a":' + "[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_a_line_and_what_is_none(text: str, why: str | None) -> None:
    if why is None:
        parse_line(text.encode())
        return
    with pytest.raises(Unreadable) as problem:
        parse_line(text.encode())
    assert why in str(problem.value)


def test_bytes_that_are_not_utf8_are_no_line_even_where_nothing_looks_at_them() -> None:
    with pytest.raises(NotJson, match="not UTF-8 at byte 42"):
        parse_line(b'{"at_ms":1,"from":"client","event":{"a":"\xff"}}')


def test_a_problem_is_one_short_line_whatever_the_file_says() -> None:
    with pytest.raises(Unreadable) as problem:
        parse_line(json.dumps({"at_ms": 1, "from": "a\nb\x1b[31m" * 1000, "ping": 4}).encode())
    assert len(str(problem.value)) <= 200
    assert str(problem.value).isprintable()


@pytest.mark.parametrize("payload", [b"hello", "grüß dich".encode(), b"\xff\xfe {", b'"\\ud800"', b""])
def test_a_text_is_any_bytes(payload: bytes) -> None:
    assert text_of(parse_line(line(Side.CLIENT, 0.0, text_members(payload)))) == payload


@pytest.mark.parametrize("text", ["1", "null", "{}", '"\\ud800"', '"€","latin1":true'])
def test_a_text_that_is_no_text(text: str) -> None:
    with pytest.raises(Unreadable):
        text_of(parse_line(line(Side.CLIENT, 0.0, b'"text":' + text.encode())))


def test_a_close_says_no_more_than_there_is_to_say() -> None:
    assert json.loads(b"{" + close_members(1000, "bye") + b"}") == {"close": {"code": 1000, "reason": "bye"}}
