"""One JSON object a line, whatever is in the record."""

import json
import logging
import sys
from typing import Any

import pytest

from voicetap.signals.logs.format import FIELDS, LONGEST_FIELD, LONGEST_MESSAGE, MOST_PLACES, JsonLines

HOSTILE = [
    "a\nb",
    "a\r\n{}",
    "\x1b[2J",
    "\u2028",
    "\u202e",
    "\x00",
    "\x7f",
    "\x9b31m",
    "\ud800",
    '", "level": "info',
    "🎤",
]


def record(
    message: str, *args: object, name: str = "voicetap.relay", failed: bool = False, **fields: object
) -> logging.LogRecord:
    information = None
    if failed:
        try:
            raise ValueError("the value hunter2 is bad")
        except ValueError:
            information = sys.exc_info()
    made = logging.LogRecord(name, logging.WARNING, __file__, 1, message, args, information)
    made.created = 1_800_000_000.25
    if fields:
        setattr(made, FIELDS, fields)
    return made


def formatted(made: logging.LogRecord) -> dict[str, Any]:
    line = JsonLines().format(made)
    assert line.isascii()
    assert line.isprintable()
    read: dict[str, Any] = json.loads(line)
    return read


def test_a_line() -> None:
    assert formatted(record("hello")) == {
        "time": "2027-01-15T08:00:00.250+00:00",
        "level": "warning",
        "logger": "voicetap.relay",
        "message": "hello",
    }


def test_fields_stand_beside_the_message_as_what_they_are() -> None:
    line = formatted(record("hello", code="x", count=3, table={"completed": 2}, seconds=1.5))
    assert list(line) == ["time", "level", "logger", "message", "code", "count", "table", "seconds"]
    assert (line["code"], line["count"], line["table"], line["seconds"]) == ("x", 3, {"completed": 2}, 1.5)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_message_and_no_field_can_forge_a_second_line_or_move_the_cursor(text: str) -> None:
    assert formatted(record(text))["message"] == text
    assert formatted(record("%s", text))["message"] == text
    assert formatted(record("hello", code=text))["code"] == text


def test_what_is_too_long_is_cut() -> None:
    line = formatted(record("x" * (1 << 20), code="y" * (1 << 20)))
    assert line["message"] == "x" * (LONGEST_MESSAGE - 1) + "…"
    assert line["code"] == "y" * (LONGEST_FIELD - 1) + "…"


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_json_does_not_have_is_null(number: float) -> None:
    assert formatted(record("hello", seconds=number))["seconds"] is None


def test_an_exception_is_named_and_placed_but_not_quoted() -> None:
    line = formatted(record("it failed", failed=True))
    assert line["exception"] == "ValueError"
    assert "test_format.py:" in line["stack"][0]
    assert "hunter2" not in json.dumps(line)


def test_of_a_deep_traceback_the_innermost_places_are_kept() -> None:
    def deeper() -> None:
        deeper()

    try:
        deeper()
    except RecursionError:
        made = record("it failed")
        made.exc_info = sys.exc_info()
    assert len(formatted(made)["stack"]) == MOST_PLACES


def test_a_credential_in_a_message_of_voicetaps_own_is_left_out() -> None:
    assert formatted(record("refused: %s", "Bearer hunter2hunter2"))["message"] == "refused: …elided"


def test_of_others_neither_arguments_nor_fields_are_shown_but_the_place_is() -> None:
    line = formatted(record("a header: %s", "hunter2", name="aiohttp.server", token="hunter2"))
    assert line["message"] == "a header: …"
    assert line["place"] == f"{__file__}:1"
    assert "hunter2" not in json.dumps(line)


def test_a_logger_that_only_begins_like_ours_is_not_ours() -> None:
    assert formatted(record("a header: %s", "hunter2", name="voicetapestry"))["message"] == "a header: …"
