import base64
from typing import Any

import pytest

from support.dialogue import message
from voicetap.chunks import Side
from voicetap.realtime import Event, decode
from voicetap.realtime.objects import (
    Elided,
    ErrorDetail,
    ItemObject,
    Logprob,
    RateLimit,
    ResponseObject,
    StatusDetails,
    text_of,
)
from voicetap.realtime.server import (
    ErrorOccurred,
    ItemAdded,
    OutputAudioDelta,
    ResponseDone,
    SessionDescribed,
    TranscriptionCompleted,
    TranscriptionFailed,
    TranslatedAudioDelta,
)
from voicetap.realtime.usage import InputTokens, Usage


def read(type: str, **fields: Any) -> Event:
    event = decode(Side.SERVER, message({"type": type, **fields}))
    assert isinstance(event, Event), event
    return event


MESSAGE = {"id": "item_A", "object": "realtime.item", "type": "message", "status": "completed", "role": "assistant"}
ITEM = ItemObject("item_A", "message", "assistant", "completed")
TRANSCRIPTION = "conversation.item.input_audio_transcription"
OF_CONTENT = {"item_id": "item_A", "response_id": "resp_1", "content_index": 0}
OF_ITEM = {"item_id": "item_A", "response_id": "resp_1"}
ANSWER = {"id": "resp_1", "status": "in_progress", "conversation_id": "conv_1", "output": []}


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("input_audio_buffer.speech_started", {"item_id": "item_U", "audio_start_ms": 700}),
        ("input_audio_buffer.speech_stopped", {"item_id": "item_U", "audio_end_ms": 2300.5}),
        (
            "input_audio_buffer.timeout_triggered",
            {"item_id": "item_U", "audio_start_ms": 13216, "audio_end_ms": 19232},
        ),
        ("input_audio_buffer.committed", {"item_id": "item_U", "previous_item_id": "item_A"}),
        ("input_audio_buffer.committed", {"item_id": "item_U", "previous_item_id": None}),
        (f"{TRANSCRIPTION}.delta", {"item_id": "item_U", "content_index": 0}),
        ("conversation.item.deleted", {"item_id": "item_A"}),
        ("conversation.item.truncated", {"item_id": "item_A", "content_index": 0, "audio_end_ms": 1500}),
        ("response.content_part.added", OF_CONTENT),
        ("response.content_part.done", OF_CONTENT),
        ("response.output_audio.delta", OF_CONTENT),
        ("response.output_audio.done", OF_CONTENT),
        ("response.output_audio_transcript.delta", OF_ITEM),
        ("response.output_audio_transcript.done", OF_ITEM),
        ("response.output_text.delta", OF_ITEM),
        ("response.output_text.done", OF_ITEM),
        ("response.function_call_arguments.delta", {**OF_ITEM, "call_id": "call_1"}),
        ("response.function_call_arguments.done", {**OF_ITEM, "call_id": "call_1", "name": "get_weather"}),
        ("response.mcp_call_arguments.delta", OF_ITEM),
        ("response.mcp_call_arguments.done", OF_ITEM),
        ("response.mcp_call.in_progress", {"item_id": "item_M"}),
        ("response.mcp_call.completed", {"item_id": "item_M"}),
        ("response.mcp_call.failed", {"item_id": "item_M"}),
        ("output_audio_buffer.started", {"response_id": "resp_1"}),
        ("output_audio_buffer.stopped", {"response_id": "resp_1"}),
        ("output_audio_buffer.cleared", {"response_id": "resp_1"}),
    ],
)
def test_ids_and_positions_are_read_as_they_are(name: str, fields: dict[str, Any]) -> None:
    event = read(name, event_id="event_1", output_index=0, **fields)
    said = {"delta", "transcript", "text", "arguments"}
    read_values = {field: getattr(event, field) for field in event.model.__struct_fields__ if field not in said}
    assert read_values == fields


