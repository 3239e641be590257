"""100.0 is the time of the upgrade request; steps take quarters of a second, so that figures are exact."""

import math

import pytest

from support.answering import ask_and_begin, calling, only, plays, speak
from support.dialogue import Dialogue
from voicetap.chunks import Side
from voicetap.facts import AnswerEnded, Fact, Interrupted, PlaybackUnderran, TurnEnded
from voicetap.session.playback import LIMIT


def answering(call: Dialogue | None = None, response_id: str = "resp_1") -> Dialogue:
    call = call or calling()
    ask_and_begin(call, response_id)
    return call


def ends(facts: list[Fact]) -> list[AnswerEnded]:
    return only(facts, AnswerEnded)


def test_audio_faster_than_real_time_is_heard_after_the_response_is_done() -> None:
    call = answering()
    call.audio("resp_1", "item_A", 1000)
    call.wait(0.25)
    call.audio("resp_1", "item_A", 1000)
    call.wait(0.25)
    assert ends(call.done("resp_1")) == []
    assert call.wait(1.25) == []
    assert call.wait(0.25) == [AnswerEnded(102.0, "resp_1", 1, 102.0)]
    assert call.wait(2.0) == [TurnEnded(104.0, 1, "agent_initiated", "completed", 102.0)]
    assert call.told(PlaybackUnderran) == []


def test_the_end_has_its_own_time_however_late_somebody_looks() -> None:
    call = answering()
    call.audio("resp_1", "item_A", 1000)
    call.done("resp_1")
    assert call.wait(3600.0) == [
        AnswerEnded(101.0, "resp_1", 1, 101.0),
        TurnEnded(103.0, 1, "agent_initiated", "completed", 101.0),
    ]


def test_audio_in_real_time() -> None:
    call = answering()
    for _ in range(8):
        call.audio("resp_1", "item_A", 250)
        call.wait(0.25)
    assert ends(call.done("resp_1")) == [AnswerEnded(102.0, "resp_1", 1, 102.0)]
    assert call.told(PlaybackUnderran) == []


def test_an_answer_heard_before_its_response_is_done_ends_with_it() -> None:
    call = answering()
    call.audio("resp_1", "item_A", 250)
    call.wait(2.0)
    assert ends(call.done("resp_1")) == [AnswerEnded(102.0, "resp_1", 1, 102.0)]
    assert call.told(PlaybackUnderran) == []


def test_an_answer_without_audio_ends_with_its_response() -> None:
    call = answering()
    call.wait(2.0)
    assert ends(call.done("resp_1")) == [AnswerEnded(102.0, "resp_1", 1, 102.0)]


def test_an_underrun_is_the_time_without_audio_and_playback_goes_on_after_it() -> None:
    """The first 250 ms have been heard at 100.25, the next come at 100.75 and have been heard at 101.0."""
    call = answering()
    call.audio("resp_1", "item_A", 250)
    call.wait(0.75)
    assert call.audio("resp_1", "item_A", 250) == [PlaybackUnderran(100.75, "resp_1", "item_A", 0.5)]
    call.done("resp_1")
    assert call.wait(0.125) == []
    assert call.wait(0.125) == [AnswerEnded(101.0, "resp_1", 1, 101.0)]


@pytest.mark.parametrize(("late", "told"), [(0.0, False), (0.015625, False), (0.03125, True)])
def test_audio_that_is_up_to_20_ms_late_goes_unnoticed(late: float, told: bool) -> None:
    call = answering()
    call.audio("resp_1", "item_A", 250)
    call.wait(0.25 + late)
    underruns = call.audio("resp_1", "item_A", 250)
    assert underruns == ([PlaybackUnderran(call.now, "resp_1", "item_A", late)] if told else [])
    call.done("resp_1")
    assert call.wait(1.0) == [AnswerEnded(100.5 + late, "resp_1", 1, 100.5 + late)]


def test_two_items_of_a_response_are_heard_one_after_the_other() -> None:
    call = answering()
    call.audio("resp_1", "item_A", 500)
    call.audio("resp_1", "item_B", 500)
    call.wait(1.25)
    assert only(call.audio("resp_1", "item_C", 500), PlaybackUnderran) == [
        PlaybackUnderran(101.25, "resp_1", "item_C", 0.25)
    ]
    call.done("resp_1")
    assert call.wait(1.0) == [AnswerEnded(101.75, "resp_1", 1, 101.75)]


