from collections.abc import Callable
from typing import Any

import pytest

from support.dialogue import SERVER_VAD, SIDEBAND, Dialogue
from voicetap.facts import (
    AnswerEnded,
    ErrorReported,
    Interrupted,
    ResponseFinished,
    TruncationMeasured,
    TurnEnded,
)

OVERLAPPING: Any = {"turn_detection": {**SERVER_VAD, "interrupt_response": False}}


def asked(call: Dialogue) -> Dialogue:
    """The user has written, and the response has begun, at 100."""
    call.write()
    call.ask()
    call.begin("resp_1")
    return call


def answering() -> Dialogue:
    return asked(Dialogue().started())


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("completed", "completed"), ("failed", "failed"), ("incomplete", "incomplete"), (None, "completed")],
)
def test_with_its_response_where_nothing_is_heard(status: str | None, outcome: Any) -> None:
    call = answering()
    call.wait(1.0)
    call.done("resp_1", status)
    assert call.wait(1.75) == []
    assert call.wait(0.25) == [TurnEnded(103.0, 1, "text", outcome, 101.0)]


def test_with_the_playback_of_its_response() -> None:
    call = answering()
    call.audio("resp_1", "item_A", 3000)
    call.wait(1.0)
    call.done("resp_1")
    call.wait(9.0)
    assert call.told(TurnEnded) == [TurnEnded(105.0, 1, "text", "completed", 103.0)]


def test_with_its_response_where_that_takes_longer_than_its_playback() -> None:
    call = answering()
    call.audio("resp_1", "item_A", 500)
    call.wait(1.0)
    call.done("resp_1", "incomplete")
    call.wait(9.0)
    assert call.told(TurnEnded) == [TurnEnded(103.0, 1, "text", "incomplete", 101.0)]


def test_with_the_playback_that_the_server_tells_of() -> None:
    call = asked(Dialogue(SIDEBAND))
    call.server("output_audio_buffer.started", response_id="resp_1")
    call.wait(1.0)
    call.done("resp_1")
    call.wait(6.0)
    call.server("output_audio_buffer.stopped", response_id="resp_1")
    call.wait(2.0)
    assert call.told(TurnEnded) == [TurnEnded(109.0, 1, "text", "completed", 107.0)]


def test_with_its_last_response() -> None:
    call = answering()
    call.call("resp_1", "call_1")
    call.done("resp_1")
    call.output("call_1")
    call.ask()
    call.begin("resp_2")
    call.wait(1.0)
    call.done("resp_2", "failed")
    call.wait(2.0)
    assert call.told(TurnEnded) == [TurnEnded(103.0, 1, "text", "failed", 101.0)]


@pytest.mark.parametrize("milliseconds", [0, 5000], ids=["before audio", "while it plays"])
def test_with_an_interruption(milliseconds: float) -> None:
    call = answering()
    if milliseconds:
        call.audio("resp_1", "item_A", milliseconds)
        call.done("resp_1")
    call.wait(1.0)
    call.server("input_audio_buffer.speech_started", item_id="item_1")
    call.wait(9.0)
    assert call.told(TurnEnded) == [TurnEnded(103.0, 1, "text", "interrupted", 101.0)]


def test_with_a_cancellation() -> None:
    call = answering()
    call.wait(1.0)
    call.done("resp_1", "cancelled", status_details={"type": "cancelled", "reason": "client_cancelled"})
    call.wait(2.0)
    assert call.told(TurnEnded) == [TurnEnded(103.0, 1, "text", "interrupted", 101.0)]


def test_a_truncation_that_comes_late_shows_that_it_was_heard_longer() -> None:
    """The client plays a little later than is estimated."""
    call = answering()
    call.audio("resp_1", "item_A", 1000)
    call.done("resp_1")
    call.wait(2.5)
    call.client("conversation.item.truncate", item_id="item_A", content_index=0, audio_end_ms=900)
    call.wait(1.75)
    call.server("conversation.item.truncated", item_id="item_A", content_index=0, audio_end_ms=900)
    call.wait(0.25)
    assert call.told(Interrupted, TruncationMeasured, TurnEnded) == [
        Interrupted(102.5, "resp_1", "item_A", 1, "playing", "client_cancelled"),
        TruncationMeasured(104.25, "item_A", 1, "client", 900, 1000, 100),
        TurnEnded(104.5, 1, "text", "interrupted", 102.5),
    ]


def test_the_end_of_a_response_that_was_cut_off_belongs_to_the_turn() -> None:
    call = answering()
    call.server("input_audio_buffer.speech_started", item_id="item_1")
    call.wait(1.0)
    call.done("resp_1", "cancelled")
    call.wait(1.0)
    assert call.told(ResponseFinished, TurnEnded) == [
        ResponseFinished(101.0, "resp_1", 1, "cancelled", None, 1.0),
        TurnEnded(102.0, 1, "text", "interrupted", 100.0),
    ]


def following(call: Dialogue) -> None:
    """The next turn opens, at 101; the end of the first is told at 103."""
    call.wait(1.0)
    call.push_to_talk("item_1")
    call.wait(2.0)


def test_with_the_next_turn_where_it_was_never_answered() -> None:
    call = Dialogue().started(**OVERLAPPING)
    call.write()
    call.ask()
    following(call)
    assert call.told(TurnEnded) == [TurnEnded(103.0, 1, "text", "no_response", 101.0)]


