"""The directory of recordings."""

import fcntl
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from voicetap.observe.shelf import Full, Shelf, recording_name

STARTED = datetime(2026, 11, 21, 11, 54, 27, 123_999, UTC)
NAMES = [recording_name(STARTED + timedelta(seconds=n), f"id{n}") for n in range(3)]


def filled(directory: Path, *sizes: int) -> Path:
    """Finished recordings of these sizes, the oldest first."""
    for name, size in zip(NAMES, sizes, strict=False):
        (directory / name).write_bytes(bytes(size))
    return directory


def test_names_sort_by_time() -> None:
    assert NAMES[0] == "20261121T115427.123Z-id0.jsonl"
    assert sorted(NAMES) == NAMES


def test_a_file_is_its_owner_s_alone_and_new(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, 100)
    os.close(shelf.create(NAMES[0]))
    assert stat.S_IMODE((tmp_path / NAMES[0]).stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        shelf.create(NAMES[0])


def test_the_oldest_go_when_the_room_is_needed(tmp_path: Path) -> None:
    Shelf(filled(tmp_path, 40, 40, 10), 100).take(10)
    assert len(os.listdir(tmp_path)) == 3
    Shelf(tmp_path, 100).take(11)
    assert sorted(os.listdir(tmp_path)) == NAMES[1:]


def test_as_many_go_as_have_to(tmp_path: Path) -> None:
    Shelf(filled(tmp_path, 40, 40, 10), 100).take(60)
    assert os.listdir(tmp_path) == NAMES[2:]


def test_what_is_not_ours_stays_and_takes_no_room(tmp_path: Path) -> None:
    others = ["notes.jsonl", "20261121T115427.123Z-id.jsonl.gz", "20261121-id.jsonl"]
    for name in others:
        (tmp_path / name).write_bytes(bytes(1000))
    Shelf(tmp_path, 100).take(100)
    assert sorted(os.listdir(tmp_path)) == sorted(others)


def test_what_is_no_file_is_left_alone(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / NAMES[0])
    (tmp_path / NAMES[1]).symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").write_bytes(bytes(90))
    with pytest.raises(Full):
        Shelf(tmp_path, 100).take(101)
    assert len(os.listdir(tmp_path)) == 3


def test_a_recording_that_is_being_made_stays(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, 100)
    writing = shelf.create(NAMES[0])
    shelf.take(90)
    os.write(writing, bytes(90))
    with pytest.raises(Full):
        shelf.take(20)
    shelf.take(10)
    os.close(writing)
    shelf.take(20)
    assert os.listdir(tmp_path) == []


def test_so_does_one_that_another_process_makes(tmp_path: Path) -> None:
    shelf = Shelf(filled(tmp_path, 60, 30), 100)
    with (tmp_path / NAMES[0]).open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        shelf.take(40)
    assert os.listdir(tmp_path) == NAMES[:1]


def test_what_somebody_else_deleted_is_room_again(tmp_path: Path) -> None:
    shelf = Shelf(filled(tmp_path, 60, 30), 100)
    (tmp_path / NAMES[1]).unlink()
    shelf.take(40)
    assert os.listdir(tmp_path) == NAMES[:1]


def test_what_was_not_used_is_room_again(tmp_path: Path) -> None:
    shelf = Shelf(filled(tmp_path, 60), 100)
    for _ in range(10):
        shelf.take(40)
        shelf.give_back(40)
    assert os.listdir(tmp_path) == NAMES[:1]


def test_a_directory_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        Shelf(tmp_path / "none", 100)


def test_more_goes_than_has_to_so_that_the_directory_is_seldom_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(100):
        (tmp_path / recording_name(STARTED + timedelta(seconds=number), "id")).write_bytes(bytes(1000))
    shelf = Shelf(tmp_path, 100_000)
    looks, scandir = list[Path](), os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: looks.append(path) or scandir(path))
    for _ in range(10):
        shelf.take(100)
    assert len(looks) == 1


def test_a_directory_that_has_vanished_takes_no_room(tmp_path: Path) -> None:
    shelf = Shelf(filled(tmp_path, 60), 100)
    (tmp_path / NAMES[0]).unlink()
    tmp_path.rmdir()
    for _ in range(3):
        with pytest.raises(FileNotFoundError):
            shelf.take(50)
    tmp_path.mkdir()
    shelf.take(30)
    filled(tmp_path, 60)
    shelf.take(10)
    assert os.listdir(tmp_path) == NAMES[:1]