def test_two_responses_are_heard_one_after_the_other() -> None:
    call = answering()
    call.audio("resp_1", "item_A", 1000)
    call.done("resp_1")
    call.wait(0.25)
    answering(call, "resp_2")
    call.audio("resp_2", "item_B", 1000)
    call.done("resp_2")
    call.wait(4.0)
    assert call.told(AnswerEnded) == [
        AnswerEnded(101.0, "resp_1", 1, 101.0),
        AnswerEnded(102.0, "resp_2", 2, 102.0),
    ]
    assert call.told(PlaybackUnderran) == []


def test_silence_between_two_responses_is_no_underrun() -> None:
    call = answering()
    call.audio("resp_1", "item_A", 250)
    answering(call, "resp_2")
    call.wait(2.0)
    call.audio("resp_2", "item_B", 250)
    call.wait(0.25)
    call.done("resp_2")
    assert call.told(PlaybackUnderran) == []
    assert call.told(AnswerEnded) == [AnswerEnded(102.25, "resp_2", 2, 102.25)]


def test_what_queues_behind_another_response_is_not_late() -> None:
    call = answering()
    call.audio("resp_1", "item_A", 2000)
    call.done("resp_1")
    answering(call, "resp_2")
    call.audio("resp_2", "item_B", 250)
    call.wait(1.0)
    call.audio("resp_2", "item_B", 250)
    call.done("resp_2")
    call.wait(4.0)
    assert call.told(PlaybackUnderran) == []
    assert [(end.response_id, end.at) for end in call.told(AnswerEnded)] == [("resp_1", 102.0), ("resp_2", 102.5)]


@pytest.mark.parametrize(
    ("format", "bytes_per_ms"),
    [
        ({"type": "audio/pcmu"}, 8),
        ({"type": "audio/pcm", "rate": 24000}, 48),
        ({"type": "audio/pcm", "rate": 8000}, 16),
    ],
)
def test_the_format_says_how_long_audio_plays(format: object, bytes_per_ms: float) -> None:
    call = answering(calling(output_format=format))
    call.audio("resp_1", "item_A", 750, bytes_per_ms=bytes_per_ms)
    call.done("resp_1")
    assert call.wait(1.0) == [AnswerEnded(100.75, "resp_1", 1, 100.75)]


def test_audio_that_a_recording_left_out_plays_as_long() -> None:
    call = answering()
    delta = {"elided_bytes": 36_000}
    call.server("response.output_audio.delta", response_id="resp_1", item_id="item_A", delta=delta)
    call.done("resp_1")
    assert call.wait(1.0) == [AnswerEnded(100.75, "resp_1", 1, 100.75)]


def test_out_of_band_nobody_listens() -> None:
    call = calling()
    call.ask(conversation="none")
    call.begin("resp_1", conversation_id=None)
    call.audio("resp_1", "item_A", 60_000)
    call.done("resp_1")
    answering(call, "resp_2")
    call.audio("resp_2", "item_B", 250)
    call.done("resp_2")
    call.wait(100.0)
    assert call.told(AnswerEnded) == [AnswerEnded(100.25, "resp_2", 1, 100.25)]


# Where the server plays.


def test_the_server_says_when_it_has_played_an_answer() -> None:
    call = answering()
    plays(call, "started")
    call.wait(1.0)
    assert ends(call.done("resp_1")) == []
    call.wait(9.0)
    assert ends(plays(call, "stopped")) == [AnswerEnded(110.0, "resp_1", 1, 110.0)]
    assert ends(plays(call, "stopped")) == []


def test_it_may_have_played_it_before_the_response_is_done() -> None:
    call = answering()
    plays(call, "started")
    call.wait(1.0)
    assert ends(plays(call, "stopped")) == []
    call.wait(1.0)
    assert ends(call.done("resp_1")) == [AnswerEnded(102.0, "resp_1", 1, 102.0)]


def test_what_it_says_counts_more_than_the_estimate() -> None:
    call = answering()
    call.audio("resp_1", "item_A", 1000)
    plays(call, "started")
    call.audio("resp_1", "item_A", 1000)
    call.done("resp_1")
    assert ends(call.wait(5.0)) == []
    assert ends(plays(call, "stopped")) == [AnswerEnded(105.0, "resp_1", 1, 105.0)]
    answering(call, "resp_2")
    call.audio("resp_2", "item_B", 250)
    assert ends(call.done("resp_2")) == []
    assert ends(call.wait(1.0)) == [AnswerEnded(105.25, "resp_2", 2, 105.25)]


def test_it_plays_one_answer_at_a_time() -> None:
    call = answering()
    plays(call, "started", "resp_1")
    call.done("resp_1")
    call.wait(1.0)
    answering(call, "resp_2")
    assert ends(plays(call, "started", "resp_2")) == [AnswerEnded(101.0, "resp_1", 1, 101.0)]
    assert ends(plays(call, "stopped", "resp_1")) == []


