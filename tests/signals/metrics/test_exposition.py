"""One call that has everything in it, and all that its process then says."""

import math
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

import voicetap
from support.dialogue import SERVER_VAD, described
from support.exposed import REQUESTED_AT, SPAN, Exposed
from support.metered import Metered
from voicetap.chunks import Side
from voicetap.facts import BytesRelayed, GapOpened, HandshakeAnswered, HttpAnswered
from voicetap.signals.names import METRICS

EXPECTED = Path(__file__).parent / "expected" / "call.openmetrics"


@pytest.fixture
def page() -> Exposed:
    return Exposed()


@pytest.fixture
def call(page: Exposed) -> Metered:
    """The call, while it lasts."""
    call = Metered(page.connection())
    call.tell(HandshakeAnswered(100.25, "101", 0.125))
    call.wait(0.5)
    call.started(turn_detection=SERVER_VAD, expires_at=REQUESTED_AT + 250)
    call.client("session.update", session={})
    call.tell(BytesRelayed(101.0, Side.CLIENT, 500), BytesRelayed(101.0, Side.SERVER, 1000))
    answered_turn(call)
    page.ids.current = SPAN
    interrupted_turn(call)
    page.ids.current = None
    misunderstood(call)
    overlapped_turn(call)
    silence(call)
    page.now = call.now
    page.metrics.receive(HttpAnswered(call.now, "/v1/realtime/client_secrets", 200))
    page.metrics.observer_lagged(0.25)
    page.metrics.loop_lagged(0.03125)
    page.metrics.sink_failed("traces")
    page.metrics.telemetry_dropped("traces", 512)
    return call


def answered_turn(call: Metered) -> None:
    """The user speaks for a second; the answer begins a second after that, and stutters."""
    call.append(1000)
    call.server("input_audio_buffer.speech_started", item_id="item_1")
    call.wait(1.0)
    call.append(1000)
    call.server("input_audio_buffer.speech_stopped", item_id="item_1", audio_end_ms=2000)
    call.commit("item_1")
    added(call, "item_1", "message", "user")
    call.wait(0.25)
    call.begin("resp_1")
    added(call, "item_2", "message", "assistant")
    call.wait(0.25)
    call.audio("resp_1", "item_2", 500)
    call.wait(0.75)
    call.audio("resp_1", "item_2", 500)
    usage = {
        "input_tokens": 132,
        "input_token_details": {
            "text_tokens": 112,
            "audio_tokens": 20,
            "cached_tokens": 64,
            "cached_tokens_details": {"text_tokens": 64},
        },
        "output_tokens": 40,
        "output_token_details": {"text_tokens": 10, "audio_tokens": 30},
    }
    call.done("resp_1", usage=usage)
    limits = [{"name": "tokens", "limit": 40000, "remaining": 39500, "reset_seconds": 600}]
    call.server("rate_limits.updated", rate_limits=limits)
    call.server(
        "conversation.item.input_audio_transcription.completed",
        item_id="item_1",
        transcript="private",
        logprobs=[{"token": "private", "logprob": math.log(0.75)}],
        usage={"type": "tokens", "input_tokens": 20, "input_token_details": {"audio_tokens": 20}, "output_tokens": 4},
    )
    call.server("conversation.item.input_audio_transcription.completed", item_id="item_1", transcript="private")
    call.wait(5.0)


def interrupted_turn(call: Metered) -> None:
    """The user writes; a tool is called; the answer is cut off by the user, who was not understood."""
    call.write()
    added(call, "item_3", "message", "user")
    call.ask()
    call.begin("resp_2")
    added(call, "item_4", "function_call", None)
    call.call("resp_2", "call_1")
    call.done("resp_2")
    call.wait(0.5)
    call.output("call_1")
    added(call, "item_5", "function_call_output", None)
    call.ask()
    call.begin("resp_3")
    call.wait(0.75)
    call.audio("resp_3", "item_6", 2000)
    call.server("input_audio_buffer.speech_started", item_id="item_7")
    call.client("conversation.item.truncate", item_id="item_6", content_index=0, audio_end_ms=500)
    call.wait(0.125)
    call.audio("resp_3", "item_6", 0)
    call.done("resp_3", "cancelled", status_details={"type": "cancelled", "reason": "turn_detected"})
    call.server("conversation.item.truncated", item_id="item_6", content_index=0, audio_end_ms=500)
    call.client("conversation.item.truncate", item_id="item_6", content_index=0, audio_end_ms=9000)
    call.error("invalid_value", message="Audio content of 2000ms is already shorter than 9000ms")
    call.server("input_audio_buffer.speech_stopped", item_id="item_7", audio_end_ms=None)
    call.commit("item_7")
    failure = {"type": "server_error", "code": "audio_unintelligible", "message": "private"}
    call.server("conversation.item.input_audio_transcription.failed", item_id="item_7", error=failure)
    call.begin("resp_4")
    call.done("resp_4", "failed", status_details={"error": {"type": "server_error", "message": "private"}})
    call.wait(2.0)


