import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from voicetap.recording import RecordingError
from voicetap.simulator.protocol import Binary, Close, HangUp, Ping, Send, Text, read
from voicetap.simulator.recorded import Awaited, Said, is_append, known, read_recorded, type_of_message

HEADER = {"voicetap_recording": 1, "switched_at_ms": 20.5}


def written(path: Path, *lines: dict[str, Any]) -> Path:
    path.write_text("\n".join(json.dumps({"at_ms": None, **line}) for line in (HEADER, *lines)) + "\n")
    return path


def server(**content: Any) -> dict[str, Any]:
    return {"from": "server", **content}


def client(type: str, **fields: Any) -> dict[str, Any]:
    return {"from": "client", "event": {"type": type, **fields}}


def test_what_the_server_said_and_what_it_waited_for(tmp_path: Path) -> None:
    file = written(
        tmp_path / "call.jsonl",
        {"at_ms": 30, **server(event={"type": "session.created"})},
        client("session.update"),
        client("input_audio_buffer.append", audio={"elided_bytes": 10}),
        client("input_audio_buffer.append", audio={"elided_bytes": 10}),
        server(ping=4),
        server(pong=4),
        {"from": "client", "ping": 3},
        {"from": "client", "text": "not json"},
        server(text="["),
        server(binary_bytes=3),
        server(close={"code": 1001, "reason": "bye"}),
        server(event={"type": "never"}),
    )
    recorded = read_recorded(file)
    assert recorded.switched_at == 0.0205
    assert recorded.parts[0] == Said(0.03, Send({"type": "session.created"}))
    outputs = [part.output for part in recorded.parts if isinstance(part, Said)]
    assert outputs[1:] == [Ping(b"\0" * 4), Text("["), Binary(b"\0" * 3), Close(1001, "bye")]
    awaited = [(part.type, part.number) for part in recorded.parts if isinstance(part, Awaited)]
    assert awaited == [("session.update", 2), ("input_audio_buffer.append", 3), (None, 8)]


def test_what_was_left_out_is_filled_in(tmp_path: Path) -> None:
    file = written(tmp_path / "call.jsonl", server(event={"type": "x", "transcript": {"elided_chars": 5}}))
    [part] = read_recorded(file).parts
    assert isinstance(part, Said)
    assert isinstance(part.output, Send)
    assert part.output.event == {"type": "x", "transcript": "this "}


@pytest.mark.parametrize(
    ("end", "output"),
    [
        (server(close={"code": 1006, "reason": "", "reset": True}), HangUp(reset=True)),
        (server(close={"code": 1006, "reason": ""}), HangUp(reset=False)),
        (server(close={"code": None, "reason": ""}), Close(None, "")),
    ],
)
def test_how_it_ended(tmp_path: Path, end: dict[str, Any], output: object) -> None:
    [part] = read_recorded(written(tmp_path / "call.jsonl", end)).parts
    assert isinstance(part, Said)
    assert part.output == output


@pytest.mark.parametrize("code", [1000, 1006])
def test_the_clients_end_is_the_clients_to_make(tmp_path: Path, code: int) -> None:
    end = {"from": "client", "close": {"code": code, "reason": ""}}
    assert read_recorded(written(tmp_path / "call.jsonl", end, server(event={"type": "late"}))).parts == ()


def test_a_compressed_file(tmp_path: Path) -> None:
    file = tmp_path / "call.jsonl.gz"
    file.write_bytes(gzip.compress(written(tmp_path / "call.jsonl", server(ping=1)).read_bytes()))
    assert len(read_recorded(file).parts) == 1


def test_what_is_no_recording(tmp_path: Path) -> None:
    with pytest.raises(RecordingError):
        read_recorded(tmp_path / "none.jsonl")


def test_times_that_are_not_known(tmp_path: Path) -> None:
    [part] = read_recorded(written(tmp_path / "call.jsonl", server(ping=1))).parts
    assert not known(part.at)
    assert known(0.0)


@pytest.mark.parametrize(
    ("text", "type"), [('{"type": "a"}', "a"), ('{"type": 1}', None), ("{}", None), ("x", None), (b"", None)]
)
def test_the_type_of_a_message(text: str | bytes, type: str | None) -> None:
    assert type_of_message(read(text)) == type


def test_which_events_append_audio() -> None:
    appends = ["input_audio_buffer.append", "session.input_audio_buffer.append", "input_audio.turn.append"]
    assert all(map(is_append, appends))
    assert not any(map(is_append, ["input_audio_buffer.commit", None]))
