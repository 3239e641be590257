import copy
from typing import Any

import pytest

from voicetap.simulator import settings
from voicetap.simulator.audio import PCM, PCMU
from voicetap.simulator.protocol import ApiError

Event = dict[str, Any]


def new(kind: str = "realtime") -> Event:
    return settings.new("sess_1", "gpt-realtime", 1_700_003_600, kind=kind)


def updated(change: Event, session: Event | None = None) -> Event:
    return settings.updated(session or new(), {"type": "realtime", **change})


def heard(**fields: Any) -> Event:
    return {"audio": {"input": fields}}


def test_a_new_session_is_what_api_openai_com_makes() -> None:
    assert new() == {
        "type": "realtime",
        "object": "realtime.session",
        "id": "sess_1",
        "model": "gpt-realtime",
        "output_modalities": ["audio"],
        "instructions": "You are a helpful, witty, and friendly AI.",
        "tools": [],
        "tool_choice": "auto",
        "max_output_tokens": "inf",
        "tracing": None,
        "truncation": "auto",
        "prompt": None,
        "expires_at": 1_700_003_600,
        "audio": {
            "input": {
                "format": {"type": "audio/pcm", "rate": 24000},
                "transcription": None,
                "noise_reduction": None,
                "turn_detection": {
                    "type": "server_vad",
                    "threshold": 0.5,
                    "prefix_padding_ms": 300,
                    "silence_duration_ms": 200,
                    "idle_timeout_ms": None,
                    "create_response": True,
                    "interrupt_response": True,
                },
            },
            "output": {"format": {"type": "audio/pcm", "rate": 24000}, "voice": "alloy", "speed": 1.0},
        },
        "include": None,
    }


def test_only_what_is_present_changes() -> None:
    session = new()
    before = copy.deepcopy(session)
    after = updated({"instructions": "Be brief.", **heard(turn_detection={"silence_duration_ms": 700})}, session)
    assert session == before
    before["instructions"] = "Be brief."
    before["audio"]["input"]["turn_detection"]["silence_duration_ms"] = 700
    assert after == before


def test_null_turns_detection_and_transcription_off() -> None:
    on = updated(heard(transcription={"model": "whisper-1"}))
    off = updated(heard(turn_detection=None, transcription=None), on)
    assert on["audio"]["input"]["transcription"] == {"model": "whisper-1", "language": None, "prompt": None}
    assert (off["audio"]["input"]["turn_detection"], off["audio"]["input"]["transcription"]) == (None, None)


def test_detection_that_comes_back_has_its_defaults_again() -> None:
    off = updated(heard(turn_detection=None))
    on = updated(heard(turn_detection={"type": "server_vad", "threshold": 0.8}), off)
    expected = new()["audio"]["input"]["turn_detection"] | {"threshold": 0.8}
    assert on["audio"]["input"]["turn_detection"] == expected


@pytest.mark.parametrize(("eagerness", "silence_ms"), [(None, 1000), ("low", 2000), ("high", 500)])
def test_semantic_detection_waits_by_eagerness(eagerness: str | None, silence_ms: int) -> None:
    session = updated(heard(turn_detection={"type": "semantic_vad", "eagerness": eagerness}))
    assert settings.silence_of(session["audio"]["input"]["turn_detection"]) == silence_ms


def test_formats() -> None:
    session = updated({"audio": {"input": {"format": {"type": "audio/pcmu"}}}})
    assert settings.format_of(session["audio"]["input"]) == PCMU
    assert settings.format_of(session["audio"]["output"]) == PCM


def test_the_model_of_a_session_stays() -> None:
    assert updated({"model": "gpt-other"})["model"] == "gpt-realtime"


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"type": None}, "missing_required_parameter", "session.type"),
        ({"type": "transcription"}, "invalid_parameter", "session.type"),
        ({"temperature": 0.8}, "unknown_parameter", "session.temperature"),
        (heard(volume=1), "unknown_parameter", "session.audio.input.volume"),
        (heard(turn_detection={"patience": 1}), "unknown_parameter", "session.audio.input.turn_detection.patience"),
        (heard(turn_detection={"type": "no_vad"}), "invalid_value", "session.audio.input.turn_detection.type"),
        (
            heard(turn_detection={"type": "semantic_vad", "eagerness": "very"}),
            "invalid_value",
            "session.audio.input.turn_detection.eagerness",
        ),
        (
            heard(turn_detection={"idle_timeout_ms": 4999}),
            "integer_below_min_value",
            "session.audio.input.turn_detection.idle_timeout_ms",
        ),
        (
            heard(turn_detection={"idle_timeout_ms": 30001}),
            "integer_above_max_value",
            "session.audio.input.turn_detection.idle_timeout_ms",
        ),
        (heard(format={"type": "audio/mp3"}), "invalid_value", "session.audio.input.format.type"),
        (
            heard(format={"type": "audio/pcm", "rate": 16000}),
            "integer_below_min_value",
            "session.audio.input.format.rate",
        ),
        ({"output_modalities": ["text", "audio"]}, "invalid_value", "session.output_modalities"),
        (heard(format="pcm16"), "invalid_type", "session.audio.input.format"),
    ],
)
def test_what_the_api_rejects(change: Event, code: str, param: str) -> None:
    with pytest.raises(ApiError) as caught:
        updated(change)
    assert (caught.value.code, caught.value.param) == (code, param)


def test_a_transcription_session_has_no_output() -> None:
    session = new("transcription")
    assert "output" not in session["audio"]
    assert "create_response" not in session["audio"]["input"]["turn_detection"]
    with pytest.raises(ApiError, match="Unknown parameter"):
        settings.updated(session, {"type": "transcription", "audio": {"output": {"voice": "ash"}}})


def test_a_scenario_may_have_other_defaults() -> None:
    session = settings.new("sess_1", "m", 0, kind="realtime", defaults=settings.Defaults(700, 6000, "none", "text"))
    assert (session["output_modalities"], session["audio"]["input"]["turn_detection"]) == (["text"], None)
    on = settings.updated(
        session, {"type": "realtime", **heard(turn_detection={"type": "server_vad"})}, settings.Defaults(700, 6000)
    )
    detection = on["audio"]["input"]["turn_detection"]
    assert (detection["silence_duration_ms"], detection["idle_timeout_ms"]) == (700, 6000)


def test_semantic_detection_may_be_the_default() -> None:
    session = settings.new("s", "m", 0, kind="realtime", defaults=settings.Defaults(turn_detection="semantic_vad"))
    assert session["audio"]["input"]["turn_detection"] == {
        "type": "semantic_vad",
        "eagerness": "auto",
        "create_response": True,
        "interrupt_response": True,
    }


def test_the_idle_timeout_is_set_and_cleared() -> None:
    on = updated(heard(turn_detection={"type": "server_vad", "idle_timeout_ms": 5000}))
    assert on["audio"]["input"]["turn_detection"]["idle_timeout_ms"] == 5000
    off = updated(heard(turn_detection={"type": "server_vad", "idle_timeout_ms": None}), on)
    assert off["audio"]["input"]["turn_detection"]["idle_timeout_ms"] is None
