from math import nan
from typing import Any

from support.dialogue import SERVER_VAD, SIDEBAND, Dialogue
from voicetap.facts import (
    ResponseStarted,
    TurnAnswered,
    TurnEnded,
    TurnOpened,
)

PUSH_TO_TALK: Any = {"turn_detection": None}


def openings(call: Dialogue) -> list[str]:
    return [turn.opened_by for turn in call.told(TurnOpened)]


def responses(call: Dialogue) -> list[tuple[str, int | None, str]]:
    """Of each response: its turn, and what made the server begin."""
    return [(begun.response_id, begun.turn, begun.trigger) for begun in call.told(ResponseStarted)]


def outcomes(call: Dialogue) -> list[tuple[int, str]]:
    return [(turn.turn, turn.outcome) for turn in call.told(TurnEnded)]


# Which turn a response belongs to.


def test_to_the_latest_turn_and_not_to_one_that_has_only_begun_to_speak() -> None:
    call = Dialogue().started()
    call.speech("item_1")
    call.commit("item_1")
    call.server("input_audio_buffer.speech_started", item_id="item_2")
    call.begin("resp_1")
    assert responses(call) == [("resp_1", 1, "vad")]


def test_to_the_turn_that_the_client_asked_for_though_the_greeting_comes_first() -> None:
    call = Dialogue().started()
    call.ask()
    call.write()
    call.ask()
    call.begin("resp_1")
    call.done("resp_1")
    call.begin("resp_2")
    assert openings(call) == ["text"]
    assert responses(call) == [("resp_1", 1, "client"), ("resp_2", 1, "client")]


def test_several_requests_in_flight_are_answered_in_their_order() -> None:
    call = Dialogue().started()
    for _ in range(3):
        call.write()
        call.ask()
    for number in (1, 2, 3):
        call.answer(f"resp_{number}")
    call.wait(5.0)
    assert responses(call) == [("resp_1", 1, "client"), ("resp_2", 2, "client"), ("resp_3", 3, "client")]
    assert outcomes(call) == [(1, "completed"), (2, "completed"), (3, "completed")]


def test_to_the_speech_where_a_refused_request_still_stands() -> None:
    """The error has named no event and no code; without times it cannot be too old."""
    call = Dialogue(at=nan).started()
    call.write()
    call.ask()
    call.error("invalid_value")
    call.speech("item_1")
    call.commit("item_1")
    call.begin("resp_1")
    assert openings(call) == ["text", "speech"]
    assert [begun.turn for begun in call.told(ResponseStarted)] == [2]


def test_to_the_turn_of_the_function_that_has_given_its_output() -> None:
    call = Dialogue().started()
    call.speech("item_1")
    call.commit("item_1")
    call.begin("resp_1")
    call.call("resp_1", "call_1")
    call.done("resp_1")
    call.wait(1.0)
    call.output("call_1")
    call.ask()
    call.wait(1.0)
    call.answer("resp_2", milliseconds=500)
    call.wait(5.0)
    assert responses(call) == [("resp_1", 1, "vad"), ("resp_2", 1, "tool")]
    assert call.told(TurnOpened, TurnEnded) == [
        TurnOpened(101.0, 1, "speech", 100.0),
        TurnEnded(105.5, 1, "speech", "completed", 103.5),
    ]


def test_output_before_the_end_of_the_response() -> None:
    call = Dialogue().started()
    call.write()
    call.ask()
    call.begin("resp_1")
    call.call("resp_1", "call_1")
    call.output("call_1")
    call.wait(1.0)
    call.done("resp_1")
    call.wait(3.0)
    assert outcomes(call) == []
    call.ask()
    call.answer("resp_2")
    assert openings(call) == ["text"]
    assert responses(call) == [("resp_1", 1, "client"), ("resp_2", 1, "tool")]


def test_a_server_that_goes_on_by_itself_after_the_output() -> None:
    call = Dialogue().started()
    call.write()
    call.ask()
    call.begin("resp_1")
    call.call("resp_1", "call_1")
    call.done("resp_1")
    call.output("call_1")
    call.begin("resp_2")
    assert openings(call) == ["text"]
    assert responses(call) == [("resp_1", 1, "client"), ("resp_2", 1, "tool")]


