from typing import Any

from voicetap.simulator import settings
from voicetap.simulator.audio import PCMU, silence, voice
from voicetap.simulator.buffer import InputBuffer
from voicetap.simulator.vad import SpeechStarted, SpeechStopped


def heard(**changes: Any) -> dict[str, Any]:
    session = settings.new("sess_1", "gpt-realtime", 0, kind="realtime")
    changed: dict[str, dict[str, dict[str, Any]]]
    changed = settings.updated(session, {"type": "realtime", "audio": {"input": changes}})
    return changed["audio"]["input"]


def test_a_commit_takes_what_is_buffered() -> None:
    buffer = InputBuffer(heard(turn_detection=None))
    assert buffer.append(voice(250)) == []
    assert buffer.buffered_ms == 250
    buffer.commit()
    assert buffer.buffered_ms == 0


def test_bytes_that_make_no_millisecond_wait_for_more() -> None:
    buffer = InputBuffer(heard(turn_detection=None))
    buffer.append(bytes(47))
    assert buffer.buffered_ms == 0
    buffer.append(bytes(1 + 48))
    assert buffer.buffered_ms == 2


def test_the_detector_commits_up_to_where_speech_stopped() -> None:
    buffer = InputBuffer(heard())
    assert buffer.append(voice(400) + silence(500)) == [SpeechStarted(0), SpeechStopped(600)]
    buffer.commit(600)
    assert buffer.buffered_ms == 300


def test_positions_survive_a_change_of_settings() -> None:
    buffer = InputBuffer(heard())
    buffer.append(silence(1000))
    assert not buffer.configure(heard(transcription={"model": "whisper-1"}))
    assert buffer.configure(heard(format={"type": "audio/pcmu"}))
    assert buffer.append(voice(100, PCMU)) == [SpeechStarted(700)]
