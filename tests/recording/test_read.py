"""Files -> messages; and what is said of files that are no recordings."""

import gzip
import json
import math
import os
import tracemalloc
from errno import EACCES
from pathlib import Path
from typing import Any, Never

import pytest

from voicetap.chunks import Side
from voicetap.recording import Ended, Header, Received, RecordingError, open_recording
from voicetap.recording import read as reading
from voicetap.wire import Kind, Message, close_code_and_reason

HEADER = '{"voicetap_recording":1,"started_at":null,"target":"/v1/realtime?model=m"}\n'
PING = '{"at_ms":1.5,"from":"client","ping":4}\n'


def written(path: Path, *lines: Any) -> Path:
    """A file of a header and these lines, JSON or as they are."""
    text = [line if isinstance(line, str) else json.dumps(line) + "\n" for line in (HEADER, *lines)]
    path.write_text("".join(text), "utf-8")
    return path


def entries(path: Path) -> list[Received | Ended]:
    with open_recording(path) as recording:
        return list(recording)


def problem(path: Path) -> RecordingError:
    with pytest.raises(RecordingError) as found:
        entries(path)
    assert "\n" not in str(found.value)
    assert str(found.value).startswith(str(path))
    return found.value


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "call.jsonl"


def test_every_kind_of_message(file: Path) -> None:
    written(
        file,
        '{"at_ms":0,"from":"client","event":{"type": "a",\t"n":1.0}}\n',
        {"at_ms": 1.5, "from": "server", "text": "hello"},
        {"at_ms": None, "from": "client", "binary_bytes": 17},
        {"at_ms": 2, "from": "server", "ping": 4},
        {"at_ms": 2.001, "from": "client", "pong": 4},
        {"at_ms": 3, "from": "client", "close": {"code": 1000, "reason": "bye"}},
        {"at_ms": 3, "from": "server", "close": {"code": None, "reason": ""}},
    )
    event, text, binary, ping, pong, close, no_code = entries(file)
    assert event == Received(Side.CLIENT, Message(Kind.TEXT, b'{"type": "a",\t"n":1.0}', 22, b""), 0.0)
    assert text == Received(Side.SERVER, Message(Kind.TEXT, b"hello", 5, b""), 0.0015)
    assert isinstance(binary, Received)
    assert binary.message == Message(Kind.BINARY, b"", 17, b"")
    assert math.isnan(binary.at)
    assert ping == Received(Side.SERVER, Message(Kind.PING, b"", 4, b""), 0.002)
    assert isinstance(pong, Received)
    assert pong.message == Message(Kind.PONG, b"", 4, b"")
    assert pong.at == pytest.approx(0.002001)
    assert isinstance(close, Received)
    assert close_code_and_reason(close.message.payload) == (1000, "bye")
    assert isinstance(no_code, Received)
    assert no_code.message == Message(Kind.CLOSE, b"", 0, b"")


def test_a_transport_that_ended_without_a_close_frame(file: Path) -> None:
    written(
        file,
        {"at_ms": 7, "from": "server", "close": {"code": 1006, "reason": ""}},
        {"at_ms": 8, "from": "client", "close": {"code": 1006, "reset": True}},
    )
    assert entries(file) == [Ended(Side.SERVER, False, 0.007), Ended(Side.CLIENT, True, 0.008)]


def test_a_message_too_large_to_be_kept_has_its_size(file: Path) -> None:
    written(file, {"at_ms": 1, "from": "client", "event": {"type": "a"}, "message_bytes": 5_000_000})
    [found] = entries(file)
    assert isinstance(found, Received)
    assert (found.message.payload, found.message.size) == (b'{"type": "a"}', 5_000_000)


def test_the_header_is_known_at_once_and_progress_is_told(file: Path) -> None:
    written(file, PING, PING)
    with open_recording(file) as recording:
        assert recording.header == Header(1, target="/v1/realtime?model=m")
        assert (recording.position, recording.size) == (len(HEADER), file.stat().st_size)
        messages = iter(recording)
        next(messages)
        assert recording.position == len(HEADER + PING)
        assert len(list(messages)) == 1
        assert recording.position == recording.size


@pytest.mark.parametrize(
    "end",
    ['{"at_ms":2,"from":"cli', '{"at_ms":2,"from":"client","event":{"a":{}', "{", "\ufeff"],
    ids=["in a word", "after a brace", "one byte", "in a character"],
)
def test_a_last_line_that_was_cut_off_is_left_out(file: Path, end: str) -> None:
    written(file, PING)
    with file.open("ab") as appending:
        appending.write(end.encode()[:-1] if len(end) == 1 and end != "{" else end.encode())
    assert len(entries(file)) == 1


def test_a_last_line_that_is_whole_counts_without_its_newline(file: Path) -> None:
    assert len(entries(written(file, PING, PING.strip()))) == 2


def test_a_last_line_that_is_whole_and_wrong_is_an_error(file: Path) -> None:
    assert problem(written(file, PING, '{"at_ms":2,"from":"client"}')).line_number == 3


