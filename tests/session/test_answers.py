"""100.0 is the time of the upgrade request; steps take quarters of a second, so that figures are exact."""

import math

import pytest

from support.answering import ask_and_begin, calling, only, plays, speak
from support.dialogue import SIDEBAND, Dialogue, sound
from voicetap.chunks import Side
from voicetap.facts import (
    AnswerGenerated,
    AnswerSpoken,
    AudioBegan,
    Fact,
    OutputBegan,
    Surprise,
    TurnAnswered,
)
from voicetap.session.answers import PARTS

MESSAGE = {"id": "item_A", "type": "message", "role": "assistant", "status": "in_progress", "content": []}
SPOKEN = (AnswerSpoken, AudioBegan, TurnAnswered)


def answering(call: Dialogue | None = None, response_id: str = "resp_1") -> Dialogue:
    call = call or calling()
    ask_and_begin(call, response_id)
    return call


def utter(call: Dialogue, item_id: str = "item_U", *, commit: bool = True) -> None:
    """2 s of speech, of which the last half second is silence: it ends 0.5 s before now."""
    call.server("input_audio_buffer.speech_started", item_id=item_id)
    for _ in range(8):
        call.wait(0.25)
        call.append(250)
    call.server("input_audio_buffer.speech_stopped", item_id=item_id, audio_end_ms=2000)
    if commit:
        call.commit(item_id)


# What begins an answer.


@pytest.mark.parametrize("type", ["response.output_audio.delta", "response.audio.delta"], ids=["GA", "beta"])
def test_an_answer_is_spoken_with_its_first_audio(type: str) -> None:
    call = answering()
    call.wait(0.25)
    assert call.server("response.output_item.added", response_id="resp_1", item=MESSAGE) == []
    call.wait(0.25)
    transcript = {"response_id": "resp_1", "item_id": "item_A", "delta": "Hi"}
    assert call.server("response.output_audio_transcript.delta", **transcript) == [OutputBegan(100.5, "resp_1", 1, 0.5)]
    call.wait(0.25)
    piece = {"response_id": "resp_1", "item_id": "item_A", "content_index": 0, "delta": sound(100)}
    assert call.server(type, **piece) == [
        AnswerSpoken(100.75, "item_A", "resp_1"),
        AudioBegan(100.75, "resp_1", "item_A", 1, "client", 0.75),
    ]
    assert call.server(type, **piece) == []


def test_a_response_may_hold_two_answers() -> None:
    call = answering()
    assert only(call.audio("resp_1", "item_A"), *SPOKEN) == [
        AnswerSpoken(100.0, "item_A", "resp_1"),
        AudioBegan(100.0, "resp_1", "item_A", 1, "client", 0.0),
    ]
    assert call.audio("resp_1", "item_B") == [AnswerSpoken(100.0, "item_B", "resp_1")]
    assert call.audio("resp_1", "item_A") == []
    assert only(call.done("resp_1"), AnswerGenerated) == [
        AnswerGenerated(100.0, "item_A", "resp_1", 0.2, 0.0),
        AnswerGenerated(100.0, "item_B", "resp_1", 0.1, None),
    ]


def test_without_an_item_the_response_is_the_answer() -> None:
    call = answering()
    assert AnswerSpoken(100.0, None, "resp_1") in call.audio("resp_1", None)
    assert call.audio("resp_1", None) == []
    assert only(call.done("resp_1"), AnswerGenerated) == [AnswerGenerated(100.0, "resp_1", "resp_1", 0.2, 0.0)]


def test_without_any_id_it_is_that_of_the_response_that_has_none() -> None:
    call = calling()
    call.ask()
    call.begin(None)
    assert AnswerSpoken(100.0, None, None) in call.audio(None, None)
    assert only(call.audio(None, None), *SPOKEN) == []
    assert [generated.seconds for generated in only(call.done(None), AnswerGenerated)] == [0.2]