def misunderstood(call: Metered) -> None:
    """What is no event, or none that is known, or makes no sense."""
    call.raw(Side.CLIENT, b"{")
    call.raw(Side.SERVER, {"type": "conversation.item.sung"})
    call.done("resp_1")
    call.tell(GapOpened(call.now, Side.CLIENT, "inflate"))


def overlapped_turn(call: Metered) -> None:
    """The user speaks over an answer that goes on."""
    detection = SERVER_VAD | {"interrupt_response": False}
    call.server("session.updated", session=described(turn_detection=detection, expires_at=REQUESTED_AT + 250))
    call.ask()
    call.begin("resp_5")
    call.audio("resp_5", "item_8", 500)
    call.server("input_audio_buffer.speech_started", item_id="item_9")
    call.done("resp_5")
    call.wait(2.0)


def silence(call: Metered) -> None:
    """After an error nothing comes; what the user says then is not transcribed before the call ends."""
    call.error("server_error")
    call.ask()
    call.wait(30.0)
    call.commit("item_9")


def added(call: Metered, item_id: str, type: str, role: str | None) -> None:
    call.server("conversation.item.added", item={"id": item_id, "type": type, "role": role})


def end(call: Metered) -> None:
    call.wait(1.0)
    call.close_frame(Side.CLIENT)
    call.end()


def series(line: str) -> str:
    """Of a sample."""
    return line.rpartition(" ")[0]


def test_the_whole_page_during_a_call(page: Exposed, call: Metered) -> None:
    expected = EXPECTED.read_text().replace("{{version}}", voicetap.__version__)
    assert page.openmetrics().splitlines() == expected.splitlines()


def test_what_the_end_of_the_call_adds_to_it_and_what_goes(page: Exposed, call: Metered) -> None:
    before = {series(line) for line in page.lines()}
    during = set(page.changed())
    end(call)
    after = [line for line in page.changed() if line not in during]
    assert [line for line in after if not line.startswith("session_duration_seconds_bucket")] == [
        'sessions_total{end="client_closed",model="gpt-realtime"} 1.0',
        "session_duration_seconds_count 1.0",
        "session_duration_seconds_sum 44.125",
        'close_codes_total{closed_by="client",code="1000"} 1.0',
        'transcriptions_total{outcome="session_closed",transcription_model="gpt-4o-transcribe"} 1.0',
        'turns_total{model="gpt-realtime",opened_by="speech",outcome="session_closed"} 1.0',
    ]
    assert before - {series(line) for line in page.lines()} == {
        'rate_limit_remaining{model="gpt-realtime",name="tokens"}',
        'rate_limit_limit{model="gpt-realtime",name="tokens"}',
    }
    assert page.changed("sessions_active", "sessions_expiring", "transcriptions_pending") == []


def test_every_metric_moves_in_this_call(page: Exposed, call: Metered) -> None:
    lines = page.changed()
    end(call)
    moved = {series(line).partition("{")[0].removesuffix("_count") for line in lines + page.changed()}
    assert [metric.name for metric in METRICS if metric.name not in moved] == ["build_info"]


def test_nothing_private_is_on_the_page(page: Exposed, call: Metered) -> None:
    text = page.openmetrics()
    assert len(list(text_string_to_metric_families(text))) == len(METRICS)
    assert [word for word in ("private", "item_1", "resp_1", "sess_1", "call_1", "get_time") if word in text] == []
