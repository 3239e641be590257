"""100.0 is the time of the upgrade request; steps take quarters of a second, so that figures are exact."""

import math
from typing import Any

import pytest

from support.answering import ask_and_begin, calling, only, plays, speak, truncate, truncated
from support.dialogue import MODEL, SERVER_VAD, SIDEBAND, Dialogue
from voicetap.chunks import Side
from voicetap.facts import (
    AnswerEnded,
    Fact,
    Interrupted,
    InterruptionTookEffect,
    Overlapped,
    TruncationFinished,
    TurnEnded,
)
from voicetap.session.interruptions import OVERLAPS

PATIENT_VAD = {**SERVER_VAD, "interrupt_response": False}
CANCELLED = {"type": "cancelled", "reason": "turn_detected"}


def answering(call: Dialogue | None = None, response_id: str = "resp_1") -> Dialogue:
    call = call or calling()
    ask_and_begin(call, response_id)
    return call


def playing(call: Dialogue | None = None, response_id: str = "resp_1", item_id: str = "item_A") -> Dialogue:
    """A second after a response of 10 s was made."""
    call = answering(call, response_id)
    call.audio(response_id, item_id, 10_000)
    call.done(response_id)
    call.wait(1.0)
    return call


def cuts(facts: list[Fact]) -> list[Interrupted]:
    return only(facts, Interrupted)


def phases(call: Dialogue) -> list[tuple[str, str, str]]:
    return [(cut.response_id, cut.phase, cut.cause) for cut in call.told(Interrupted)]


# The user barges in.


def test_before_audio() -> None:
    call = answering()
    call.wait(0.25)
    assert cuts(speak(call)) == [Interrupted(100.25, "resp_1", None, 1, "before_audio", "turn_detected")]
    call.wait(0.25)
    facts = call.done("resp_1", "cancelled", status_details=CANCELLED)
    assert only(facts, Interrupted, InterruptionTookEffect) == []
    call.wait(2.0)
    assert call.told(TurnEnded) == [TurnEnded(102.25, 1, "agent_initiated", "interrupted", 100.25)]


def test_while_the_answer_is_generated() -> None:
    """Two more pieces come before the server has stopped; the last 0.25 s after the user began to speak."""
    call = answering()
    call.audio("resp_1", "item_A", 1000)
    call.wait(0.5)
    assert cuts(speak(call)) == [Interrupted(100.5, "resp_1", "item_A", 1, "generating", "turn_detected")]
    for _ in range(2):
        call.wait(0.125)
        call.audio("resp_1", "item_A", 1000)
    call.wait(1.0)
    facts = call.done("resp_1", "cancelled", status_details=CANCELLED)
    assert only(facts, Interrupted, InterruptionTookEffect) == [InterruptionTookEffect(101.75, "resp_1", 1, 0.25)]


def test_an_interruption_that_takes_effect_at_once() -> None:
    call = answering()
    call.audio("resp_1", "item_A", 1000)
    call.wait(0.5)
    speak(call)
    call.wait(0.5)
    assert InterruptionTookEffect(101.0, "resp_1", 1, 0.0) in call.done("resp_1", "cancelled")


def test_while_the_answer_plays_after_it_is_done() -> None:
    """Most of them: an answer is made faster than it is heard."""
    call = playing()
    assert cuts(speak(call)) == [Interrupted(101.0, "resp_1", "item_A", 1, "playing", "turn_detected")]
    call.wait(2.0)
    assert call.told(TurnEnded) == [TurnEnded(103.0, 1, "agent_initiated", "interrupted", 101.0)]
    assert call.told(InterruptionTookEffect) == []


@pytest.mark.parametrize(("after", "interrupted"), [(8.9375, True), (9.0, False), (9.0625, False)])
def test_the_user_speaks_when_the_answer_is_nearly_over_or_just_over(after: float, interrupted: bool) -> None:
    """It plays from 100.0 to 110.0."""
    call = playing()
    call.wait(after)
    assert len(cuts(speak(call))) == interrupted


