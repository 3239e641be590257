"""Lines reach standard error in order, and nobody waits for it."""

import io
import json
import logging
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event, Timer
from typing import Any

import pytest

from voicetap.signals.logs import output
from voicetap.signals.logs.output import Descriptor, LineHandler


def logger_to(handler: logging.Handler) -> logging.Logger:
    log = logging.Logger("voicetap.test")
    log.addHandler(handler)
    return log


class Stuck(io.StringIO):
    """A pipe that nobody reads, until somebody does."""

    def __init__(self) -> None:
        super().__init__()
        self.entered = Event()
        self.read = Event()

    def write(self, text: str) -> int:
        self.entered.set()
        assert self.read.wait(5)
        return super().write(text)


class Halting(io.StringIO):
    """A pipe from which one line is read, and then no more."""

    def __init__(self) -> None:
        super().__init__()
        self.entered = Event()
        self.first = Event()
        self.rest = Event()

    def write(self, text: str) -> int:
        gate = self.rest if self.entered.is_set() else self.first
        self.entered.set()
        assert gate.wait(5)
        return super().write(text)


class Broken(io.StringIO):
    """A disk that is full, or a pipe that was closed."""

    def write(self, text: str) -> int:
        raise OSError(28, "No space left on device")


def messages(stream: io.StringIO) -> list[str]:
    return [json.loads(line)["message"] for line in stream.getvalue().splitlines()]


def test_lines_come_in_order_and_the_last_ones_at_the_end() -> None:
    stream = io.StringIO()
    handler = LineHandler(stream)
    for number in range(1000):
        logger_to(handler).info("%d", number)
    handler.close()
    assert messages(stream) == [str(number) for number in range(1000)]


def test_while_nobody_reads_nobody_waits_and_what_is_lost_is_counted() -> None:
    stream = Stuck()
    handler = LineHandler(stream, limit=3)
    log = logger_to(handler)
    log.info("first")
    assert stream.entered.wait(5)
    for number in range(10):
        log.info("%d", number)
    stream.read.set()
    handler.close()
    assert messages(stream) == [
        "first",
        "7 log lines were lost: standard error was too slow",
        *("0", "1", "2"),
    ]


def test_the_end_of_the_process_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "STOP_SECONDS", 0.05)
    stream = Stuck()
    for limit in (1, 10):
        handler = LineHandler(stream, limit=limit)
        logger_to(handler).info("first")
        logger_to(handler).info("second")
        handler.close()
    stream.read.set()


@pytest.mark.parametrize("limit", [1, 10], ids=["full", "with room"])
def test_the_end_takes_its_time_once(limit: int) -> None:
    """To find room for the last word and to write it, together."""
    stream = Stuck()
    handler = LineHandler(stream, limit=limit)
    log = logger_to(handler)
    log.info("first")
    assert stream.entered.wait(5)
    log.info("second")
    began = time.monotonic()
    handler.close()
    assert output.STOP_SECONDS <= time.monotonic() - began < output.STOP_SECONDS + 0.5
    stream.read.set()


def test_room_that_comes_late_gives_no_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "STOP_SECONDS", 0.6)
    stream = Halting()
    handler = LineHandler(stream, limit=1)
    log = logger_to(handler)
    log.info("first")
    assert stream.entered.wait(5)
    log.info("second")
    began = time.monotonic()
    Timer(0.4, stream.first.set).start()
    handler.close()
    assert time.monotonic() - began < 0.9
    stream.rest.set()


def test_a_stream_that_fails_hurts_nobody() -> None:
    handler = LineHandler(Broken())
    logger_to(handler).info("lost")
    handler.close()
    handler.close()


def test_a_record_that_cannot_be_formatted_is_told_of_without_what_is_in_it() -> None:
    stream = io.StringIO()
    handler = LineHandler(stream)
    logger_to(handler).info("%d", "hunter2")
    handler.close()
    assert messages(stream) == ["a log record could not be formatted: TypeError"]


def run(program: str, **options: Any) -> "subprocess.CompletedProcess[str]":
    start = "import logging; from voicetap.signals.logs import to_standard_error; "
    return subprocess.run([sys.executable, "-c", start + program], text=True, timeout=30, **options)


def test_the_last_line_before_the_exit_is_written() -> None:
    ended = run("to_standard_error(); logging.getLogger('voicetap').info('bye')", stderr=subprocess.PIPE)
    assert json.loads(ended.stderr)["message"] == "bye"
    assert ended.returncode == 0


def test_from_info_on_unless_told_otherwise() -> None:
    each = "log = logging.getLogger('voicetap'); log.debug('low'); log.info('high')"
    assert "low" not in run(f"to_standard_error(); {each}", stderr=subprocess.PIPE).stderr
    assert "low" in run(f"to_standard_error(logging.DEBUG); {each}", stderr=subprocess.PIPE).stderr


def test_a_standard_error_that_was_closed_hurts_nobody() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    program = "to_standard_error(); logging.getLogger('voicetap').info('x'); print('done')"
    ended = run(program, stdout=subprocess.PIPE, stderr=writer)
    os.close(writer)
    assert ended.stdout == "done\n"


@pytest.mark.parametrize("unbuffered", [{}, {"PYTHONUNBUFFERED": "1"}], ids=["buffered", "unbuffered"])
def test_the_process_ends_although_nobody_reads(unbuffered: dict[str, str]) -> None:
    """The pipe is full; a buffer of Python's would be waited for at the end."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with suppress(BlockingIOError):
        while True:
            os.write(writer, bytes(4096))
    os.set_blocking(writer, True)
    program = "to_standard_error(); logging.getLogger('voicetap').info('x'); print('done')"
    ended = run(program, stdout=subprocess.PIPE, stderr=writer, env=unbuffered)
    os.close(writer)
    os.close(reader)
    assert (ended.stdout, ended.returncode) == ("done\n", 0)


def test_a_line_that_is_longer_than_a_pipe_comes_whole() -> None:
    reader, writer = os.pipe()
    line = "é" * 200_000
    with ThreadPoolExecutor(1) as threads, open(reader, encoding="utf-8") as pipe:
        written = threads.submit(Descriptor(writer).write, line + "\n")
        assert pipe.readline() == line + "\n"
        written.result()
    os.close(writer)


def test_without_a_standard_error_there_are_no_lines_and_no_harm() -> None:
    """Its number is another file's then."""
    program = (
        "import logging; from voicetap.signals.logs import to_standard_error; "
        "other = open('/dev/stdout', 'w'); to_standard_error(); logging.getLogger('voicetap').info('x'); print('done')"
    )
    closed = ["sh", "-c", 'exec "$0" -c "$1" 2>&-', sys.executable, program]
    assert subprocess.run(closed, stdout=subprocess.PIPE, text=True, timeout=30).stdout == "done\n"