def test_items_that_are_numbered_anew_in_each_response_are_heard_apart_and_count_once_by_id() -> None:
    call = answering()
    call.audio("resp_1", "item_1", 1000)
    call.done("resp_1")
    ask_and_begin(call, "resp_2")
    assert only(call.audio("resp_2", "item_1"), *SPOKEN) == [AudioBegan(100.0, "resp_2", "item_1", 2, "client", 0.0)]
    assert only(call.done("resp_2"), AnswerGenerated) == [AnswerGenerated(100.0, "item_1", "resp_2", 0.1, None)]


def test_without_a_response_it_is_that_of_the_latest_one() -> None:
    call = answering()
    assert AnswerSpoken(100.0, "item_A", None) in call.audio(None, "item_A")
    assert only(call.done("resp_1"), AnswerGenerated) == [AnswerGenerated(100.0, "item_A", "resp_1", 0.1, None)]


def test_audio_of_a_response_that_was_never_announced() -> None:
    call = calling()
    assert call.audio("resp_1", "item_A") == [
        Surprise(100.0, "orphan_delta", "response.output_audio.delta", "response: output while absent"),
        OutputBegan(100.0, "resp_1", None, None),
        AnswerSpoken(100.0, "item_A", "resp_1"),
        AudioBegan(100.0, "resp_1", "item_A", None, "client", None),
    ]
    assert call.audio("resp_1", "item_A") == []
    assert only(call.done("resp_1"), AnswerGenerated) == [AnswerGenerated(100.0, "item_A", "resp_1", 0.2, 0.0)]


def test_audio_that_belongs_to_nothing() -> None:
    call = calling()
    assert only(call.audio(None, "item_A"), *SPOKEN) == [AnswerSpoken(100.0, "item_A", None)]
    assert only(call.audio(None, None), *SPOKEN) == []
    assert only(call.end(), AnswerGenerated) == [AnswerGenerated(100.0, "item_A", None, 0.1, None)]


def test_audio_after_the_response_is_done_is_no_answer() -> None:
    call = answering()
    call.done("resp_1")
    assert call.audio("resp_1", "item_A") == [
        Surprise(100.0, "order", "response.output_audio.delta", "response: output while done")
    ]
    call.end()
    assert call.told(AnswerSpoken, AnswerGenerated) == []


def test_that_an_item_begins_is_no_output_and_that_it_is_done_is() -> None:
    """Some servers send a function's arguments only with the whole item."""
    call = answering()
    item = {"id": "item_F", "type": "function_call", "name": "get_time", "call_id": "call_1", "arguments": "{}"}
    assert only(call.server("response.output_item.added", response_id="resp_1", item=item), OutputBegan) == []
    call.wait(1.0)
    facts = call.server("response.output_item.done", response_id="resp_1", item={**item, "status": "completed"})
    assert only(facts, OutputBegan) == [OutputBegan(101.0, "resp_1", 1, 1.0)]


# How much audio it has.


def test_the_audio_of_an_answer_and_its_longest_gap_are_told_when_the_response_is_over() -> None:
    call = answering()
    for milliseconds, wait in [(250, 0.125), (500, 0.5), (250, 0.25), (125, 3.0)]:
        call.audio("resp_1", "item_A", milliseconds)
        call.wait(wait)
    assert only(call.done("resp_1"), AnswerGenerated) == [AnswerGenerated(103.875, "item_A", "resp_1", 1.125, 0.5)]


def test_the_parts_of_an_item_sum_up() -> None:
    call = answering()
    for content_index in (0, 1, 0, 2):
        call.audio("resp_1", "item_A", 250, content_index=content_index)
    assert only(call.done("resp_1"), AnswerGenerated)[0].seconds == 1.0


def test_an_item_does_not_have_any_number_of_parts() -> None:
    call = answering()
    for content_index in range(PARTS + 5):
        call.audio("resp_1", "item_A", 250, content_index=content_index)
    assert only(call.done("resp_1"), AnswerGenerated)[0].seconds == PARTS / 4


def test_audio_without_a_size_still_is_an_answer() -> None:
    call = answering()
    facts = call.server("response.output_audio.delta", response_id="resp_1", item_id="item_A", delta="")
    assert AnswerSpoken(100.0, "item_A", "resp_1") in facts
    assert only(call.done("resp_1"), AnswerGenerated) == [AnswerGenerated(100.0, "item_A", "resp_1", 0.0, None)]


