"""The shapes of disturbances; what they do is in test_disturbed."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from voicetap.simulator.disturbance import KINDS, Delay, Disturbance, Failure, Shut

READ = TypeAdapter(Disturbance).validate_python


def test_each_kind_is_told_by_what_it_does() -> None:
    delay = READ({"on": "response.*", "do": "delay", "seconds": 0.5, "rate": 0.1, "times": 2})
    assert delay == Delay(on="response.*", do="delay", seconds=0.5, rate=0.1, times=2)
    error = {"type": "server_error", "message": "Oh."}
    shut = READ({"at": 3, "do": "close", "code": 1011, "reason": "why", "error": error})
    assert shut == Shut(at=3.0, do="close", code=1011, reason="why", error=Failure("server_error", "Oh."))


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"do": "reset"}, "needs either `on`"),
        ({"do": "reset", "on": "error", "at": 1.0}, "needs either `on`"),
        ({"do": "reset", "on": "error", "every": 1.0}, "`every` goes with `at`"),
        ({"do": "drop", "at": 1.0}, "needs `on`"),
        ({"do": "repeat", "at": 1.0}, "needs `on`"),
        ({"do": "delay", "at": 1.0, "seconds": 1.0}, "needs `on`"),
        ({"do": "change", "at": 1.0, "event": {}}, "needs `on`"),
        ({"do": "garble", "at": 1.0}, "either `text` or `binary_bytes`"),
        ({"do": "garble", "at": 1.0, "text": "", "binary_bytes": 1}, "either `text` or `binary_bytes`"),
        ({"do": "close", "at": 1.0, "code": 999}, "greater than or equal to 1000"),
        ({"do": "close", "at": 1.0, "code": 1000, "reason": "x" * 124}, "at most 123"),
        ({"do": "hush", "at": 1.0, "seconds": 0}, "greater than 0"),
        ({"do": "insert", "at": 1.0, "event": {}}, "at least 1"),
        ({"do": "reset", "at": 1.0, "every": 0}, "greater than 0"),
        ({"do": "reset", "at": 1.0, "rate": 1.5}, "less than or equal to 1"),
        ({"do": "explode", "at": 1.0}, "does not match any of the expected tags"),
    ],
)
def test_what_makes_no_sense_is_refused(given: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        READ(given)


def test_every_kind_says_what_it_does() -> None:
    assert len({kind.__dataclass_fields__["do"].type for kind in KINDS}) == len(KINDS) == 10