def test_some_servers_cancel_the_response_before_they_say_that_the_user_speaks() -> None:
    call = answering()
    call.audio("resp_1", "item_A", 1000)
    call.wait(0.5)
    facts = call.done("resp_1", "cancelled", status_details=CANCELLED)
    assert only(facts, Interrupted, InterruptionTookEffect, AnswerEnded) == [
        Interrupted(100.5, "resp_1", "item_A", 1, "generating", "turn_detected"),
        InterruptionTookEffect(100.5, "resp_1", 1, 0.0),
        AnswerEnded(100.5, "resp_1", 1, 100.5),
    ]
    assert cuts(speak(call)) == []


def test_cancelled_before_audio_and_before_the_server_says_that_the_user_speaks() -> None:
    call = answering()
    facts = call.done("resp_1", "cancelled")
    assert cuts(facts) == [Interrupted(100.0, "resp_1", None, 1, "before_audio", "turn_detected")]
    assert cuts(speak(call)) == []


def test_response_after_response_is_cancelled_while_one_utterance_goes_on() -> None:
    call = calling()
    speak(call, "item_U")
    call.server("input_audio_buffer.speech_stopped", item_id="item_U", audio_end_ms=900)
    call.commit("item_U")
    call.begin("resp_1")
    speak(call, "item_V")
    call.done("resp_1", "cancelled")
    call.begin("resp_2")
    call.done("resp_2", "cancelled")
    call.begin("resp_3")
    call.audio("resp_3", "item_A")
    call.done("resp_3", "cancelled")
    assert phases(call) == [
        ("resp_1", "before_audio", "turn_detected"),
        ("resp_2", "before_audio", "turn_detected"),
        ("resp_3", "generating", "turn_detected"),
    ]


def test_two_answers_are_cut_at_once() -> None:
    """One still plays, the next is already being made."""
    call = playing()
    answering(call, "resp_2")
    call.audio("resp_2", "item_B", 1000)
    assert cuts(speak(call)) == [
        Interrupted(101.0, "resp_1", "item_A", 1, "playing", "turn_detected"),
        Interrupted(101.0, "resp_2", "item_B", 2, "generating", "turn_detected"),
    ]


def test_an_answer_is_cut_once_whatever_shows_it_again() -> None:
    call = answering()
    call.audio("resp_1", "item_A", 1000)
    speak(call, "item_U")
    speak(call, "item_V")
    call.client("response.cancel")
    truncate(call, "item_A", 250)
    truncated(call, "item_A", 250)
    plays(call, "cleared")
    call.done("resp_1", "cancelled")
    truncate(call, "item_A", 125)
    assert phases(call) == [("resp_1", "generating", "turn_detected")]


def test_where_nothing_is_known_of_turn_detection_speech_interrupts() -> None:
    call = answering(Dialogue())
    assert len(cuts(speak(call))) == 1


# The client stops.


def test_the_client_cancels_what_is_generated() -> None:
    call = answering(calling(None))
    call.audio("resp_1", "item_A", 1000)
    call.wait(0.25)
    facts = call.client("response.cancel")
    assert facts == [Interrupted(100.25, "resp_1", "item_A", 1, "generating", "client_cancelled")]
    call.wait(0.25)
    call.audio("resp_1", "item_A", 1000)
    details = {"type": "cancelled", "reason": "client_cancelled"}
    facts = call.done("resp_1", "cancelled", status_details=details)
    assert only(facts, Interrupted, InterruptionTookEffect) == [InterruptionTookEffect(100.5, "resp_1", 1, 0.25)]


def test_the_client_cancels_what_is_still_heard() -> None:
    call = playing()
    facts = call.client("response.cancel")
    assert cuts(facts) == [Interrupted(101.0, "resp_1", "item_A", 1, "playing", "client_cancelled")]


def test_the_client_cancels_one_of_two() -> None:
    call = playing()
    answering(call, "resp_2")
    assert cuts(call.client("response.cancel", response_id="resp_1")) == [
        Interrupted(101.0, "resp_1", "item_A", 1, "playing", "client_cancelled")
    ]


def test_a_cancel_when_nothing_is_made_or_heard_is_nothing() -> None:
    call = playing()
    call.wait(9.0)
    assert call.client("response.cancel") == []
    assert call.client("response.cancel", response_id="resp_1") == []
    assert call.client("response.cancel", response_id="resp_unknown") == []
    call.error("response_cancel_not_active")
    assert call.told(Interrupted) == []


