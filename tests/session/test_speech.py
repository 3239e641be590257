"""100.0 is the time of the upgrade request; most steps take a quarter of a second, so that figures are exact."""

import math
from typing import Any

import pytest

from support.dialogue import MODEL, SERVER_VAD, SIDEBAND, Dialogue
from voicetap.chunks import Side
from voicetap.facts import (
    Fact,
    InputAudioReceived,
    SpeechCommitted,
    SpeechStarted,
    SpeechStopped,
    Surprise,
    TurnAnswered,
    TurnOpened,
)
from voicetap.session.speech import POINTS, Curve

SEMANTIC_VAD = {"type": "semantic_vad", "eagerness": "auto"}


def listening(turn_detection: Any = SERVER_VAD, **more: Any) -> Dialogue:
    return Dialogue().started(None, turn_detection=turn_detection, **more)


def talk(call: Dialogue, milliseconds: int, bytes_per_ms: float = 48) -> None:
    """The client sends what it hears, four times a second."""
    for _ in range(milliseconds // 250):
        call.wait(0.25)
        call.append(250, bytes_per_ms)


def stop(call: Dialogue, audio_end_ms: float | None, item_id: str | None = "item_U") -> SpeechStopped:
    (fact,) = call.server("input_audio_buffer.speech_stopped", item_id=item_id, audio_end_ms=audio_end_ms)
    assert isinstance(fact, SpeechStopped)
    return fact


def speak(call: Dialogue, item_id: str | None = "item_U", audio_start_ms: float = 0) -> list[Fact]:
    return call.server("input_audio_buffer.speech_started", item_id=item_id, audio_start_ms=audio_start_ms)


def answered(call: Dialogue) -> TurnAnswered:
    """The server answers with audio at once."""
    call.begin("resp_1")
    (fact,) = [fact for fact in call.audio("resp_1", "item_A") if isinstance(fact, TurnAnswered)]
    return fact


# The end of speech.


@pytest.mark.parametrize(
    ("audio_end_ms", "ended_at"),
    [
        pytest.param(2000, 101.5, id="where an append ends: 1500 ms had arrived at 101.5"),
        pytest.param(1875, 101.375, id="in the middle of one: 1375 ms lie half way between 1250 and 1500"),
        pytest.param(2437.5, 101.9375, id="a fraction"),
        pytest.param(750, 100.25, id="where the first ends"),
        pytest.param(600, 100.25, id="within the first: it came with it"),
        pytest.param(500, 100.25, id="at the very beginning"),
        pytest.param(100, 100.25, id="less than the silence"),
        pytest.param(2500, 102.0, id="the last that was appended"),
        pytest.param(9000, 102.0, id="beyond what was appended"),
    ],
)
def test_the_end_of_speech_is_before_the_silence_on_the_curve_of_appended_audio(
    audio_end_ms: float, ended_at: float
) -> None:
    call = listening()
    speak(call)
    talk(call, 2000)
    assert stop(call, audio_end_ms) == SpeechStopped(102.0, "item_U", ended_at, 102.0 - ended_at)


def test_audio_may_come_faster_than_it_was_spoken() -> None:
    """At 100.25 there is 1 s of audio, at 100.5 there are 3; 2 s of it had come half way between."""
    call = listening()
    call.wait(0.25)
    call.append(1000)
    call.wait(0.25)
    call.append(2000)
    speak(call)
    call.wait(0.5)
    assert stop(call, 2500) == SpeechStopped(101.0, "item_U", 100.375, 0.625)


def test_audio_that_came_at_once_has_no_width() -> None:
    call = listening()
    for _ in range(8):
        call.append(250)
    call.wait(1.0)
    speak(call)
    assert stop(call, 2000) == SpeechStopped(101.0, "item_U", 100.0, 1.0)


def test_silence_of_the_client_moves_the_curve() -> None:
    """Positions count audio, not time: the client sends nothing for 10 s."""
    call = listening()
    talk(call, 1000)
    call.wait(10.0)
    talk(call, 1000)
    speak(call)
    assert stop(call, 2000) == SpeechStopped(112.0, "item_U", 111.5, 0.5)


@pytest.mark.parametrize(
    ("format", "bytes_per_ms"),
    [
        ({"type": "audio/pcm", "rate": 24000}, 48),
        ({"type": "audio/pcm", "rate": 16000}, 32),
        ({"type": "audio/pcmu"}, 8),
        ({"type": "audio/pcma"}, 8),
        (None, 48),
    ],
)
def test_positions_are_of_the_format_of_the_session(format: Any, bytes_per_ms: float) -> None:
    call = listening(input_format=format)
    speak(call)
    talk(call, 2000, bytes_per_ms)
    assert stop(call, 1875) == SpeechStopped(102.0, "item_U", 101.375, 0.625)


def test_audio_that_a_recording_left_out_counts_by_its_size() -> None:
    call = listening()
    call.wait(0.25)
    call.client("input_audio_buffer.append", audio={"elided_bytes": 48_000})
    call.wait(0.25)
    call.client("input_audio_buffer.append", audio={"elided_bytes": 48_000})
    speak(call)
    assert stop(call, 2000) == SpeechStopped(100.5, "item_U", 100.375, 0.125)


def test_where_the_audio_goes_elsewhere_the_silence_is_before_the_arrival() -> None:
    call = Dialogue(SIDEBAND)
    session = {"model": MODEL, "audio": {"input": {"turn_detection": SERVER_VAD}}}
    call.server("session.updated", session=session)
    speak(call)
    call.wait(2.0)
    assert stop(call, 1500) == SpeechStopped(102.0, "item_U", 101.5, 0.5)
    call.commit("item_U")
    assert call.told(TurnOpened) == [TurnOpened(102.0, 1, "speech", 100.0)]


def test_without_a_position_the_silence_is_before_the_arrival() -> None:
    call = listening()
    talk(call, 2000)
    speak(call, None)
    assert stop(call, None, None) == SpeechStopped(102.0, None, 101.5, 0.5)
    call.commit("item_U")
    assert answered(call) == TurnAnswered(102.0, 1, 0.5, 0.0, "arrival")


def test_where_the_beginning_is_forgotten_the_silence_is_before_the_arrival() -> None:
    call = listening()
    for _ in range(2 * POINTS):
        call.append(10)
    speak(call)
    call.wait(1.0)
    assert stop(call, 10 * POINTS + 500) == SpeechStopped(101.0, "item_U", 100.5, 0.5)


def test_where_the_client_is_not_understood_any_more_the_silence_is_before_the_arrival() -> None:
    call = listening()
    talk(call, 1000)
    call.blind(Side.CLIENT)
    speak(call)
    call.wait(1.0)
    assert stop(call, 1500) == SpeechStopped(102.0, "item_U", 101.5, 0.5)


@pytest.mark.parametrize(
    "detection", [SEMANTIC_VAD, {"type": "server_vad"}, {"type": "server_vad", "silence_duration_ms": 10**9}, None]
)
def test_where_the_silence_is_not_known_nor_is_the_end_of_speech(detection: Any) -> None:
    call = listening(detection)
    speak(call)
    talk(call, 2000)
    assert stop(call, 2000) == SpeechStopped(102.0, "item_U", None, None)
    call.wait(0.25)
    call.commit("item_U")
    assert answered(call) == TurnAnswered(102.25, 1, None, 0.25, "unknown")


def test_without_times_there_are_no_figures() -> None:
    call = Dialogue(at=math.nan).started(None, turn_detection=SERVER_VAD)
    speak(call)
    call.append(2000)
    fact = stop(call, 1875)
    assert (fact.ended_at, fact.wait_seconds) == (None, None)
    call.commit("item_U")
    fact_of_turn = answered(call)
    assert (fact_of_turn.seconds, fact_of_turn.raw_seconds, fact_of_turn.measured_from) == (None, None, "unknown")


# From speech to turn.


def test_a_spoken_turn_from_its_beginning_to_its_answer() -> None:
    call = listening()
    talk(call, 500)
    assert speak(call, audio_start_ms=200) == [SpeechStarted(100.5, "item_U")]
    talk(call, 2000)
    assert stop(call, 2250) == SpeechStopped(102.5, "item_U", 101.75, 0.75)
    call.wait(0.25)
    assert call.commit("item_U") == [
        InputAudioReceived(102.75, 0.5),
        SpeechCommitted(102.75, "item_U"),
        TurnOpened(102.75, 1, "speech", 100.5),
    ]
    call.begin("resp_1")
    call.wait(0.25)
    assert TurnAnswered(103.0, 1, 1.25, 0.5, "curve") in call.audio("resp_1", "item_A")


def test_push_to_talk_is_measured_from_the_commit_of_the_client() -> None:
    call = listening(None)
    talk(call, 1000)
    call.client("input_audio_buffer.commit")
    call.wait(0.25)
    assert call.commit("item_U") == [
        SpeechCommitted(101.25, "item_U"),
        TurnOpened(101.25, 1, "speech", 100.25),
    ]
    call.ask()
    call.begin("resp_1")
    call.wait(0.5)
    assert TurnAnswered(101.75, 1, 0.75, None, "commit") in call.audio("resp_1", "item_A")


def test_push_to_talk_without_times() -> None:
    call = Dialogue(at=math.nan).started(None, turn_detection=None)
    call.push_to_talk("item_U")
    fact = answered(call)
    assert (fact.seconds, fact.raw_seconds, fact.measured_from) == (None, None, "unknown")


def test_each_push_begins_with_its_own_audio() -> None:
    call = listening(None)
    for item_id in ("item_U", "item_V"):
        talk(call, 500)
        call.push_to_talk(item_id)
        call.wait(9.5)
    assert [turn.began_at for turn in call.told(TurnOpened)] == [100.25, 110.25]


def test_a_client_may_commit_what_turn_detection_still_hears() -> None:
    """There is no `speech_stopped` then."""
    call = listening()
    speak(call)
    talk(call, 1000)
    call.client("input_audio_buffer.commit")
    call.wait(0.25)
    assert TurnOpened(101.25, 1, "speech", 100.0) in call.commit("item_U")
    call.ask()
    assert answered(call) == TurnAnswered(101.25, 1, 0.25, None, "commit")


def test_a_commit_that_came_to_nothing_is_not_the_end_of_later_speech() -> None:
    call = listening()
    call.client("input_audio_buffer.commit")
    call.error("input_audio_buffer_commit_empty")
    speak(call)
    talk(call, 2000)
    stop(call, 2000)
    call.commit("item_U")
    assert answered(call) == TurnAnswered(102.0, 1, 0.5, 0.0, "curve")


def test_the_next_utterance_may_begin_before_the_last_has_ended() -> None:
    """In the audio: the padding before the second reaches into the silence after the first."""
    call = listening()
    talk(call, 250)
    speak(call, "item_U", audio_start_ms=0)
    talk(call, 1250)
    assert stop(call, 1500, "item_U") == SpeechStopped(101.5, "item_U", 101.0, 0.5)
    call.commit("item_U")
    talk(call, 250)
    assert speak(call, "item_V", audio_start_ms=1200)[-1] == SpeechStarted(101.75, "item_V")
    talk(call, 1000)
    assert stop(call, 2750, "item_V") == SpeechStopped(102.75, "item_V", 102.25, 0.5)
    call.commit("item_V")
    assert [turn.began_at for turn in call.told(TurnOpened)] == [100.25, 101.75]
    assert call.told(Surprise) == []


def test_a_commit_may_come_when_the_next_utterance_has_begun() -> None:
    call = listening()
    speak(call, "item_U")
    talk(call, 1000)
    stop(call, 1000, "item_U")
    call.wait(0.25)
    speak(call, "item_V")
    assert TurnOpened(101.25, 1, "speech", 100.0) in call.commit("item_U")
    talk(call, 1000)
    assert stop(call, 2000, "item_V") == SpeechStopped(102.25, "item_V", 101.75, 0.5)
    assert TurnOpened(102.25, 2, "speech", 101.25) in call.commit("item_V")
    assert answered(call) == TurnAnswered(102.25, 2, 0.5, 0.0, "curve")
    assert call.told(Surprise) == []


def test_an_item_is_committed_once() -> None:
    call = listening()
    assert call.commit("item_U") == [SpeechCommitted(100.0, "item_U"), TurnOpened(100.0, 1, "speech", 100.0)]
    assert call.commit("item_V") == [SpeechCommitted(100.0, "item_V"), TurnOpened(100.0, 2, "speech", 100.0)]
    assert call.commit("item_U") == []
    assert call.commit(None) == [SpeechCommitted(100.0, None), TurnOpened(100.0, 3, "speech", 100.0)]
    assert call.commit(None) == [SpeechCommitted(100.0, None), TurnOpened(100.0, 4, "speech", 100.0)]


def test_what_was_cleared_is_not_part_of_the_next_turn() -> None:
    call = listening(None)
    talk(call, 500)
    call.client("input_audio_buffer.clear")
    call.server("input_audio_buffer.cleared")
    call.wait(9.5)
    talk(call, 500)
    call.push_to_talk("item_U")
    assert call.told(TurnOpened) == [TurnOpened(110.5, 1, "speech", 110.25)]
    assert sum(fact.seconds for fact in call.told(InputAudioReceived)) == 1.0


@pytest.mark.parametrize("item_id", ["item_U", None])
def test_an_idle_timeout_commits_silence(item_id: str | None) -> None:
    call = listening()
    call.server("input_audio_buffer.timeout_triggered", item_id=item_id, audio_start_ms=0, audio_end_ms=6000)
    assert TurnOpened(100.0, 1, "timeout", 100.0) in call.commit("item_U")


def test_a_timeout_is_of_its_own_item() -> None:
    call = listening()
    call.server("input_audio_buffer.timeout_triggered", item_id="item_U", audio_start_ms=0, audio_end_ms=6000)
    speak(call, "item_V")
    assert TurnOpened(100.0, 1, "speech", 100.0) in call.commit("item_V")


# What makes no sense.


def test_speech_that_stops_and_never_started() -> None:
    call = listening()
    surprise, stopped = call.server("input_audio_buffer.speech_stopped", item_id="item_U", audio_end_ms=900)
    assert surprise == Surprise(
        100.0, "order", "input_audio_buffer.speech_stopped", "speech: speech_stopped while quiet"
    )
    assert stopped == SpeechStopped(100.0, "item_U", 99.5, 0.5)
    assert TurnOpened(100.0, 1, "speech", 100.0) in call.commit("item_U")


def test_speech_that_starts_twice_began_with_the_latter() -> None:
    call = listening()
    speak(call, "item_U")
    call.wait(1.0)
    assert speak(call, "item_V") == [
        Surprise(101.0, "order", "input_audio_buffer.speech_started", "speech: speech_started while speaking"),
        SpeechStarted(101.0, "item_V"),
    ]
    assert TurnOpened(101.0, 1, "speech", 101.0) in call.commit("item_V")


# How much audio.


@pytest.mark.parametrize("milliseconds", [20, 33, 250, 999, 1000, 4000])
def test_input_audio_is_told_by_the_second_and_sums_up(milliseconds: int) -> None:
    call = listening()
    for count in range(1, 101):
        facts = call.append(milliseconds)
        told = sum(fact.seconds for fact in call.told(InputAudioReceived))
        assert -1e-9 < count * milliseconds / 1000 - told < 1.0
        assert all(fact.seconds >= 1.0 for fact in facts if isinstance(fact, InputAudioReceived))
    call.end()
    told = sum(fact.seconds for fact in call.told(InputAudioReceived))
    assert told == pytest.approx(100 * milliseconds / 1000, abs=1e-9)


def test_what_is_left_is_told_with_the_commit_and_at_the_end() -> None:
    call = listening()
    assert call.append(600) == []
    assert call.append(500) == [InputAudioReceived(100.0, 1.1)]
    assert call.append(250) == []
    assert call.commit("item_U")[0] == InputAudioReceived(100.0, 0.25)
    assert call.append(125) == []
    assert call.end()[0] == InputAudioReceived(100.0, 0.125)


@pytest.mark.parametrize("audio", ["", None, {"elided_bytes": 0}, {"elided_bytes": -48_000}])
def test_an_append_without_audio_is_none(audio: Any) -> None:
    call = listening(None)
    call.client("input_audio_buffer.append", audio=audio)
    call.wait(1.0)
    assert call.push_to_talk("item_U") == [
        SpeechCommitted(101.0, "item_U"),
        TurnOpened(101.0, 1, "speech", 101.0),
    ]


# The curve by itself.


def test_nothing_was_appended() -> None:
    assert Curve().time_of(0) is None


def test_a_curve_remembers_its_newest_points() -> None:
    curve = Curve()
    for index in range(1, 2 * POINTS + 1):
        curve.append(10, float(index))
    assert curve.total == 20 * POINTS
    assert curve.time_of(10 * POINTS) is None
    assert curve.time_of(10 * (POINTS + 1)) is None
    assert curve.time_of(10 * (POINTS + 1) + 5) == POINTS + 1.5
    assert curve.time_of(20 * POINTS) == 2 * POINTS