@pytest.mark.parametrize(
    ("name", "fields", "expected"),
    [
        pytest.param(
            "conversation.item.added",
            {"item": MESSAGE, "previous_item_id": "item_U"},
            {"item": ITEM, "previous_item_id": "item_U"},
            id="an item",
        ),
        pytest.param(
            "conversation.item.created",
            {"item": {"type": "function_call_output", "role": "tool", "call_id": "call_1", "object": None}},
            {"item": ItemObject(type="function_call_output", role="tool", call_id="call_1"), "previous_item_id": None},
            id="beta's name for it, Voice Live's role",
        ),
        pytest.param("conversation.item.done", {"item": MESSAGE}, {"item": ITEM}, id="a complete item"),
        pytest.param(
            "response.output_item.added",
            {"response_id": "resp_1", "item": {"type": "function_call", "name": "f", "call_id": "c", "id": "i"}},
            {"response_id": "resp_1", "item": ItemObject("i", "function_call", None, None, "c", "f")},
            id="a function call",
        ),
        pytest.param(
            "response.output_item.done",
            {"response_id": "resp_1", "item": MESSAGE},
            {"response_id": "resp_1", "item": ITEM},
            id="a message",
        ),
        pytest.param(
            "response.created",
            {"response": ANSWER},
            {"response": ResponseObject("resp_1", "in_progress", output=[], conversation_id="conv_1")},
            id="a response",
        ),
        pytest.param(
            "rate_limits.updated",
            {
                "rate_limits": [
                    {"name": "tokens", "limit": 50000, "remaining": 49950, "reset_seconds": 0.06},
                    {"name": None},
                ]
            },
            {"rate_limits": [RateLimit("tokens", 50000, 49950, 0.06), RateLimit()]},
            id="rate limits",
        ),
        pytest.param("rate_limits.updated", {"rate_limits": []}, {"rate_limits": []}, id="none"),
        pytest.param("rate_limits.updated", {}, {"rate_limits": None}, id="not even that"),
    ],
)
def test_objects_are_read(name: str, fields: dict[str, Any], expected: dict[str, Any]) -> None:
    event = read(name, **fields)
    assert {field: getattr(event, field) for field in event.model.__struct_fields__} == expected


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("response.output_audio.delta", OutputAudioDelta),
        ("response.audio.delta", OutputAudioDelta),
        ("session.output_audio.delta", TranslatedAudioDelta),
    ],
)
def test_audio_is_measured(name: str, model: type[OutputAudioDelta | TranslatedAudioDelta]) -> None:
    event = read(name, delta=base64.b64encode(bytes(4800)).decode())
    assert isinstance(event, model)
    assert event.audio_bytes() == 4800


DONE = {
    "still running": ({"status": "in_progress", "status_details": None}, ResponseObject(status="in_progress")),
    "xAI's string": (
        {"status": "completed", "status_details": "unimplemented"},
        ResponseObject(status="completed", status_details="unimplemented"),
    ),
    "cancelled": (
        {"status": "cancelled", "status_details": {"type": "cancelled", "reason": "turn_detected", "error": None}},
        ResponseObject(status="cancelled", status_details=StatusDetails("cancelled", "turn_detected")),
    ),
    "failed": (
        {
            "status": "failed",
            "status_details": {
                "type": "failed",
                "error": {"type": "tokens", "code": "rate_limit_exceeded", "message": "m"},
            },
        },
        ResponseObject(
            status="failed",
            status_details=StatusDetails("failed", error=ErrorDetail("tokens", "rate_limit_exceeded", "m")),
        ),
    ),
    "failed, in a string": (
        {"status": "failed", "status_details": {"type": "failed", "error": "overloaded"}},
        ResponseObject(status="failed", status_details=StatusDetails("failed", error="overloaded")),
    ),
    "out of band": ({"conversation_id": None}, ResponseObject(conversation_id=None)),
    "nothing said": ({}, ResponseObject()),
}


@pytest.mark.parametrize(("response", "expected"), DONE.values(), ids=DONE)
def test_how_a_response_ended(response: dict[str, Any], expected: ResponseObject) -> None:
    event = read("response.done", response=response)
    assert isinstance(event, ResponseDone)
    assert event.response == expected


def test_a_response_outside_of_the_conversation_is_not_one_of_which_nothing_is_said() -> None:
    assert ResponseObject(conversation_id=None) != ResponseObject()


USED = {"input_tokens": 156, "output_tokens": 185, "input_token_details": {"text_tokens": 10, "grok_tokens": 0}}
USAGE = Usage(input_tokens=156, output_tokens=185, input_token_details=InputTokens(10))


@pytest.mark.parametrize(
    ("fields", "used"),
    [
        pytest.param({"response": {"usage": USED}}, USAGE, id="in the response"),
        pytest.param({"response": {"usage": {}}, "usage": USED}, USAGE, id="xAI: beside it"),
        pytest.param({"response": {"usage": {"input_tokens": 0}}, "usage": USED}, Usage(input_tokens=0), id="in both"),
        pytest.param({"response": None, "usage": USED}, USAGE, id="without a response"),
        pytest.param({"response": {"usage": None}}, None, id="null"),
        pytest.param({"response": {"usage": {}}}, None, id="empty"),
        pytest.param({}, None, id="nothing"),
    ],
)
def test_what_a_response_has_used(fields: dict[str, Any], used: Usage | None) -> None:
    event = read("response.done", **fields)
    assert isinstance(event, ResponseDone)
    assert event.used() == used