def test_a_cancel_of_another_connection_shows_in_the_reason() -> None:
    call = answering(Dialogue(SIDEBAND))
    details = {"type": "cancelled", "reason": "client_cancelled"}
    call.done("resp_1", "cancelled", status_details=details)
    assert phases(call) == [("resp_1", "before_audio", "client_cancelled")]


def test_a_client_that_truncates_has_stopped_playing() -> None:
    call = playing()
    call.wait(60.0)
    facts = truncate(call, "item_A", 1500)
    assert cuts(facts) == [Interrupted(161.0, "resp_1", "item_A", 1, "playing", "client_cancelled")]
    facts = truncated(call, "item_A", 1500)
    assert only(facts, Interrupted, TruncationFinished) == [
        TruncationFinished(161.0, "item_A", "client", "acknowledged", 1500)
    ]


def test_also_where_the_server_rejects_it() -> None:
    call = answering()
    call.audio("resp_1", "item_A", 1200)
    call.done("resp_1")
    call.wait(1.5)
    assert cuts(truncate(call, "item_A", 1500)) == [
        Interrupted(101.5, "resp_1", "item_A", 1, "playing", "client_cancelled")
    ]
    facts = call.error(message="Audio content of 1200ms is already shorter than 1500ms")
    assert only(facts, Interrupted, TruncationFinished) == [
        TruncationFinished(101.5, "item_A", "client", "rejected", 1500)
    ]


@pytest.mark.parametrize("item_id", ["item_U", "item_unknown"])
def test_what_is_no_answer_cannot_be_interrupted_by_a_truncate(item_id: str) -> None:
    call = playing()
    call.commit("item_U")
    call.server("conversation.item.added", item={"id": "item_U", "type": "message", "role": "user"})
    truncate(call, item_id, 500)
    truncated(call, item_id, 500)
    assert call.told(Interrupted) == []


# The server stops.


def test_a_server_that_truncates_unasked_has_heard_the_user() -> None:
    """WebRTC. It may come when the response is long done."""
    call = Dialogue(SIDEBAND)
    answering(call)
    call.server("response.output_item.added", response_id="resp_1", item={"id": "item_A", "type": "message"})
    plays(call, "started")
    call.done("resp_1")
    call.wait(1.0)
    facts = truncated(call, "item_A", 1000)
    assert cuts(facts) == [Interrupted(101.0, "resp_1", None, 1, "playing", "turn_detected")]


@pytest.mark.parametrize(("done", "phase"), [(False, "generating"), (True, "playing")])
def test_a_buffer_that_is_cleared(done: bool, phase: str) -> None:
    call = answering()
    plays(call, "started")
    if done:
        call.done("resp_1")
    call.wait(1.0)
    facts = plays(call, "cleared")
    assert cuts(facts) == [Interrupted(101.0, "resp_1", None, 1, phase, "cleared")]
    call.done("resp_1", "cancelled")
    speak(call)
    assert len(call.told(Interrupted)) == 1


@pytest.mark.parametrize("started", [False, True])
def test_a_buffer_that_is_cleared_without_saying_whose(started: bool) -> None:
    call = answering()
    if started:
        plays(call, "started")
        call.done("resp_1")
    call.ask(conversation="none")
    call.begin("resp_2", conversation_id=None)
    phase = "playing" if started else "before_audio"
    assert cuts(plays(call, "cleared", None)) == [Interrupted(100.0, "resp_1", None, 1, phase, "cleared")]


def test_a_buffer_that_is_cleared_before_audio() -> None:
    call = answering(Dialogue(SIDEBAND))
    assert cuts(plays(call, "cleared")) == [Interrupted(100.0, "resp_1", None, 1, "before_audio", "cleared")]


def test_where_the_server_plays_speech_interrupts_until_it_has_stopped() -> None:
    call = answering(Dialogue(SIDEBAND))
    plays(call, "started")
    call.done("resp_1")
    call.wait(60.0)
    assert cuts(speak(call)) == [Interrupted(160.0, "resp_1", None, 1, "playing", "turn_detected")]
    answering(call, "resp_2")
    plays(call, "started", "resp_2")
    call.done("resp_2")
    plays(call, "stopped", "resp_2")
    assert cuts(speak(call)) == []


