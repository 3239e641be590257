import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import UNSET, Raw, UnsetType

from support.dialogue import message
from support.requires import requires_path
from voicetap.chunks import Side
from voicetap.realtime import decode
from voicetap.realtime.objects import (
    Content,
    Elided,
    ErrorDetail,
    ItemObject,
    SessionObject,
    Text,
    Transcription,
    TurnDetection,
    has_text,
    text_of,
)
from voicetap.realtime.server import SessionDescribed


@pytest.mark.parametrize(
    ("session", "transcription"),
    [
        pytest.param(b"{}", UNSET, id="nothing said"),
        pytest.param(b'{"audio": null}', UNSET, id="no audio"),
        pytest.param(b'{"audio": {"input": null}}', UNSET, id="no input"),
        pytest.param(b'{"audio": {"input": {}}}', UNSET, id="no word of it"),
        pytest.param(b'{"audio": {"input": {"transcription": null}}}', None, id="GA, off"),
        pytest.param(b'{"audio": {"input": {"transcription": {"model": "m"}}}}', Transcription("m"), id="GA, on"),
        pytest.param(b'{"input_audio_transcription": null}', None, id="beta, off"),
        pytest.param(b'{"input_audio_transcription": {"model": "m"}}', Transcription("m"), id="beta, on"),
        pytest.param(b'{"input_audio_transcription": {}}', Transcription(None), id="on, by an unnamed model"),
        pytest.param(
            b'{"audio": {"input": {"transcription": null}}, "input_audio_transcription": {"model": "m"}}',
            Transcription("m"),
            id="both fields, one filled in",
        ),
    ],
)
def test_whether_a_session_transcribes(session: bytes, transcription: Transcription | UnsetType | None) -> None:
    assert msgspec.json.decode(session, type=SessionObject).transcription() == transcription


def session(**fields: Any) -> SessionObject:
    return msgspec.json.decode(json.dumps(fields), type=SessionObject)


VAD = TurnDetection("server_vad", 500)
SERVER_VAD = {"type": "server_vad", "silence_duration_ms": 500, "threshold": 0.5}


@pytest.mark.parametrize(
    ("fields", "detection"),
    [
        pytest.param({}, UNSET, id="nothing said"),
        pytest.param({"audio": {"input": {}}}, UNSET, id="no word of it"),
        pytest.param({"audio": {"input": {"turn_detection": None}}}, None, id="GA, off"),
        pytest.param({"audio": {"input": {"turn_detection": SERVER_VAD}}}, VAD, id="GA, on"),
        pytest.param({"turn_detection": None}, None, id="beta, off"),
        pytest.param({"turn_detection": SERVER_VAD}, VAD, id="beta, on"),
        pytest.param({"turn_detection": {"type": None}}, None, id="xAI, off"),
        pytest.param({"turn_detection": {"type": "none"}}, None, id="Azure's beta, off"),
        pytest.param({"turn_detection": {"type": "client_vad"}}, None, id="GLM, off"),
        pytest.param({"turn_detection": {}}, TurnDetection(), id="on, in a way not said"),
        pytest.param({"turn_detection": None, "audio": {"input": {"turn_detection": SERVER_VAD}}}, VAD, id="both, GA"),
        pytest.param(
            {"turn_detection": SERVER_VAD, "audio": {"input": {"turn_detection": None}}}, VAD, id="both, beta"
        ),
    ],
)
def test_whether_the_server_detects_turns(fields: dict[str, Any], detection: TurnDetection | UnsetType | None) -> None:
    assert session(**fields).turn_detection() == detection


def test_all_of_turn_detection_is_read() -> None:
    said = {
        "type": "semantic_vad",
        "silence_duration_ms": 500,
        "prefix_padding_ms": 300,
        "create_response": False,
        "interrupt_response": True,
        "idle_timeout_ms": 5000,
    }
    assert session(turn_detection=said).turn_detection() == TurnDetection(**said)


PCM = {"type": "audio/pcm", "rate": 24000}


@pytest.mark.parametrize(
    ("fields", "formats"),
    [
        pytest.param({}, (UNSET, UNSET), id="nothing said"),
        pytest.param({"audio": {"input": {"format": None}, "output": {}}}, (UNSET, UNSET), id="nulls"),
        pytest.param(
            {"audio": {"input": {"format": {"type": "audio/pcmu"}}, "output": {"format": PCM}}}, (8, 48), id="GA"
        ),
        pytest.param({"audio": {"input": {"format": "pcm16"}}}, (48, UNSET), id="a name in GA's place"),
        pytest.param({"input_audio_format": "g711_alaw", "output_audio_format": "pcm16"}, (8, 48), id="beta"),
        pytest.param({"input_audio_format": "opus", "output_audio_format": ""}, (None, None), id="not known"),
        pytest.param(
            {
                "input_audio_format": "not specified",
                "output_audio_format": "not specified",
                "audio": {"input": {"format": {"type": "audio/pcm", "rate": 16000}}, "output": {"format": PCM}},
            },
            (32, 48),
            id="xAI",
        ),
        pytest.param(
            {"audio": {"input": {"format": {"type": None}}}, "input_audio_format": "g711_ulaw"},
            (8, UNSET),
            id="both, beta known",
        ),
        pytest.param(
            {"input_audio_format": "pcm16", "input_audio_sampling_rate": 16000, "output_audio_format": "pcm16"},
            (32, 48),
            id="Voice Live",
        ),
        pytest.param({"input_audio_format": "pcm16", "output_audio_format": "pcm24"}, (32, 48), id="Qwen"),
    ],
)
def test_bytes_per_millisecond_either_way(fields: dict[str, Any], formats: tuple[Any, Any]) -> None:
    described = session(**fields)
    assert (described.input_format(), described.output_format()) == formats


