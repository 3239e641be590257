"""Recordings played back as the server, by a clock that the test turns; with real sockets: test_playback_live."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.requires import REPOSITORY, lacks
from voicetap.simulator.calls import Asked
from voicetap.simulator.playback import PATIENCE_SECONDS, Playback, RecordingCalls
from voicetap.simulator.protocol import Binary, Close, HangUp, Note, Output, Ping, Send, Text, read
from voicetap.simulator.recorded import Recorded, read_recorded

Line = dict[str, Any]

CAPTURES = REPOSITORY / "../shared/captures"
SESSIONS = REPOSITORY / "tests/end_to_end/sessions"
FILES = [*sorted(SESSIONS.glob("*.jsonl")), *sorted(CAPTURES.glob("*.jsonl"))]
BEGAN = 500.0


def server(at_ms: float | None, type: str, **fields: Any) -> Line:
    return {"at_ms": at_ms, "from": "server", "event": {"type": type, **fields}}


def client(at_ms: float | None, type: str, **fields: Any) -> Line:
    return {"at_ms": at_ms, "from": "client", "event": {"type": type, **fields}}


def recorded(path: Path, *lines: Line) -> Recorded:
    header = {"voicetap_recording": 1, "switched_at_ms": 100}
    path.write_text("".join(json.dumps(line) + "\n" for line in (header, *lines)))
    return read_recorded(path)


class Stage:
    """A playback, and what it said and when, in milliseconds since the upgrade was answered."""

    def __init__(self, recording: Recorded, pace: float = 1.0) -> None:
        self.now = BEGAN
        self._peer = Playback(recording, "call_1", BEGAN, pace)
        self._events: list[Line] = []
        self.said: list[tuple[int, Any]] = []
        self._take(self._peer.begin())

    def send(self, type: str, **fields: Any) -> None:
        self.send_text(json.dumps({"type": type, **fields}))

    def send_text(self, text: str | bytes) -> None:
        self._take(self._peer.receive(read(text), self.now))

    def wait(self, seconds: float) -> "Stage":
        """Wake it whenever it wants to be."""
        end = self.now + seconds
        while (due := self._peer.due) is not None and due <= end:
            self.now = max(self.now, due)
            self._take(self._peer.advance(self.now))
        self.now = end
        self._take(self._peer.advance(end))
        return self

    @property
    def types(self) -> list[str]:
        return [what for _, what in self.said]

    def events(self) -> Iterator[Line]:
        return iter(self._events)

    def _take(self, outputs: list[Output]) -> None:
        self._events += [one.event for one in outputs if isinstance(one, Send)]
        at = round((self.now - BEGAN) * 1000)
        self.said += [(at, one.event.get("type") if isinstance(one, Send) else one) for one in outputs]


TURN = (
    server(120, "session.created"),
    client(300, "session.update"),
    server(340, "session.updated"),
    client(500, "input_audio_buffer.append", audio="AAAA"),
    client(560, "input_audio_buffer.append", audio="AAAA"),
    server(900, "input_audio_buffer.speech_started", item_id="said"),
    client(960, "input_audio_buffer.append", audio="AAAA"),
    server(1900, "input_audio_buffer.committed", item_id="said"),
    server(1910, "response.created", response={"id": "resp"}),
)


def test_the_recorded_gaps_follow_what_the_client_does(tmp_path: Path) -> None:
    stage = Stage(recorded(tmp_path / "call.jsonl", *TURN)).wait(1.0)
    assert stage.said == [(20, "session.created")]
    stage.send("session.update")
    stage.wait(1.0)
    assert stage.said[1:] == [(1040, "session.updated")]
    stage.send("input_audio_buffer.append", audio="")
    stage.wait(0.5)
    stage.send("input_audio_buffer.append", audio="")
    stage.wait(2.0)
    assert stage.said[2:] == [
        (2400, "input_audio_buffer.speech_started"),
        (3400, "input_audio_buffer.committed"),
        (3410, "response.created"),
    ]


def test_what_comes_early_counts(tmp_path: Path) -> None:
    """Nothing overtakes what the server had said before."""
    stage = Stage(recorded(tmp_path / "call.jsonl", *TURN))
    stage.send("session.update")
    stage.send("input_audio_buffer.append", audio="")
    stage.wait(2.0)
    assert stage.said[:3] == [
        (20, "session.created"),
        (40, "session.updated"),
        (400, "input_audio_buffer.speech_started"),
    ]


def test_it_may_be_faster(tmp_path: Path) -> None:
    stage = Stage(recorded(tmp_path / "call.jsonl", *TURN), pace=10.0)
    stage.send("session.update")
    stage.send("input_audio_buffer.append", audio="")
    stage.wait(1.0)
    assert stage.said[-1] == (141, "response.created")


def test_an_answer_that_has_begun_goes_on_whenever_the_client_reacts(tmp_path: Path) -> None:
    """The recorded client gave the output before the response was done; most wait for that."""
    call = recorded(
        tmp_path / "call.jsonl",
        server(None, "response.created", response={"id": "resp"}),
        server(None, "response.function_call_arguments.done", response_id="resp", call_id="call"),
        client(None, "conversation.item.create", item={"type": "function_call_output", "call_id": "call"}),
        server(None, "response.done", response={"id": "resp"}),
        client(None, "response.create"),
        server(None, "conversation.item.added", item={"id": "output", "type": "function_call_output"}),
        server(None, "response.created", response={"id": "next"}),
    )
    stage = Stage(call).wait(60)
    assert [what for what in stage.types if isinstance(what, str)] == [
        "response.created",
        "response.function_call_arguments.done",
        "response.done",
    ]
    stage.send("conversation.item.create", item={"type": "function_call_output"})
    stage.send("response.create")
    assert stage.types[-2:] == ["conversation.item.added", "response.created"]


def test_a_reaction_that_does_not_come_is_not_waited_for_long(tmp_path: Path) -> None:
    call = recorded(
        tmp_path / "call.jsonl",
        client(100, "conversation.item.truncate", item_id="answer"),
        server(110, "conversation.item.truncated", item_id="answer"),
    )
    stage = Stage(call).wait(60)
    assert stage.said == [
        (3000, Note("goes on without conversation.item.truncate (message 1 of the recording)")),
        (3000, "conversation.item.truncated"),
    ]
    assert PATIENCE_SECONDS == 3.0


@pytest.mark.parametrize("type", ["response.create", "input_audio_buffer.append"])
def test_what_the_call_depends_on_is_waited_for(tmp_path: Path, type: str) -> None:
    stage = Stage(recorded(tmp_path / "call.jsonl", client(0, type), server(10, "response.created"))).wait(600)
    assert stage.types == [Note(f"waits for {type} (message 1 of the recording)")]
    stage.send(type)
    assert stage.wait(1).said[-1] == (600_010, "response.created")


def test_what_is_more_than_the_recorded_client_sent_is_not_answered(tmp_path: Path) -> None:
    call = recorded(tmp_path / "call.jsonl", client(0, "response.cancel"), server(0, "error"))
    stage = Stage(call)
    for _ in range(3):
        stage.send("response.cancel")
        stage.send("session.update")
    assert stage.wait(9).types == ["error"]


def test_a_message_that_is_no_event_stands_for_one(tmp_path: Path) -> None:
    garbage = {"at_ms": 0, "from": "client", "text": "garbage"}
    stage = Stage(recorded(tmp_path / "call.jsonl", garbage, server(0, "error")))
    stage.send_text(b"\x00")
    assert stage.types == ["error"]


def test_the_clients_own_ids_come_back(tmp_path: Path) -> None:
    said = {"type": "message", "role": "user"}
    call = recorded(
        tmp_path / "call.jsonl",
        client(None, "conversation.item.create", event_id="old_event", item={"id": "old", **said}),
        client(None, "conversation.item.create", item=said),
        server(None, "conversation.item.added", item={"id": "old", **said}),
        server(None, "conversation.item.added", previous_item_id="old", item={"id": "servers", **said}),
        server(None, "error", error={"event_id": "old_event"}),
    )
    stage = Stage(call)
    stage.send("conversation.item.create", event_id="new_event", item={"id": "new", **said})
    stage.send("conversation.item.create", item={"id": "another", **said})
    first, second, error = stage.events()
    assert first["item"]["id"] == second["previous_item_id"] == "new"
    assert second["item"]["id"] == "another"
    assert error["error"]["event_id"] == "new_event"


@pytest.mark.parametrize(
    ("close", "output"),
    [({"code": 1001, "reason": "bye"}, Close(1001, "bye")), ({"code": 1006, "reset": True}, HangUp(reset=True))],
)
def test_it_ends_as_it_was_recorded(tmp_path: Path, close: Line, output: Output) -> None:
    end = {"at_ms": 250, "from": "server", "close": close}
    assert Stage(recorded(tmp_path / "call.jsonl", end)).wait(1).said == [(150, output)]


def test_every_call_gets_it_from_the_beginning(tmp_path: Path) -> None:
    calls = RecordingCalls(recorded(tmp_path / "call.jsonl", server(100, "session.created")), pace=2.0)
    assert calls.answer(1, 0.0).seconds == 0.05
    for number in (1, 2):
        peer, first = calls.open(number, Asked({}, [], {}), 7.0)
        assert peer.id == f"call_{number}"
        assert [output.event["type"] for output in first if isinstance(output, Send)] == ["session.created"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_who_sends_what_the_recorded_client_sent_gets_what_the_recorded_server_sent(path: Path) -> None:
    """Line by line: a client's as soon as all that came before it is there."""
    lines = [json.loads(text) for text in path.read_text().splitlines()[1:]]
    stage = Stage(read_recorded(path))
    expected: list[Line] = []
    for line in lines:
        if "close" in line and line["from"] == "client":
            break
        if line["from"] == "server":
            expected += [line] if "pong" not in line else []
        elif not {"event", "text", "binary_bytes"}.isdisjoint(line):
            while len(stage.said) < len(expected):
                stage.wait(0.5)
                assert stage.now < BEGAN + 4000, (stage.said[-1], expected[len(stage.said)])
            stage.send_text(json.dumps(line["event"]) if "event" in line else line.get("text", b""))
    stage.wait(4000)
    assert not [what for what in stage.types if isinstance(what, Note)]
    assert len(stage.said) == len(expected)
    events = stage.events()
    for place, ((_, what), line) in enumerate(zip(stage.said, expected, strict=True)):
        if "event" in line:
            assert same(next(events), line["event"]), (place, what)
        else:
            assert what == other(line), place


def same(said: Any, line: Any) -> bool:
    """As recorded; where something was left out there is something of that length."""
    if isinstance(line, dict) and "elided_bytes" in line:
        return len(base64.b64decode(said)) == line["elided_bytes"]
    if isinstance(line, dict) and "elided_chars" in line:
        return (isinstance(said, str) and len(said) == line["elided_chars"]) or said == {}
    if isinstance(line, dict):
        return said.keys() == line.keys() and all(same(said[name], line[name]) for name in line)
    if isinstance(line, list):
        return len(said) == len(line) and all(map(same, said, line))
    return bool(said == line)


def other(line: Line) -> Output:
    if "close" in line:
        code = line["close"]["code"]
        return HangUp(line["close"].get("reset", False)) if code == 1006 else Close(code, line["close"]["reason"])
    if "text" in line:
        return Text(line["text"])
    return Ping(bytes(line["ping"])) if "ping" in line else Binary(bytes(line["binary_bytes"]))


def test_the_captures_are_there() -> None:
    if not CAPTURES.exists():
        lacks("no ../shared/captures")
    assert len([path for path in FILES if path.parent.name == "captures"]) > 10