def test_output_that_goes_by_unseen() -> None:
    """On a sideband another connection may give it."""
    call = Dialogue(SIDEBAND)
    call.speech("item_1")
    call.commit("item_1")
    call.begin("resp_1")
    call.call("resp_1", "call_1")
    call.done("resp_1")
    call.wait(3.0)
    call.begin("resp_2")
    assert responses(call) == [("resp_1", 1, "vad"), ("resp_2", 1, "tool")]


def test_not_to_a_turn_that_only_plays() -> None:
    """Who asked, and for what, was not seen: on a sideband another connection did."""
    call = Dialogue(SIDEBAND)
    call.speech("item_1")
    call.commit("item_1")
    call.begin("resp_1")
    call.server("output_audio_buffer.started", response_id="resp_1")
    call.done("resp_1")
    call.begin("resp_2")
    assert openings(call) == ["speech", "agent_initiated"]


def test_nor_to_one_that_was_cut_off() -> None:
    call = Dialogue(SIDEBAND)
    call.speech("item_1")
    call.commit("item_1")
    call.begin("resp_1")
    call.call("resp_1", "call_1")
    call.server("input_audio_buffer.speech_started", item_id="item_2")
    call.begin("resp_2")
    assert openings(call) == ["speech", "agent_initiated"]


def test_two_parallel_functions() -> None:
    call = Dialogue().started()
    call.write()
    call.ask()
    call.begin("resp_1")
    call.call("resp_1", "call_1")
    call.call("resp_1", "call_2")
    call.done("resp_1")
    call.output("call_2")
    call.wait(9.0)
    call.output("call_1")
    call.ask()
    call.answer("resp_2", milliseconds=500)
    call.wait(5.0)
    assert responses(call) == [("resp_1", 1, "client"), ("resp_2", 1, "tool")]
    assert call.told(TurnEnded) == [TurnEnded(111.5, 1, "text", "completed", 109.5)]


def test_what_is_written_beside_the_output_is_taken_up_with_it() -> None:
    call = Dialogue().started()
    call.write()
    call.ask()
    call.begin("resp_1")
    call.call("resp_1", "call_1")
    call.done("resp_1")
    call.output("call_1")
    call.write()
    call.ask()
    call.answer("resp_2")
    call.ask()
    call.begin("resp_3")
    assert openings(call) == ["text", "agent_initiated"]
    assert responses(call)[1:] == [("resp_2", 1, "tool"), ("resp_3", 2, "client")]


def test_output_of_a_call_that_was_cancelled_goes_on_with_its_turn() -> None:
    call = Dialogue().started()
    call.write()
    call.ask()
    call.begin("resp_1")
    call.call("resp_1", "call_1")
    call.done("resp_1", "cancelled")
    call.output("call_1")
    call.ask()
    call.begin("resp_2")
    assert openings(call) == ["text"]
    assert responses(call) == [("resp_1", 1, "client"), ("resp_2", 1, "tool")]


def test_output_that_comes_when_the_turn_was_told_opens_none() -> None:
    call = Dialogue().started()
    call.speech("item_1")
    call.commit("item_1")
    call.begin("resp_1")
    call.audio("resp_1", "item_A", 9000)
    call.call("resp_1", "call_1")
    call.done("resp_1")
    call.server("input_audio_buffer.speech_started", item_id="item_2")
    call.wait(5.0)
    assert outcomes(call) == [(1, "interrupted")]
    call.output("call_1")
    call.ask()
    call.begin("resp_2")
    assert responses(call) == [("resp_1", 1, "vad"), ("resp_2", 1, "tool")]


def test_output_that_nobody_waits_for_is_forgotten_with_the_next_turn() -> None:
    call = Dialogue().started(**PUSH_TO_TALK)
    call.push_to_talk("item_1")
    call.ask()
    call.begin("resp_1")
    call.call("resp_1", "call_1")
    call.done("resp_1")
    call.wait(1.0)
    call.output("call_1")
    call.wait(9.0)
    call.push_to_talk("item_2")
    call.ask()
    call.begin("resp_2")
    assert responses(call) == [("resp_1", 1, "client"), ("resp_2", 2, "client")]
    call.wait(2.0)
    assert call.told(TurnEnded) == [TurnEnded(112.0, 1, "speech", "completed", 100.0)]


def test_a_request_for_the_tool_stays_with_its_turn_though_the_user_has_spoken_since() -> None:
    call = Dialogue().started()
    call.write()
    call.ask()
    call.begin("resp_1")
    call.call("resp_1", "call_1")
    call.done("resp_1")
    call.output("call_1")
    call.ask()
    call.speech("item_1")
    call.commit("item_1")
    call.begin("resp_2")
    call.done("resp_2")
    call.begin("resp_3")
    assert responses(call)[1:] == [("resp_2", 1, "tool"), ("resp_3", 2, "vad")]