GA_AUDIO = ("realtime", ["audio"], 200, 48, 48)
GA_TEXT = ("realtime", ["text"], 200, 48, 48)
XAI = (None, ["audio"], None, 48, 48)
REAL = {
    "real-azure-audio_in_server_vad_transcribes": GA_AUDIO,
    "real-azure-audio_in_server_vad_transcription_requires_deployment": GA_AUDIO,
    "real-azure_voice_live-audio_in_server_vad_turn": (None, ["audio", "text"], 500, 48, 48),
    "real-azure_voice_live-tool_call_round": (None, ["text"], 500, 48, 48),
    "real-openai-audio_in_server_vad_turn": GA_AUDIO,
    "real-openai-message_history_seeding": GA_TEXT,
    "real-openai-sideband-webrtc_sideband_audio_turn": GA_AUDIO,
    "real-openai-text_in_audio_out_turn": GA_AUDIO,
    "real-openai-tool_call_round": GA_TEXT,
    "real-xai-audio_in_server_vad_turn": XAI,
    "real-xai-tool_call_round": XAI,
    "run-hf-speech-to-speech": ("realtime", None, None, 48, UNSET),
    "run-mockagents-bargein": ("realtime", ["audio"], None, 48, 48),
}
"""Type, modalities, silence of the turn detection, bytes per ms in and out; read from the files by eye."""


def captures() -> list[Path]:
    return sorted(requires_path("../shared/captures").glob("r*.jsonl"))


def test_what_real_servers_last_said_of_their_sessions() -> None:
    said: dict[str, tuple[Any, ...]] = {}
    for path in captures():
        for line in path.read_text().splitlines()[1:]:
            recorded = json.loads(line)
            event = decode(Side(recorded["from"]), message(recorded.get("event", {})))
            if isinstance(event, SessionDescribed) and (it := event.session):
                detection = it.turn_detection()
                assert isinstance(detection, TurnDetection | None)
                silence = detection.silence_duration_ms if detection else "off"
                modalities = it.output_modalities or it.modalities
                said[path.stem] = (it.type, modalities, silence, it.input_format(), it.output_format())
    assert said == REAL


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (ErrorDetail("invalid_request_error", "invalid_value"), "invalid_value"),
        (ErrorDetail("server_error", None), "server_error"),
        (ErrorDetail("server_error", ""), "server_error"),
        (ErrorDetail(None, 404), "404"),
        (ErrorDetail(), "unknown"),
    ],
)
def test_what_an_error_is_called(error: ErrorDetail, name: str) -> None:
    assert error.name() == name


@pytest.mark.parametrize(
    ("text", "has"), [("a", True), ("", False), (None, False), (Elided(3), True), (Elided(0), False)]
)
def test_a_recording_that_left_a_text_out_still_says_whether_there_was_one(text: Text, has: bool) -> None:
    assert has_text(text) is has


@pytest.mark.parametrize(
    ("content", "text"),
    [
        pytest.param(Raw(b'"a"'), "a", id="a text"),
        pytest.param(Raw(b'"\\u00e9\\n\\ud83c\\udfa4"'), "\u00e9\n\U0001f3a4", id="escaped"),
        pytest.param(Raw(b'""'), "", id="none"),
        pytest.param(Raw(b"null"), "", id="null"),
        pytest.param(Raw(b'{"elided_chars":3}'), "", id="left out by a recording"),
        pytest.param(Raw(b'["a"]'), "", id="a list"),
        pytest.param(UNSET, "", id="not said"),
    ],
)
def test_content_is_a_text_or_nothing(content: Content, text: str) -> None:
    assert text_of(content) == text


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        pytest.param(Raw(b'[{"type":"input_text","text":"a"},{"type":"text","text":"b"}]'), ["a", "b"], id="texts"),
        pytest.param(Raw(b'[{"type":"input_audio","audio":"QUJD"}]'), [""], id="audio"),
        pytest.param(Raw(b'[{"text":{"elided_chars":3}}]'), [""], id="left out by a recording"),
        pytest.param(Raw(b"[]"), [], id="no parts"),
        pytest.param(Raw(b'["a"]'), [], id="a list of something else"),
        pytest.param(Raw(b'"a"'), [], id="a text"),
        pytest.param(Raw(b"null"), [], id="null"),
        pytest.param(UNSET, [], id="not said"),
    ],
)
def test_a_message_has_parts_or_none(content: Content, texts: list[str]) -> None:
    assert [text_of(part.text) for part in ItemObject(content=content).parts()] == texts