def test_audio_that_a_recording_left_out_counts_by_its_size() -> None:
    call = answering()
    delta = {"elided_bytes": 72_000}
    call.server("response.output_audio.delta", response_id="resp_1", item_id="item_A", delta=delta)
    assert only(call.done("resp_1"), AnswerGenerated)[0].seconds == 1.5


def test_at_the_end_of_the_connection_what_was_seen_of_it_is_told() -> None:
    call = answering()
    call.audio("resp_1", "item_A", 250)
    assert only(call.end(), AnswerGenerated) == [AnswerGenerated(100.0, "item_A", "resp_1", 0.25, None)]


def test_of_what_is_not_seen_to_its_end_nothing_is_told() -> None:
    call = answering()
    call.audio("resp_1", "item_A", 250)
    call.blind(Side.SERVER)
    call.end()
    assert call.told(AnswerGenerated) == []


# Where the audio goes elsewhere.


def test_on_a_sideband_it_is_spoken_when_playback_starts() -> None:
    call = answering(Dialogue(SIDEBAND))
    assert plays(call, "started") == [AnswerSpoken(100.0, None, "resp_1")]
    assert plays(call, "started") == []
    assert plays(call, "started", "resp_2") == [
        OutputBegan(100.0, "resp_2", 1, None),
        AnswerSpoken(100.0, None, "resp_2"),
    ]


def test_playback_that_starts_when_the_response_is_done_is_no_surprise() -> None:
    call = answering(Dialogue(SIDEBAND))
    call.done("resp_1")
    assert plays(call, "started") == [AnswerSpoken(100.0, None, "resp_1")]


@pytest.mark.parametrize("audio_first", [True, False])
def test_audio_and_playback_of_one_response_are_one_answer(audio_first: bool) -> None:
    call = answering()
    facts: list[Fact] = []
    facts += call.audio("resp_1", "item_A") if audio_first else plays(call, "started")
    facts += plays(call, "started") if audio_first else call.audio("resp_1", "item_A")
    assert only(facts, AnswerSpoken) == [AnswerSpoken(100.0, "item_A" if audio_first else None, "resp_1")]


# Time to first audio.


def test_time_to_first_audio_begins_with_what_asked_for_it() -> None:
    call = calling()
    call.ask()
    call.wait(0.25)
    call.begin("resp_1")
    call.wait(0.5)
    assert only(call.audio("resp_1", "item_A"), AudioBegan) == [
        AudioBegan(100.75, "resp_1", "item_A", 1, "client", 0.75)
    ]


def test_or_with_the_response_where_the_server_begins_by_itself() -> None:
    call = calling()
    utter(call)
    call.wait(0.25)
    call.begin("resp_1")
    call.wait(0.5)
    assert only(call.audio("resp_1", "item_A"), AudioBegan) == [AudioBegan(102.75, "resp_1", "item_A", 1, "vad", 0.5)]


def test_after_an_idle_timeout() -> None:
    call = calling()
    call.server("input_audio_buffer.timeout_triggered", item_id="item_U", audio_start_ms=0, audio_end_ms=6000)
    call.commit("item_U")
    call.begin("resp_1")
    call.wait(0.5)
    assert only(call.audio("resp_1", "item_A"), *SPOKEN) == [
        AnswerSpoken(100.5, "item_A", "resp_1"),
        AudioBegan(100.5, "resp_1", "item_A", 1, "timeout", 0.5),
    ]


def test_out_of_band_it_is_not_measured() -> None:
    call = calling()
    call.ask(conversation="none")
    call.begin("resp_1", conversation_id=None)
    assert call.audio("resp_1", "item_A") == [
        OutputBegan(100.0, "resp_1", None, 0.0),
        AnswerSpoken(100.0, "item_A", "resp_1"),
    ]


# How long a turn takes to be answered. The user stops 0.5 s before the server says so.


def test_a_turn_is_answered_with_the_first_audio() -> None:
    call = calling()
    utter(call)
    call.wait(0.25)
    call.begin("resp_1")
    call.wait(0.25)
    assert only(call.audio("resp_1", "item_A"), *SPOKEN) == [
        AnswerSpoken(102.5, "item_A", "resp_1"),
        AudioBegan(102.5, "resp_1", "item_A", 1, "vad", 0.25),
        TurnAnswered(102.5, 1, 1.0, 0.5, "curve"),
    ]
    assert call.audio("resp_1", "item_B") == [AnswerSpoken(102.5, "item_B", "resp_1")]