def test_a_buffer_that_is_cleared_when_it_was_played_to_its_end_cuts_nothing() -> None:
    call = answering(Dialogue(SIDEBAND))
    plays(call, "started")
    call.done("resp_1")
    plays(call, "stopped")
    assert cuts(plays(call, "cleared")) == []


def test_nothing_is_known_of_what_was_cleared() -> None:
    call = calling()
    assert plays(call, "cleared", "resp_unknown") == []


# Where speech does not stop an answer.


def test_the_user_speaks_over_an_answer_that_goes_on() -> None:
    call = answering(calling(PATIENT_VAD))
    call.audio("resp_1", "item_A", 1000)
    call.wait(0.25)
    assert only(speak(call), Interrupted, Overlapped) == []
    assert only(call.done("resp_1"), Interrupted, Overlapped) == []
    assert only(call.wait(0.75), AnswerEnded, Overlapped) == [
        AnswerEnded(101.0, "resp_1", 1, 101.0),
        Overlapped(101.0, "resp_1", 1, 100.25),
    ]
    assert only(speak(call), Interrupted, Overlapped) == []


def test_each_time_the_user_speaks_over_it_is_told() -> None:
    call = playing(calling(PATIENT_VAD))
    for _ in range(3):
        speak(call)
        call.wait(1.0)
    call.wait(60.0)
    assert [over.spoke_at for over in call.told(Overlapped)] == [101.0, 102.0, 103.0]
    assert call.told(Interrupted) == []


def test_speech_over_one_answer_while_another_waits_behind_it_is_one_overlap() -> None:
    call = playing(calling(PATIENT_VAD))
    answering(call, "resp_2")
    speak(call)
    call.done("resp_2")
    call.wait(60.0)
    assert [over.response_id for over in call.told(Overlapped)] == ["resp_1"]


def test_no_more_than_so_many_times() -> None:
    call = playing(calling(PATIENT_VAD))
    for _ in range(OVERLAPS + 1):
        speak(call)
    call.wait(60.0)
    assert len(call.told(Overlapped)) == OVERLAPS


@pytest.mark.parametrize(
    ("stop", "cause"),
    [
        (lambda call: call.client("response.cancel"), "client_cancelled"),
        (lambda call: truncate(call, "item_A", 250), "client_cancelled"),
        (lambda call: plays(call, "cleared"), "cleared"),
        (lambda call: truncated(call, "item_A", 250), "turn_detected"),
        (lambda call: call.done("resp_1", "cancelled"), "turn_detected"),
    ],
    ids=["cancel", "truncate", "cleared", "truncated", "cancelled"],
)
def test_speech_that_something_stops_an_answer_for_is_no_overlap(stop: Any, cause: str) -> None:
    call = answering(calling(PATIENT_VAD))
    call.audio("resp_1", "item_A", 1000)
    speak(call)
    stop(call)
    call.done("resp_1")
    call.wait(60.0)
    call.end()
    assert phases(call) == [("resp_1", "generating", cause)]
    assert call.told(Overlapped) == []


def test_an_overlap_is_told_at_the_latest_when_the_connection_ends() -> None:
    call = playing(calling(PATIENT_VAD))
    speak(call)
    assert Overlapped(101.0, "resp_1", 1, 101.0) in call.end()


# Answers in writing, out of band, and what is not seen.


def test_text_is_to_an_answer_in_writing_what_audio_is_to_others() -> None:
    call = answering()
    call.text("resp_1", "item_A")
    call.wait(0.25)
    assert cuts(call.client("response.cancel")) == [
        Interrupted(100.25, "resp_1", None, 1, "generating", "client_cancelled")
    ]
    call.wait(0.25)
    call.text("resp_1", "item_A")
    assert InterruptionTookEffect(100.5, "resp_1", 1, 0.25) in call.done("resp_1", "cancelled")


def test_an_answer_in_writing_does_not_play() -> None:
    call = answering()
    call.text("resp_1", "item_A")
    call.done("resp_1")
    assert cuts(speak(call)) == []


