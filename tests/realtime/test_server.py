from typing import Any

import pytest

from support.dialogue import message
from voicetap.chunks import Side
from voicetap.realtime import Event, decode
from voicetap.realtime.objects import ErrorDetail
from voicetap.realtime.server import ErrorOccurred, TranscriptionCompleted, TranscriptionFailed


def read(type: str, **fields: Any) -> Event:
    event = decode(Side.SERVER, message({"type": type, **fields}))
    assert isinstance(event, Event), event
    return event


@pytest.mark.parametrize(
    ("fields", "detail"),
    [
        pytest.param(
            {"error": {"type": "t", "code": "c", "message": "m", "param": "p", "event_id": "e"}},
            ErrorDetail("t", "c", "m", "e"),
            id="the API",
        ),
        pytest.param({"error": "model not found", "code": 404}, ErrorDetail(None, 404, "model not found"), id="vLLM"),
        pytest.param({"error": None}, ErrorDetail(), id="null"),
        pytest.param({}, ErrorDetail(), id="nothing"),
    ],
)
def test_an_error_in_all_its_shapes(fields: dict[str, Any], detail: ErrorDetail) -> None:
    event = read("error", **fields)
    assert isinstance(event, ErrorOccurred)
    assert event.detail() == detail


def test_transcription_results_are_read() -> None:
    prefix = "conversation.item.input_audio_transcription"
    completed = read(f"{prefix}.completed", item_id="item_U", transcript="hello", status="in_progress", usage={})
    failed = read(f"{prefix}.failed", item_id="item_U", error={"type": "server_error", "code": None, "message": "x"})
    assert isinstance(completed, TranscriptionCompleted)
    assert isinstance(failed, TranscriptionFailed)
    assert (completed.item_id, completed.transcript, completed.status) == ("item_U", "hello", "in_progress")
    assert (failed.item_id, failed.error) == ("item_U", ErrorDetail("server_error", None, "x"))


def test_odd_fields_that_nothing_looks_into_do_no_harm() -> None:
    read("response.done", response={"status_details": "unimplemented", "usage": {}})
    read("session.updated", session={"turn_detection": {"type": None}, "output_audio_format": "not specified"})
    read("input_audio_buffer.speech_started")
