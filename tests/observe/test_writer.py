"""Lines -> files, and what happens when the disk does not want them."""

import errno
import logging
import os
from pathlib import Path
from threading import Event, get_ident

import pytest

from voicetap.observe import writer as writing
from voicetap.observe.shelf import Shelf
from voicetap.observe.writer import File, Writer

NAME = "20261121T115427.123Z-id.jsonl"
OTHER = "20261121T115428.123Z-id.jsonl"


class Failures:
    """How many files were broken off."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


@pytest.fixture
def failures() -> Failures:
    return Failures()


def writer_to(directory: Path, failures: Failures, *, keep: int = 10**9, limit: int = 10**6) -> Writer:
    """One whose work the test does itself."""
    return Writer(Shelf(directory, keep), failures, limit=limit)


def test_lines_are_written_in_order_each_to_its_file(tmp_path: Path, failures: Failures) -> None:
    writer = writer_to(tmp_path, failures)
    one, other = File(writer, NAME), File(writer, OTHER)
    for number in range(3):
        assert one.write(b"one %d\n" % number)
        assert other.write(b"other %d\n" % number)
    writer.write_waiting()
    assert (tmp_path / NAME).read_bytes() == b"one 0\none 1\none 2\n"
    one.write(b"one 3\n")
    one.finish()
    writer.write_waiting()
    assert (tmp_path / NAME).read_bytes() == b"one 0\none 1\none 2\none 3\n"
    assert (tmp_path / OTHER).read_bytes() == b"other 0\nother 1\nother 2\n"
    assert failures.count == 0


def test_a_finished_file_gives_its_descriptor_back(tmp_path: Path, failures: Failures) -> None:
    writer = writer_to(tmp_path, failures)
    before = len(os.listdir("/proc/self/fd"))
    file = File(writer, NAME)
    file.write(b"line\n")
    writer.write_waiting()
    assert len(os.listdir("/proc/self/fd")) == before + 1
    file.finish()
    file.finish()
    writer.write_waiting()
    assert len(os.listdir("/proc/self/fd")) == before


def test_what_waits_is_bounded_and_the_end_of_a_file_is_always_taken(tmp_path: Path, failures: Failures) -> None:
    writer = writer_to(tmp_path, failures, limit=10)
    file = File(writer, NAME)
    assert file.write(b"123456789\n")
    assert not file.write(b"\n")
    file.finish()
    writer.write_waiting()
    assert (tmp_path / NAME).read_bytes() == b"123456789\n"
    assert File(writer, OTHER).write(b"123456789\n")


def test_a_full_disk_leaves_whole_lines_is_counted_for_each_file_and_told_once(
    tmp_path: Path, failures: Failures, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    writer = writer_to(tmp_path, failures)
    one, other = File(writer, NAME), File(writer, OTHER)
    one.write(b"whole\n")
    other.write(b"whole\n")
    writer.write_waiting()
    write = os.write

    def full(descriptor: int, data: bytes) -> int:
        if len(data) > 3:
            return write(descriptor, data[:3])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(writing.os, "write", full)
    for file in (one, other):
        file.write(b"does not fit\n")
    with caplog.at_level(logging.ERROR):
        writer.write_waiting()
    monkeypatch.undo()
    for file in (one, other):
        assert file.broken
        file.write(b"lost\n")
        file.finish()
    writer.write_waiting()
    assert [(tmp_path / name).read_bytes() for name in (NAME, OTHER)] == [b"whole\n"] * 2
    assert failures.count == 2
    assert [record.getMessage() for record in caplog.records] == [
        "a recording was broken off, its session goes on: No space left on device (logged once)"
    ]


def test_a_file_that_nothing_could_be_written_to_does_not_stay(
    tmp_path: Path, failures: Failures, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = writer_to(tmp_path, failures)
    before = len(os.listdir("/proc/self/fd"))

    def full(descriptor: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(writing.os, "write", full)
        File(writer, NAME).write(b"line\n")
        writer.write_waiting()
    assert os.listdir(tmp_path) == []
    assert failures.count == 1
    assert len(os.listdir("/proc/self/fd")) == before


def test_an_error_at_the_end_of_a_file_is_counted_and_the_others_are_written(
    tmp_path: Path, failures: Failures, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = writer_to(tmp_path, failures, limit=10)
    one, other = File(writer, NAME), File(writer, OTHER)
    close = os.close

    def quota(descriptor: int) -> None:
        close(descriptor)
        raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))

    one.write(b"1234\n")
    one.finish()
    other.write(b"1234\n")
    with monkeypatch.context() as patch:
        patch.setattr(writing.os, "close", quota)
        writer.write_waiting()
    assert (failures.count, other.broken) == (1, False)
    assert (tmp_path / OTHER).read_bytes() == b"1234\n"
    assert other.write(b"56789ABC\n")


def test_a_directory_that_vanishes_breaks_off_what_begins_there(tmp_path: Path, failures: Failures) -> None:
    directory = tmp_path / "recordings"
    directory.mkdir()
    writer = writer_to(directory, failures)
    directory.rmdir()
    file = File(writer, NAME)
    file.write(b"line\n")
    writer.write_waiting()
    assert (file.broken, failures.count) == (True, 1)


def test_recordings_that_go_on_do_not_take_more_than_all_the_room(tmp_path: Path, failures: Failures) -> None:
    writer = writer_to(tmp_path, failures, keep=10)
    one, other = File(writer, NAME), File(writer, OTHER)
    one.write(b"12345\n")
    other.write(b"12345\n")
    writer.write_waiting()
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) == 6
    assert (one.broken, other.broken, failures.count) == (False, True, 1)


def test_the_thread_writes_without_being_asked_and_at_the_end(tmp_path: Path, failures: Failures) -> None:
    written, on = Event(), list[int]()

    class Watched(Writer):
        def write_waiting(self) -> None:
            on.append(get_ident())
            super().write_waiting()
            written.set()

    writer = Watched(Shelf(tmp_path, 10**9), failures, delay=0.001)
    writer.start()
    file = File(writer, NAME)
    file.write(b"1\n")
    assert written.wait(5)
    while (tmp_path / NAME).read_bytes() != b"1\n":
        assert written.wait(5)
    file.write(b"2\n")
    writer.stop()
    assert (tmp_path / NAME).read_bytes() == b"1\n2\n"
    assert get_ident() not in on