def test_out_of_band_there_is_no_interruption() -> None:
    call = calling()
    call.ask(conversation="none")
    call.begin("resp_1", conversation_id=None)
    call.audio("resp_1", "item_A", 1000)
    speak(call)
    call.client("response.cancel")
    call.client("response.cancel", response_id="resp_1")
    truncate(call, "item_A", 250)
    truncated(call, "item_A", 250)
    plays(call, "cleared")
    call.done("resp_1", "cancelled")
    assert call.told(Interrupted, InterruptionTookEffect, Overlapped) == []


def test_without_times_playing_is_known_only_where_something_is_cut() -> None:
    call = calling(at=math.nan)
    for response_id, item_id in [("resp_1", "item_A"), ("resp_2", "item_B"), ("resp_3", "item_C")]:
        answering(call, response_id)
        call.audio(response_id, item_id, 10_000)
        call.done(response_id)
        speak(call)
    truncate(call, "item_A", 500)
    plays(call, "cleared", "resp_2")
    assert phases(call) == [("resp_1", "playing", "client_cancelled"), ("resp_2", "playing", "cleared")]


def test_without_times_what_is_generated_is_interrupted_and_when_is_not_known() -> None:
    call = answering(calling(at=math.nan))
    call.audio("resp_1", "item_A", 1000)
    speak(call)
    call.audio("resp_1", "item_A", 1000)
    (effect,) = only(call.done("resp_1", "cancelled"), InterruptionTookEffect)
    assert phases(call) == [("resp_1", "generating", "turn_detected")]
    assert effect.seconds is None


def test_without_times_an_answer_is_overlapped_only_while_it_is_generated() -> None:
    call = answering(calling(PATIENT_VAD, at=math.nan))
    call.audio("resp_1", "item_A", 10_000)
    speak(call)
    call.done("resp_1")
    speak(call)
    assert [over.response_id for over in only(call.end(), Overlapped)] == ["resp_1"]


def test_without_times_it_is_none_if_something_stops_the_answer_after_all() -> None:
    call = answering(calling(PATIENT_VAD, at=math.nan))
    call.audio("resp_1", "item_A", 10_000)
    speak(call)
    call.done("resp_1")
    truncate(call, "item_A", 250)
    call.end()
    assert phases(call) == [("resp_1", "playing", "client_cancelled")]
    assert call.told(Overlapped) == []


def test_without_times_no_more_answers_than_so_many_wait_for_what_may_stop_them() -> None:
    call = calling(PATIENT_VAD, at=math.nan)
    for number in range(OVERLAPS + 1):
        answering(call, f"resp_{number}")
        speak(call)
        call.done(f"resp_{number}")
    assert [over.response_id for over in call.told(Overlapped)] == ["resp_0"]
    assert len(only(call.end(), Overlapped)) == OVERLAPS


def test_a_connection_that_ends_while_an_interruption_takes_effect() -> None:
    call = answering()
    call.audio("resp_1", "item_A", 1000)
    speak(call)
    call.wait(0.25)
    call.audio("resp_1", "item_A", 1000)
    call.wait(1.0)
    assert InterruptionTookEffect(101.25, "resp_1", 1, 0.25) in call.end()


def test_where_the_server_is_not_understood_any_more_nothing_is_known_to_be_interrupted() -> None:
    call = playing()
    answering(call, "resp_2")
    call.blind(Side.SERVER)
    truncate(call, "item_A", 500)
    call.client("response.cancel")
    call.end()
    assert call.told(Interrupted) == []


def test_where_the_client_is_not_understood_any_more_the_server_tells() -> None:
    call = playing()
    call.blind(Side.CLIENT)
    facts = truncated(call, "item_A", 1000)
    assert cuts(facts) == [Interrupted(101.0, "resp_1", "item_A", 1, "playing", "turn_detected")]


def test_a_sideband_that_joins_late_knows_a_response_by_what_comes_of_it() -> None:
    call = Dialogue(SIDEBAND)
    call.server("session.updated", session={"model": MODEL})
    plays(call, "started", "resp_1")
    call.wait(1.0)
    assert cuts(plays(call, "cleared", "resp_1")) == [Interrupted(101.0, "resp_1", None, None, "generating", "cleared")]