@pytest.mark.parametrize(
    ("fields", "detail"),
    [
        pytest.param(
            {"error": {"type": "t", "code": "c", "message": "m", "param": "p", "event_id": "e"}},
            ErrorDetail("t", "c", "m", "e"),
            id="the API",
        ),
        pytest.param({"error": "model not found", "code": 404}, ErrorDetail(None, 404, "model not found"), id="vLLM"),
        pytest.param(
            {"error": {"code": "c", "message": {"elided_chars": 9}}},
            ErrorDetail(None, "c", Elided(9)),
            id="from a recording",
        ),
        pytest.param({"error": {"elided_chars": 15}, "code": 404}, ErrorDetail(None, 404), id="vLLM, from a recording"),
        pytest.param({"error": None}, ErrorDetail(), id="null"),
        pytest.param({}, ErrorDetail(), id="nothing"),
    ],
)
def test_an_error_in_all_its_shapes(fields: dict[str, Any], detail: ErrorDetail) -> None:
    event = read("error", **fields)
    assert isinstance(event, ErrorOccurred)
    assert event.detail() == detail


def test_a_failure_may_be_told_in_a_string() -> None:
    failed = read(f"{TRANSCRIPTION}.failed", item_id="item_U", error="too loud")
    assert isinstance(failed, TranscriptionFailed)
    assert (failed.detail().name(), failed.detail().said()) == ("unknown", "too loud")


def test_transcription_results_are_read() -> None:
    completed = read(
        f"{TRANSCRIPTION}.completed",
        item_id="item_U",
        content_index=0,
        transcript="hello",
        status="in_progress",
        usage={"type": "duration", "seconds": 2.5},
        logprobs=[{"token": "hello", "logprob": -0.25, "bytes": [104]}, {"logprob": 0}],
    )
    failed = read(
        f"{TRANSCRIPTION}.failed", item_id="item_U", content_index=0, error={"type": "server_error", "message": "x"}
    )
    assert isinstance(completed, TranscriptionCompleted)
    assert isinstance(failed, TranscriptionFailed)
    assert (completed.item_id, completed.transcript, completed.status) == ("item_U", "hello", "in_progress")
    assert (completed.content_index, completed.usage) == (0, Usage(type="duration", seconds=2.5))
    assert completed.logprobs == [Logprob(-0.25), Logprob(0)]
    assert (failed.item_id, failed.error) == ("item_U", ErrorDetail("server_error", None, "x"))


SAID: dict[str, str] = {
    "response.output_audio_transcript.done": "transcript",
    "response.audio_transcript.done": "transcript",
    "response.output_text.done": "text",
    "response.text.done": "text",
    "response.function_call_arguments.done": "arguments",
    "response.mcp_call_arguments.done": "arguments",
}
"""By type, the field that has what was said."""


@pytest.mark.parametrize(("name", "field"), SAID.items())
def test_what_was_said_is_read_when_it_is_asked_for(name: str, field: str) -> None:
    assert text_of(getattr(read(name, **{field: "za\n"}), field)) == "za\n"
    for other in ({"elided_chars": 3}, None, 5, ["za"], {"a": [{}]}):
        assert text_of(getattr(read(name, **{field: other}), field)) == ""
    assert text_of(getattr(read(name), field)) == ""


PARTS = [{"type": "output_text", "text": "a"}, {"type": "output_audio", "transcript": "b", "audio": None}]


def test_what_is_in_the_items_of_a_response_is_read() -> None:
    call = {"type": "function_call", "call_id": "c", "arguments": "{}"}
    event = read("response.done", response={"output": [{**MESSAGE, "content": PARTS}, call]})
    assert isinstance(event, ResponseDone)
    assert event.response is not None
    [message, called] = event.response.output or ()
    assert [(text_of(part.text), text_of(part.transcript)) for part in message.parts()] == [("a", ""), ("", "b")]
    assert (text_of(called.arguments), called.parts()) == ("{}", [])


def test_what_the_model_was_told_to_be_is_read() -> None:
    for name in ("session.created", "session.updated"):
        event = read(name, session={"instructions": "Be brief."})
        assert isinstance(event, SessionDescribed)
        assert event.session is not None
        assert text_of(event.session.instructions) == "Be brief."


def test_odd_fields_do_no_harm() -> None:
    item = {"content": 5, "arguments": {"a": 1}, "output": ["b"], "instructions": 5}
    added = read("conversation.item.added", item=item)
    assert isinstance(added, ItemAdded)
    assert added.item is not None
    assert added.item.parts() == []
    read("session.updated", session={"instructions": {"text": "x"}})
    read("response.done", response={"output": [{"content": 5}], "max_output_tokens": [], "voice": {"name": "alloy"}})
    read("session.updated", session={"tools": "none", "voice": 5, "turn_detection": {"threshold": "high"}})
    read("input_audio_buffer.dtmf_event_received", event=5, received_at="now")