def test_an_answer_that_waits_for_another_is_played_after_it() -> None:
    call = answering()
    answering(call, "resp_2")
    plays(call, "started", "resp_1")
    plays(call, "stopped", "resp_1")
    plays(call, "started", "resp_2")
    call.done("resp_1")
    call.done("resp_2")
    call.wait(5.0)
    plays(call, "stopped", "resp_2")
    assert [(end.response_id, end.at) for end in call.told(AnswerEnded)] == [("resp_1", 100.0), ("resp_2", 105.0)]


def test_what_is_never_stopped_is_not_remembered_for_ever() -> None:
    call = calling()
    for number in range(LIMIT + 2):
        ask_and_begin(call, f"resp_{number}")
        call.audio(f"resp_{number}", f"item_{number}", 1000)
        call.done(f"resp_{number}")
    assert [end.response_id for end in call.told(AnswerEnded)] == ["resp_0"]


# What is cut off.


def test_silence_begins_with_an_interruption() -> None:
    """The next answer does not queue behind what nobody hears."""
    call = answering()
    call.audio("resp_1", "item_A", 10_000)
    call.done("resp_1")
    call.wait(1.0)
    assert ends(speak(call)) == [AnswerEnded(101.0, "resp_1", 1, 101.0)]
    answering(call, "resp_2")
    call.audio("resp_2", "item_B", 250)
    call.done("resp_2")
    assert ends(call.wait(1.0)) == [AnswerEnded(101.25, "resp_2", 2, 101.25)]


def test_an_answer_that_was_cut_off_ended_then_and_not_when_its_response_is_done() -> None:
    call = answering()
    call.audio("resp_1", "item_A", 10_000)
    call.wait(1.0)
    assert ends(speak(call)) == []
    call.wait(0.5)
    assert ends(call.done("resp_1", "cancelled")) == [AnswerEnded(101.5, "resp_1", 1, 101.0)]


def test_what_still_comes_of_it_is_not_heard() -> None:
    call = answering()
    call.audio("resp_1", "item_A", 1000)
    speak(call)
    call.audio("resp_1", "item_A", 60_000)
    assert ends(call.done("resp_1", "cancelled")) == [AnswerEnded(100.0, "resp_1", 1, 100.0)]


def test_one_answer_goes_on_being_heard_when_the_next_is_cancelled() -> None:
    call = answering()
    call.audio("resp_1", "item_A", 2000)
    call.done("resp_1")
    answering(call, "resp_2")
    call.audio("resp_2", "item_B", 2000)
    call.wait(1.0)
    call.client("response.cancel", response_id="resp_2")
    assert [cut.response_id for cut in call.told(Interrupted)] == ["resp_2"]
    call.done("resp_2", "cancelled")
    answering(call, "resp_3")
    call.audio("resp_3", "item_C", 2000)
    call.done("resp_3")
    call.wait(10.0)
    assert [(end.response_id, end.ended_at) for end in call.told(AnswerEnded)] == [
        ("resp_2", 101.0),
        ("resp_1", 102.0),
        ("resp_3", 104.0),
    ]


# The end, and what is not known.


def test_at_the_end_of_the_connection_nobody_listens_any_more() -> None:
    call = answering()
    call.audio("resp_1", "item_A", 2000)
    call.done("resp_1")
    call.wait(1.0)
    assert ends(call.end()) == [AnswerEnded(101.0, "resp_1", 1, 101.0)]
    assert call.told(TurnEnded) == [TurnEnded(101.0, 1, "agent_initiated", "session_closed", 101.0)]


def test_of_what_is_not_seen_nothing_is_said() -> None:
    call = answering()
    call.audio("resp_1", "item_A", 2000)
    call.blind(Side.SERVER)
    assert call.wait(100.0) == []
    assert ends(call.end()) == []


def test_without_times_an_answer_ends_with_its_response() -> None:
    call = answering(calling(at=math.nan))
    call.audio("resp_1", "item_A", 60_000)
    call.audio("resp_1", "item_A", 60_000)
    (end,) = ends(call.done("resp_1"))
    assert end.response_id == "resp_1"
    assert math.isnan(end.ended_at)
    assert call.told(PlaybackUnderran) == []


def test_times_may_be_known_later_on() -> None:
    call = answering(calling(at=math.nan))
    call.audio("resp_1", "item_A", 1000)
    speak(call)
    call.done("resp_1", "cancelled")
    call.now = 200.0
    answering(call, "resp_2")
    call.audio("resp_2", "item_B", 1000)
    call.done("resp_2")
    assert ends(call.wait(2.0)) == [AnswerEnded(201.0, "resp_2", 2, 201.0)]
