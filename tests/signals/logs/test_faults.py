"""What Python writes by itself becomes log lines without values."""

import gc
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator

import pytest

from voicetap.signals.logs import faults
from voicetap.signals.logs.format import JsonLines

SECRET = "hunter2"


class Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonLines())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    for owner, hook in (
        (warnings, "showwarning"),
        (sys, "excepthook"),
        (sys, "unraisablehook"),
        (threading, "excepthook"),
    ):
        monkeypatch.setattr(owner, hook, getattr(owner, hook))
    faults.to_log()
    handler = Kept()
    faults.log.addHandler(handler)
    yield handler
    faults.log.removeHandler(handler)


def told(kept: Kept, message: str) -> dict[str, str]:
    assert SECRET not in "".join(kept.lines)
    [line] = [json.loads(line) for line in kept.lines]
    assert line["message"] == message
    return line  # type: ignore[no-any-return]


def test_a_warning_is_named_and_placed(kept: Kept) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning(ResourceWarning(SECRET), ResourceWarning, "file.py", 7)
    line = told(kept, "Python warns of something")
    assert (line["warning"], line["place"]) == ("ResourceWarning", "file.py:7")


def test_an_exception_in_a_thread(kept: Kept) -> None:
    def fail() -> None:
        raise ValueError(SECRET)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert told(kept, "an exception ends a thread")["exception"] == "ValueError"


class Undead:
    def __del__(self) -> None:
        raise ValueError(SECRET)


def test_an_exception_in_a_destructor(kept: Kept) -> None:
    dead = Undead()
    del dead
    gc.collect()
    assert told(kept, "an exception could not be raised")["exception"] == "ValueError"


def test_an_exception_that_ends_the_process(kept: Kept) -> None:
    try:
        raise ValueError(SECRET)
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
    line = told(kept, "an exception ends the process")
    assert (line["level"], line["exception"]) == ("critical", "ValueError")
    assert "test_faults.py:" in line["stack"][0]