def test_byte_order_mark_carriage_returns_and_blank_lines(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + (HEADER + "\n" + PING + " \n" + PING).replace("\n", "\r\n").encode())
    assert len(entries(file)) == 2


def test_a_zipped_recording(tmp_path: Path, file: Path) -> None:
    text = written(file, *[PING] * 1000).read_bytes()
    zipped = tmp_path / "call.jsonl.gz"
    zipped.write_bytes(gzip.compress(text))
    assert entries(zipped) == entries(file)
    with open_recording(zipped) as recording:
        list(recording)
        assert recording.position == recording.size == zipped.stat().st_size


def test_a_zipped_recording_that_was_cut_off(tmp_path: Path, file: Path) -> None:
    text = written(file, *({"at_ms": n, "from": "client", "ping": n * n} for n in range(20_000))).read_bytes()
    zipped = tmp_path / "call.jsonl.gz"
    zipped.write_bytes(gzip.compress(text)[:-2000])
    assert 0 < len(entries(zipped)) < 20_000


def test_a_zipped_file_that_is_damaged(tmp_path: Path) -> None:
    zipped = tmp_path / "call.jsonl.gz"
    zipped.write_bytes(b"\x1f\x8b\x08\x00 this is not gzip at all")
    assert "unzipped" in str(problem(zipped))


def test_nothing_at_all(file: Path) -> None:
    file.touch()
    assert str(problem(file)) == f"{file}: is empty; a recording begins with a header"


def test_a_file_that_is_not_there(file: Path) -> None:
    assert str(problem(file)) == f"{file}: cannot be read: No such file or directory"


def test_a_directory(tmp_path: Path) -> None:
    assert str(problem(tmp_path)) == f"{tmp_path}: is a directory; name the recordings in it"


def test_a_file_of_somebody_else(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is to everybody but root, who may read every file."""

    def denied(path: object, mode: str) -> Never:
        raise PermissionError(EACCES, os.strerror(EACCES))

    written(file)
    monkeypatch.setattr("builtins.open", denied)
    assert str(problem(file)) == f"{file}: cannot be read: Permission denied"


def test_bytes_that_are_anything(file: Path) -> None:
    file.write_bytes(bytes(range(256)) * 100)
    assert problem(file).line_number == 1


def test_a_header_of_a_later_version(file: Path) -> None:
    file.write_text('{"voicetap_recording":2}\n' + PING)
    assert problem(file).why == "voicetap_recording is 2; this version of voicetap reads 1"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("nonsense", "not JSON"),
        ('{"at_ms":1,"from":"client","event":[]}', "event: must be an object"),
        ('{"at_ms":1,"from":"client","event":null}', "event: must be an object"),
        ('{"at_ms":1,"from":"client","text":5}', "text: expected `str`, got `int`"),
        ('{"at_ms":1,"from":"client","close":{"code":65536}}', "close.code is 65536"),
        ('{"at_ms":1,"from":"client","binary_bytes":-1}', "negative"),
        ('{"at_ms":1,"from":"proxy","ping":1}', "from"),
    ],
)
def test_a_line_that_is_wrong_is_named_by_its_number(file: Path, line: str, why: str) -> None:
    written(file, PING, "\n", line + "\n", PING)
    found = problem(file)
    assert found.line_number == 4
    assert why in found.why
    assert str(found) == f"{file}:4: {found.why}"


def test_what_stands_before_a_wrong_line_is_given(file: Path) -> None:
    written(file, PING, "nonsense\n")
    with open_recording(file) as recording:
        messages = iter(recording)
        assert isinstance(next(messages), Received)
        with pytest.raises(RecordingError):
            next(messages)


def test_bytes_that_are_not_utf8(file: Path) -> None:
    file.write_bytes(HEADER.encode() + b'{"at_ms":1,"from":"client","event":{"a":"\xff"}}\n')
    assert problem(file).why == "not UTF-8 at byte 42"


def test_a_line_without_end_does_not_fill_the_memory(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LONGEST", 1024 * 1024)
    with written(file).open("ab") as appending:
        appending.truncate(200 * 1024 * 1024)
        appending.seek(len(HEADER))
        appending.write(b"{")
    tracemalloc.start()
    try:
        found = problem(file)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found.line_number == 2
    assert "longer than 1 MiB" in found.why
    assert most < 8 * 1024 * 1024


def test_a_long_recording_takes_no_more_memory_than_a_short_one(file: Path) -> None:
    written(file, *[{"at_ms": 1, "from": "client", "event": {"type": "a", "audio": "A" * 6000}}] * 5000)
    assert file.stat().st_size > 30_000_000
    tracemalloc.start()
    try:
        with open_recording(file) as recording:
            assert sum(1 for _ in recording) == 5000
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 1024 * 1024


def test_a_pipe_can_be_read_and_has_no_size(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.write(writer, (HEADER + PING).encode())
    os.close(writer)
    with open_recording(f"/dev/fd/{reader}") as recording:
        assert recording.size is None
        assert len(list(recording)) == 1
        assert recording.position == len(HEADER + PING)
    os.close(reader)
