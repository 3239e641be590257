"""One JSON object a line, whatever is in the message."""

import json
import logging
import sys

import pytest

from voicetap.signals.logs import JsonLines


def record(message: str, *, failed: bool = False) -> logging.LogRecord:
    information = None
    if failed:
        try:
            raise ValueError("the value sk-canary is bad")
        except ValueError:
            information = sys.exc_info()
    made = logging.LogRecord("voicetap.relay", logging.WARNING, __file__, 1, message, None, information)
    made.created = 1_800_000_000.25
    return made


def test_a_line() -> None:
    assert json.loads(JsonLines().format(record("hello"))) == {
        "time": "2027-01-15T08:00:00.250+00:00",
        "level": "warning",
        "logger": "voicetap.relay",
        "message": "hello",
    }


@pytest.mark.parametrize("text", ["a\nb", "a\r\n{}", "\x1b[2J", "\u2028", "\u202e", "\x00"])
def test_no_message_can_forge_a_second_line_or_move_the_cursor(text: str) -> None:
    line = JsonLines().format(record(text))
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["message"] == text


def test_an_exception_is_named_and_placed_but_not_quoted() -> None:
    line = json.loads(JsonLines().format(record("it failed", failed=True)))
    assert line["exception"] == "ValueError"
    assert "test_logs.py:" in line["stack"][0]
    assert "canary" not in json.dumps(line)