def test_with_the_next_turn_while_the_answer_is_made() -> None:
    call = asked(Dialogue().started(**OVERLAPPING))
    following(call)
    assert call.told(TurnEnded) == [TurnEnded(103.0, 1, "text", "incomplete", 101.0)]


def test_with_the_next_turn_while_a_further_answer_is_made() -> None:
    call = asked(Dialogue().started(**OVERLAPPING))
    call.call("resp_1", "call_1")
    call.done("resp_1")
    call.output("call_1")
    call.ask()
    call.begin("resp_2")
    following(call)
    assert call.told(TurnEnded) == [TurnEnded(103.0, 1, "text", "incomplete", 101.0)]


def test_with_the_next_turn_where_the_answer_is_made_soon_after() -> None:
    call = asked(Dialogue().started(**OVERLAPPING))
    call.wait(1.0)
    call.push_to_talk("item_1")
    call.wait(1.0)
    call.done("resp_1")
    call.wait(1.0)
    assert call.told(TurnEnded) == [TurnEnded(103.0, 1, "text", "completed", 101.0)]


def test_with_the_next_turn_while_the_answer_plays() -> None:
    call = asked(Dialogue().started(**OVERLAPPING))
    call.audio("resp_1", "item_A", 5000)
    call.done("resp_1")
    following(call)
    assert call.told(TurnEnded) == [TurnEnded(103.0, 1, "text", "completed", 101.0)]


def test_with_the_next_turn_while_a_function_is_at_work() -> None:
    call = asked(Dialogue().started(**OVERLAPPING))
    call.call("resp_1", "call_1")
    call.done("resp_1")
    following(call)
    assert call.told(TurnEnded) == [TurnEnded(103.0, 1, "text", "completed", 101.0)]


def test_with_the_next_turn_where_the_response_was_never_seen_to_begin() -> None:
    call = Dialogue().started(**OVERLAPPING)
    call.write()
    call.ask()
    call.done("resp_1")
    following(call)
    assert call.told(TurnEnded) == [TurnEnded(103.0, 1, "text", "completed", 101.0)]


def test_with_the_connection() -> None:
    call = asked(Dialogue().started(**OVERLAPPING))
    call.audio("resp_1", "item_A", 5000)
    call.done("resp_1")
    call.wait(1.0)
    call.write()
    call.ask()
    call.wait(1.0)
    call.end()
    assert call.told(TurnEnded) == [
        TurnEnded(102.0, 1, "text", "completed", 101.0),
        TurnEnded(102.0, 2, "text", "session_closed", 102.0),
    ]


@pytest.mark.parametrize(
    "stage",
    [
        lambda call: None,
        lambda call: call.audio("resp_1", "item_A", 5000),
        lambda call: [call.audio("resp_1", "item_A", 5000), call.done("resp_1")],
        lambda call: [call.call("resp_1", "call_1"), call.done("resp_1")],
        lambda call: [call.call("resp_1", "call_1"), call.done("resp_1"), call.output("call_1")],
    ],
    ids=["before output", "while it is made", "while it plays", "while a function works", "after its output"],
)
def test_with_the_connection_at_every_stage(stage: Callable[[Dialogue], object]) -> None:
    call = answering()
    stage(call)
    call.wait(1.0)
    call.end()
    assert call.told(TurnEnded) == [TurnEnded(101.0, 1, "text", "session_closed", 101.0)]


def test_a_turn_that_settles_when_the_connection_ends_has_come_to_its_end() -> None:
    call = answering()
    call.done("resp_1")
    call.wait(1.0)
    call.end()
    assert call.told(TurnEnded) == [TurnEnded(101.0, 1, "text", "completed", 100.0)]


def test_it_is_told_in_time_however_rarely_somebody_looks() -> None:
    call = answering()
    call.audio("resp_1", "item_A", 1000)
    call.done("resp_1")
    call.now += 60.0
    assert call.error("invalid_value") == [
        AnswerEnded(101.0, "resp_1", 1, 101.0),
        TurnEnded(103.0, 1, "text", "completed", 101.0),
        ErrorReported(160.0, "invalid_value", None),
    ]


def test_the_next_turn_does_not_end_it_again() -> None:
    call = answering()
    call.done("resp_1")
    call.wait(1.0)
    call.push_to_talk("item_1")
    call.wait(1.0)
    assert call.told(TurnEnded) == [TurnEnded(102.0, 1, "text", "completed", 100.0)]


def test_an_mcp_call_without_a_result_keeps_no_turn_open() -> None:
    call = answering()
    call.server("response.mcp_call_arguments.done", response_id="resp_1", item_id="item_1")
    call.done("resp_1")
    call.wait(2.0)
    assert call.told(TurnEnded) == [TurnEnded(102.0, 1, "text", "completed", 100.0)]


def test_nor_does_a_call_of_an_out_of_band_response() -> None:
    call = answering()
    call.ask(conversation="none")
    call.begin("resp_2", conversation_id=None)
    call.call("resp_2", "call_1")
    call.done("resp_2", conversation_id=None)
    call.done("resp_1")
    call.wait(2.0)
    assert call.told(TurnEnded) == [TurnEnded(102.0, 1, "text", "completed", 100.0)]


def test_an_out_of_band_response_keeps_no_turn_open() -> None:
    call = answering()
    call.ask(conversation="none")
    call.begin("resp_2", conversation_id=None)
    call.audio("resp_2", "item_B", 9000)
    call.done("resp_1")
    call.wait(2.0)
    assert call.told(TurnEnded) == [TurnEnded(102.0, 1, "text", "completed", 100.0)]