# When a turn was answered.


def spoken(call: Dialogue, audio_end_ms: float | None = None) -> None:
    """Speech of a second, audio appended, and committed after the server's silence of half a second."""
    call.append(1000)
    call.wait(1.0)
    call.append(1000)
    call.speech("item_1", 1.0, audio_end_ms)
    call.commit("item_1")


def test_from_the_real_end_of_speech() -> None:
    call = Dialogue().started(turn_detection=SERVER_VAD)
    spoken(call, audio_end_ms=2000)
    call.wait(0.5)
    call.begin("resp_1")
    call.wait(0.5)
    call.audio("resp_1", "item_A")
    call.audio("resp_1", "item_A")
    # 1500 ms of the audio had come at 100.5; the server noticed at 102.0.
    assert call.told(TurnAnswered) == [TurnAnswered(103.0, 1, 2.5, 1.0, "curve")]


def test_from_the_arrival_where_the_audio_goes_elsewhere() -> None:
    call = Dialogue(SIDEBAND).started(turn_detection=SERVER_VAD)
    call.speech("item_1", 1.0, audio_end_ms=2000)
    call.commit("item_1")
    call.wait(1.0)
    call.begin("resp_1")
    call.server("output_audio_buffer.started", response_id="resp_1")
    assert call.told(TurnAnswered) == [TurnAnswered(102.0, 1, 1.5, 1.0, "arrival")]


def test_from_the_commit_in_push_to_talk() -> None:
    call = Dialogue().started(**PUSH_TO_TALK)
    call.append(1000)
    call.push_to_talk("item_1")
    call.ask()
    call.wait(1.0)
    call.answer("resp_1")
    assert call.told(TurnAnswered) == [TurnAnswered(101.0, 1, 1.0, None, "commit")]


def test_without_the_silence_only_the_raw_figure_is_known() -> None:
    call = Dialogue().started(turn_detection={"type": "semantic_vad"})
    spoken(call, audio_end_ms=2000)
    call.wait(1.0)
    call.answer("resp_1")
    assert call.told(TurnAnswered) == [TurnAnswered(103.0, 1, None, 1.0, "unknown")]


def test_tool_rounds_included() -> None:
    call = Dialogue().started(turn_detection=SERVER_VAD)
    spoken(call)
    call.begin("resp_1")
    call.call("resp_1", "call_1")
    call.done("resp_1")
    call.wait(3.0)
    call.output("call_1")
    call.ask()
    call.wait(1.0)
    call.answer("resp_2", milliseconds=9000)
    call.output("call_1")
    call.ask()
    call.answer("resp_3")
    assert call.told(TurnAnswered) == [TurnAnswered(106.0, 1, 4.5, 4.0, "arrival")]


def test_text_is_an_answer() -> None:
    call = Dialogue().started(turn_detection=SERVER_VAD)
    spoken(call)
    call.begin("resp_1")
    call.wait(1.0)
    call.text("resp_1", "item_A")
    call.text("resp_1", "item_A")
    assert call.told(TurnAnswered) == [TurnAnswered(103.0, 1, 1.5, 1.0, "arrival")]


def test_what_the_user_wrote_has_no_such_figure() -> None:
    call = Dialogue().started()
    call.write()
    call.ask()
    call.answer("resp_1")
    assert call.told(TurnAnswered) == []


def test_audio_before_the_end_of_speech_is_no_answer() -> None:
    """The server has taken a pause for the end; half a second of what it heard came after."""
    call = Dialogue().started(turn_detection=SERVER_VAD)
    call.append(1000)
    call.server("input_audio_buffer.speech_started", item_id="item_1")
    call.server("input_audio_buffer.speech_stopped", item_id="item_1", audio_end_ms=9000)
    call.commit("item_1")
    call.begin("resp_1")
    call.now -= 0.5
    call.audio("resp_1", "item_A")
    assert call.told(TurnAnswered) == []


def test_a_turn_that_was_cut_off_before_any_audio_is_never_answered() -> None:
    call = Dialogue().started(turn_detection=SERVER_VAD)
    spoken(call)
    call.begin("resp_1")
    call.server("input_audio_buffer.speech_started", item_id="item_2")
    call.audio("resp_1", "item_A")
    assert call.told(TurnAnswered) == []