def test_the_rounds_of_a_tool_are_a_part_of_it() -> None:
    call = calling()
    utter(call)
    call.begin("resp_1")
    call.call("resp_1", "call_1")
    call.done("resp_1")
    call.wait(1.0)
    call.output("call_1")
    call.ask()
    call.wait(0.25)
    call.begin("resp_2")
    call.wait(0.25)
    assert only(call.audio("resp_2", "item_A"), *SPOKEN) == [
        AnswerSpoken(103.5, "item_A", "resp_2"),
        AudioBegan(103.5, "resp_2", "item_A", 1, "tool", 0.5),
        TurnAnswered(103.5, 1, 2.0, 1.5, "curve"),
    ]


def test_a_tool_that_is_called_with_a_word_was_an_answer_already() -> None:
    call = calling()
    utter(call)
    call.begin("resp_1")
    call.audio("resp_1", "item_A")
    call.call("resp_1", "call_1")
    call.done("resp_1")
    call.output("call_1")
    call.ask()
    call.begin("resp_2")
    call.audio("resp_2", "item_B")
    assert call.told(TurnAnswered) == [TurnAnswered(102.0, 1, 0.5, 0.0, "curve")]


def test_in_writing_it_is_the_first_text() -> None:
    call = calling()
    utter(call)
    call.begin("resp_1")
    call.wait(0.25)
    assert call.text("resp_1", "item_A") == [
        OutputBegan(102.25, "resp_1", 1, 0.25),
        TurnAnswered(102.25, 1, 0.75, 0.25, "curve"),
    ]
    assert call.text("resp_1", "item_A") == []


def test_on_a_sideband_it_is_the_start_of_playback() -> None:
    call = Dialogue(SIDEBAND)
    utter(call)
    call.begin("resp_1")
    call.wait(0.25)
    assert TurnAnswered(102.25, 1, None, 0.25, "unknown") in plays(call, "started")


def test_audio_before_the_user_has_finished_is_no_sample() -> None:
    """An answer that was asked for while the user still spoke."""
    call = calling()
    answering(call)
    speak(call, "item_V")
    call.audio("resp_1", "item_A")
    call.wait(1.0)
    assert call.told(TurnAnswered) == []


def test_a_turn_that_was_interrupted_before_audio_is_no_sample() -> None:
    call = calling()
    utter(call)
    call.begin("resp_1")
    speak(call, "item_V")
    call.audio("resp_1", "item_A")
    assert call.told(TurnAnswered) == []
    assert len(call.told(AnswerSpoken)) == 1


def test_text_after_the_response_is_done_answers_nothing() -> None:
    call = calling()
    utter(call)
    call.begin("resp_1")
    call.call("resp_1", "call_1")
    call.done("resp_1")
    assert call.text("resp_1", "item_A") == [
        Surprise(102.0, "order", "response.output_text.delta", "response: output while done")
    ]


def test_a_turn_that_the_user_wrote_has_no_end_of_speech() -> None:
    call = calling()
    call.write()
    answering(call)
    assert only(call.audio("resp_1", "item_A"), *SPOKEN) == [
        AnswerSpoken(100.0, "item_A", "resp_1"),
        AudioBegan(100.0, "resp_1", "item_A", 1, "client", 0.0),
    ]


def test_without_times_there_are_no_figures() -> None:
    call = calling(at=math.nan)
    utter(call)
    call.begin("resp_1")
    _, began, answered = only(call.audio("resp_1", "item_A"), *SPOKEN)
    assert isinstance(began, AudioBegan)
    assert isinstance(answered, TurnAnswered)
    assert (began.seconds, answered.seconds, answered.raw_seconds) == (None, None, None)
    call.audio("resp_1", "item_A")
    (generated,) = only(call.done("resp_1"), AnswerGenerated)
    assert (generated.seconds, generated.longest_gap_seconds) == (0.2, None)
