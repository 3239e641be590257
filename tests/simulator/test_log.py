import io
import json
from typing import Any

from support.simulated import TRANSCRIBING, Talk
from voicetap.simulator.log import Log
from voicetap.simulator.protocol import ApiError, Binary, Note, Send, Text


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    """What was logged, without the times."""
    found = [json.loads(line) for line in stream.getvalue().splitlines()]
    for line in found:
        line.pop("at_ms", None)
        line.pop("started_at", None)
    return found


def test_a_call_from_its_opening_to_its_close() -> None:
    stream = io.StringIO()
    log = Log(stream, scenario="default", seed=7)
    log.opened("sess_1", "/v1/realtime", "gpt-realtime")
    log.received("sess_1", {"type": "conversation.item.truncate", "event_id": "cut", "item_id": "i", "audio_end_ms": 9})
    log.said("sess_1", Send(ApiError("code", "private").event("cut"), "conversation.item.truncate"))
    log.received("sess_1", ApiError("invalid_json", "private"))
    log.closed("sess_1", "client", 1000, "")
    assert lines(stream) == [
        {"simulator_log": 1, "scenario": "default", "seed": 7},
        {"session": "sess_1", "open": {"path": "/v1/realtime", "model": "gpt-realtime"}},
        {
            "session": "sess_1",
            "from": "client",
            "type": "conversation.item.truncate",
            "event_id": "cut",
            "item_id": "i",
            "audio_end_ms": 9,
        },
        {
            "session": "sess_1",
            "from": "server",
            "type": "error",
            "answers": "conversation.item.truncate",
            "error_type": "invalid_request_error",
            "code": "code",
        },
        {"session": "sess_1", "from": "client", "type": None},
        {"session": "sess_1", "close": {"by": "client", "code": 1000, "reason": ""}},
    ]


def test_every_line_is_there_at_once() -> None:
    class Stream(io.StringIO):
        flushed = 0

        def flush(self) -> None:
            self.flushed = len(self.getvalue())

    stream = Stream()
    Log(stream, scenario="default", seed=1).opened("sess_1", "/realtime", "")
    assert stream.flushed == len(stream.getvalue()) > 0


def test_nothing_that_was_said_is_logged() -> None:
    talk = Talk()
    talk.send("session.update", session=TRANSCRIBING)
    talk.speak()
    talk.wait(2)
    stream = io.StringIO()
    log = Log(stream, scenario="default", seed=1)
    for event in talk.all:
        log.said("sess_1", Send(event))
    logged = stream.getvalue()
    said = {event["transcript"] for event in talk.all if event.get("transcript")}
    assert len(said) == 2
    assert not [text for text in said if text in logged]
    assert max(map(len, logged.splitlines())) < 300


def test_whether_a_session_transcribes_and_by_what() -> None:
    stream = io.StringIO()
    log = Log(stream, scenario="default", seed=1)
    talk = Talk()
    talk.send("session.update", session=TRANSCRIBING)
    for event in talk.all:
        log.said("sess_1", Send(event))
    created, updated = lines(stream)[1:]
    assert "transcription_model" not in created
    assert updated["transcription_model"] == "gpt-4o-transcribe"


def test_without_a_stream_nothing_happens() -> None:
    Log(None, scenario="default", seed=1).opened("sess_1", "/realtime", "")


def test_a_client_may_send_anything() -> None:
    stream = io.StringIO()
    log = Log(stream, scenario="default", seed=1)
    log.received("sess_1", {"type": 1, "item": [], "session": {"audio": 1}, "response": "x", "error": {"code": {}}})
    assert lines(stream)[1:] == [{"session": "sess_1", "from": "client", "type": 1}]


def test_what_else_is_sent_and_told() -> None:
    stream, told = io.StringIO(), list[str]()
    log = Log(stream, scenario=None, recording="call.jsonl", seed=1, told=told.append)
    log.refused("/v1/realtime", 429)
    log.said("call_1", Text("private"))
    log.said("call_1", Binary(b"private"))
    log.said("call_1", Note("waits for response.create"))
    log.said("call_1", Send({"no": "type"}))
    assert lines(stream) == [
        {"simulator_log": 1, "recording": "call.jsonl", "seed": 1},
        {"session": None, "refused": {"path": "/v1/realtime", "status": 429}},
        {"session": "call_1", "from": "server", "type": None},
        {"session": "call_1", "from": "server", "type": None},
        {"session": "call_1", "note": "waits for response.create"},
        {"session": "call_1", "from": "server", "type": None},
    ]
    assert told == ["call_1: waits for response.create"]
