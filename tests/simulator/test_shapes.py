import re
from typing import Any

import pytest

from voicetap.simulator.protocol import ApiError
from voicetap.simulator.shapes import check, check_format

Event = dict[str, Any]


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("session", {}),
        ("session", {"max_output_tokens": "inf", "output_modalities": ["text"], "tracing": "auto"}),
        ("session", {"audio": {"input": {"turn_detection": {"threshold": 1, "prefix_padding_ms": 0}}}}),
        ("session", {"audio": {"output": {"voice": {"id": "voice_1"}, "speed": 1.5}}}),
        ("response", {"conversation": "none", "metadata": {"topic": "check"}, "input": [], "max_output_tokens": 1}),
        ("response", {"audio": {"output": {"voice": "ash", "format": {"type": "audio/pcmu"}}}}),
    ],
)
def test_what_the_api_takes(path: str, change: Event) -> None:
    check(path, change)


@pytest.mark.parametrize(
    ("path", "change", "message"),
    [
        (
            "session",
            {"tools": [1]},
            "Invalid type for 'session.tools[0]': expected an object, but got an integer instead.",
        ),
        ("response", {"tools": [{"type": "function"}]}, "Missing required parameter: 'response.tools[0].name'."),
        ("session", {"tools": [{"type": "mcp"}]}, "Missing required parameter: 'session.tools[0].server_label'."),
        ("session", {"voice": "ash"}, "Unknown parameter: 'session.voice'."),
        ("response", {"modalities": ["text"]}, "Unknown parameter: 'response.modalities'."),
        ("response", {"audio": {"output": {"speed": 1.0}}}, "Unknown parameter: 'response.audio.output.speed'."),
        (
            "session",
            {"audio": {"input": {"format": "pcm16"}}},
            "Invalid type for 'session.audio.input.format': expected an object, but got a string instead.",
        ),
        (
            "response",
            {"output_modalities": ["text", "audio"]},
            "Invalid modalities: ['text', 'audio']. Supported combinations are: ['text'] and ['audio'].",
        ),
        (
            "session",
            {"max_output_tokens": -5},
            "Invalid 'session.max_output_tokens': integer below minimum value."
            " Expected a value >= 1, but got -5 instead.",
        ),
        (
            "response",
            {"max_output_tokens": "many"},
            "Invalid type for 'response.max_output_tokens': expected an integer or 'inf'.",
        ),
        (
            "session",
            {"audio": {"input": {"turn_detection": {"threshold": 1.5}}}},
            "Invalid 'session.audio.input.turn_detection.threshold': decimal above maximum value."
            " Expected a value <= 1.0, but got 1.5 instead.",
        ),
        (
            "session",
            {"audio": {"input": {"turn_detection": {"silence_duration_ms": -1}}}},
            "Invalid 'session.audio.input.turn_detection.silence_duration_ms': integer below minimum value."
            " Expected a value >= 0, but got -1 instead.",
        ),
    ],
)
def test_what_it_does_not(path: str, change: Event, message: str) -> None:
    with pytest.raises(ApiError, match=f"^{re.escape(message)}$") as caught:
        check(path, change)
    assert caught.value.param is not None
    assert caught.value.param.startswith(f"{path}.")


def test_formats() -> None:
    for form in ({"type": "audio/pcm", "rate": 24000}, {"type": "audio/pcm"}, {"type": "audio/pcma"}):
        check_format("path", form)
    with pytest.raises(
        ApiError, match=r"^Invalid value: 'audio/mp3'. Supported values are: 'audio/pcm', 'audio/pcmu',"
    ):
        check_format("path", {"type": "audio/mp3"})
    with pytest.raises(ApiError, match=r"^Invalid 'path.rate': integer below minimum value. Expected a value >= 24000"):
        check_format("path", {"type": "audio/pcm", "rate": 16000})
