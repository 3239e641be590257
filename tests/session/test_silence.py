from collections.abc import Callable
from math import nan
from typing import Any

import pytest

from support.dialogue import SERVER_VAD, Dialogue
from voicetap.chunks import Side
from voicetap.facts import DeadAirNoticed, Fact, SessionFellSilent

REFUSED = "conversation_already_has_active_response"


def silences(call: Dialogue) -> list[Fact]:
    return call.told(DeadAirNoticed, SessionFellSilent)


def spoken(**session: Any) -> Dialogue:
    """A question was committed by the server, at 101."""
    call = Dialogue().started(**session)
    call.speech("item_1", 1.0)
    call.commit("item_1")
    return call


def asked() -> Dialogue:
    """The client has asked, at 100."""
    call = Dialogue().started()
    call.write()
    call.ask()
    return call


def returned() -> Dialogue:
    """The client has given the output of a function, at 100."""
    call = asked()
    call.begin("resp_1")
    call.call("resp_1", "call_1")
    call.done("resp_1")
    call.output("call_1")
    return call


WAITS: dict[str, Callable[[], Dialogue]] = {"speech": spoken, "request": asked, "tool_output": returned}
each_wait = pytest.mark.parametrize("after", WAITS)


# Dead air.


@each_wait
def test_nothing_for_five_seconds(after: Any) -> None:
    call = WAITS[after]()
    since = call.now
    call.wait(4.5)
    assert silences(call) == []
    call.wait(0.5)
    assert silences(call) == [DeadAirNoticed(since + 5.0, 1, after)]
    call.wait(60.0)
    assert len(silences(call)) == 1


@each_wait
def test_it_is_told_in_time_however_rarely_somebody_looks(after: Any) -> None:
    call = WAITS[after]()
    since = call.now
    call.now += 60.0
    call.append(20)
    assert silences(call) == [DeadAirNoticed(since + 5.0, 1, after)]


@each_wait
def test_an_answer_in_time(after: Any) -> None:
    call = WAITS[after]()
    call.begin("resp_2")
    call.wait(4.5)
    call.text("resp_2", "item_A")
    call.wait(60.0)
    assert silences(call) == []


@each_wait
def test_an_answer_that_was_begun_and_brings_nothing(after: Any) -> None:
    call = WAITS[after]()
    since = call.now
    call.wait(1.0)
    call.begin("resp_2")
    call.wait(60.0)
    assert silences(call) == [DeadAirNoticed(since + 5.0, 1, after)]


@each_wait
def test_not_while_the_user_speaks(after: Any) -> None:
    call = WAITS[after]()
    call.wait(4.5)
    call.server("input_audio_buffer.speech_started", item_id="item_2")
    call.wait(60.0)
    assert silences(call) == []


@each_wait
@pytest.mark.parametrize("status", ["failed", "incomplete", "completed", "cancelled"])
def test_not_where_the_response_has_ended_without_output(after: Any, status: str) -> None:
    call = WAITS[after]()
    call.begin("resp_2")
    call.wait(1.0)
    call.done("resp_2", status)
    call.wait(60.0)
    assert silences(call) == []


def test_not_where_the_response_that_called_a_function_is_cancelled() -> None:
    call = asked()
    call.begin("resp_1")
    call.call("resp_1", "call_1")
    call.done("resp_1", "cancelled")
    call.wait(60.0)
    assert silences(call) == []


def test_not_where_the_client_has_cancelled_it() -> None:
    call = asked()
    call.begin("resp_1")
    call.client("response.cancel")
    call.wait(60.0)
    assert silences(call) == []


def test_out_of_band_output_is_no_answer() -> None:
    call = asked()
    call.ask(conversation="none")
    call.begin("resp_1", conversation_id=None)
    call.text("resp_1", "item_A")
    call.done("resp_1", conversation_id=None)
    call.wait(5.0)
    assert silences(call) == [DeadAirNoticed(105.0, 1, "request")]


def test_nobody_waits_for_an_out_of_band_response() -> None:
    call = Dialogue().started()
    call.ask(conversation="none")
    call.begin("resp_1", conversation_id=None)
    call.wait(60.0)
    assert silences(call) == []


@pytest.mark.parametrize("session", [{"turn_detection": None}, {"turn_detection": {"create_response": False}}])
def test_where_the_client_asks_the_wait_begins_with_its_request(session: dict[str, Any]) -> None:
    call = spoken(**session)
    call.wait(3.0)
    call.ask()
    call.wait(5.0)
    assert silences(call) == [DeadAirNoticed(109.0, 1, "request")]


def test_where_the_client_commits_the_server_does_not_answer_by_itself() -> None:
    call = Dialogue().started(turn_detection=SERVER_VAD)
    call.push_to_talk("item_1")
    call.wait(60.0)
    assert silences(call) == []


def test_an_idle_timeout_is_answered_by_the_server() -> None:
    call = Dialogue().started(turn_detection=SERVER_VAD)
    call.server("input_audio_buffer.timeout_triggered", item_id="item_1")
    call.commit("item_1")
    call.wait(5.0)
    assert silences(call) == [DeadAirNoticed(105.0, 1, "speech")]


def test_a_request_with_wishes_is_awaited_all_the_same() -> None:
    call = Dialogue().started()
    call.ask(instructions="Be brief.")
    call.wait(5.0)
    assert silences(call) == [DeadAirNoticed(105.0, None, "request")]


def test_a_second_request_does_not_prolong_the_wait() -> None:
    call = asked()
    call.wait(3.0)
    call.ask()
    call.wait(2.0)
    assert silences(call) == [DeadAirNoticed(105.0, 1, "request")]


def test_not_when_an_answer_is_being_made() -> None:
    call = asked()
    call.begin("resp_1")
    call.text("resp_1", "item_A")
    call.ask()
    call.wait(60.0)
    assert silences(call) == []


def test_an_answer_that_was_cut_off_is_not_being_made() -> None:
    """The server goes on for a while; that its end comes at last changes nothing."""
    call = asked()
    call.begin("resp_1")
    call.text("resp_1", "item_A")
    call.speech("item_1", 1.0)
    call.commit("item_1")
    call.wait(1.0)
    call.done("resp_1", "cancelled")
    call.wait(4.0)
    assert silences(call) == [DeadAirNoticed(106.0, 2, "speech")]


def test_nor_is_one_that_only_plays() -> None:
    call = Dialogue().started(turn_detection={**SERVER_VAD, "interrupt_response": False})
    call.ask()
    call.begin("resp_1")
    call.audio("resp_1", "item_A", 9000)
    call.done("resp_1")
    call.speech("item_1", 1.0)
    call.commit("item_1")
    call.wait(1.0)
    call.client("conversation.item.truncate", item_id="item_A", content_index=0, audio_end_ms=900)
    call.wait(4.0)
    assert silences(call) == [DeadAirNoticed(106.0, 2, "speech")]


def test_the_wait_for_a_function_begins_with_the_last_output() -> None:
    call = asked()
    call.begin("resp_1")
    call.call("resp_1", "call_1")
    call.call("resp_1", "call_2")
    call.done("resp_1")
    call.wait(9.0)
    call.output("call_2")
    call.wait(9.0)
    assert silences(call) == []
    call.output("call_1")
    call.wait(5.0)
    assert silences(call) == [DeadAirNoticed(123.0, 1, "tool_output")]


def test_a_function_that_was_never_answered_does_not_hide_the_next_ones() -> None:
    call = asked()
    call.begin("resp_1")
    call.call("resp_1", "call_1")
    call.done("resp_1")
    call.write()
    call.ask()
    call.begin("resp_2")
    call.call("resp_2", "call_2")
    call.done("resp_2")
    call.wait(1.0)
    call.output("call_2")
    call.wait(5.0)
    assert silences(call) == [DeadAirNoticed(106.0, 2, "tool_output")]


@pytest.mark.parametrize(
    "error", [{"code": REFUSED}, {"code": None, "type": REFUSED}, {"code": "invalid_value", "event_id": "e1"}]
)
def test_not_where_the_request_was_refused(error: dict[str, Any]) -> None:
    call = Dialogue().started()
    call.ask("e1")
    call.error(**error)
    call.wait(29.0)
    assert silences(call) == []


def test_another_error_changes_nothing() -> None:
    call = Dialogue().started()
    call.ask("e1")
    call.error("item_truncate_invalid_item_id")
    call.wait(1.0)
    call.begin("resp_1")
    call.error("item_truncate_invalid_item_id")
    call.wait(4.0)
    assert silences(call) == [DeadAirNoticed(105.0, 1, "request")]


def test_an_error_does_not_answer_speech() -> None:
    call = spoken()
    call.error("server_error")
    call.wait(5.0)
    assert silences(call) == [DeadAirNoticed(106.0, 1, "speech")]


# A session that falls silent.


def fallen_silent() -> Dialogue:
    """An error came, at 100."""
    call = Dialogue().started()
    call.error("server_error")
    call.wait(1.0)
    return call


def test_after_an_error_the_user_speaks_and_nothing_comes() -> None:
    call = fallen_silent()
    call.server("input_audio_buffer.speech_started", item_id="item_1")
    call.now += 60.0
    call.server("input_audio_buffer.speech_started", item_id="item_1")
    assert silences(call) == [SessionFellSilent(131.0)]
    call.wait(60.0)
    assert len(silences(call)) == 1


def test_after_an_error_the_client_asks_and_nothing_comes() -> None:
    call = fallen_silent()
    call.ask()
    call.wait(10.0)
    call.ask()
    call.wait(20.0)
    assert silences(call) == [
        DeadAirNoticed(106.0, None, "request"),
        DeadAirNoticed(116.0, None, "request"),
        SessionFellSilent(131.0),
    ]


@pytest.mark.parametrize("conversation", ["conv_1", None])
def test_any_response_shows_that_it_is_alive(conversation: str | None) -> None:
    call = fallen_silent()
    call.server("input_audio_buffer.speech_started", item_id="item_1")
    call.wait(29.0)
    call.begin("resp_1", conversation_id=conversation)
    call.wait(60.0)
    assert silences(call) == []


def test_a_response_since_the_error_shows_it_too() -> None:
    call = fallen_silent()
    call.ask()
    call.answer("resp_1")
    call.server("input_audio_buffer.speech_started", item_id="item_1")
    call.wait(60.0)
    assert silences(call) == []


def test_an_error_alone_is_no_silence() -> None:
    call = fallen_silent()
    call.ask(conversation="none")
    call.append(1000)
    call.wait(60.0)
    assert silences(call) == []


def test_nor_is_silence_before_the_error() -> None:
    call = Dialogue().started()
    call.server("input_audio_buffer.speech_started", item_id="item_1")
    call.error("server_error")
    call.wait(60.0)
    assert silences(call) == []


# Where nobody waits.


@pytest.mark.parametrize("target", ["/v1/realtime?intent=transcription", "/v1/realtime/translations"])
def test_sessions_that_only_transcribe_or_translate(target: str) -> None:
    call = Dialogue(target)
    call.error("server_error")
    call.speech("item_1")
    call.commit("item_1")
    call.ask()
    call.wait(60.0)
    assert silences(call) == []


def test_without_times_nothing_is_awaited() -> None:
    call = Dialogue(at=nan).started()
    call.error("server_error")
    call.speech("item_1")
    call.commit("item_1")
    call.ask()
    call.wait(60.0)
    call.end()
    assert silences(call) == []


@pytest.mark.parametrize("dark", [Side.SERVER, None])
@each_wait
def test_where_the_server_is_not_seen_nothing_is_missed(after: Any, dark: Side | None) -> None:
    call = WAITS[after]()
    call.error("server_error")
    call.server("input_audio_buffer.speech_started", item_id="item_2")
    call.blind(dark)
    call.output("call_1")
    call.ask()
    call.wait(60.0)
    assert silences(call) == []


def test_where_the_client_is_not_seen_the_user_still_waits() -> None:
    call = spoken()
    call.blind(Side.CLIENT)
    call.wait(5.0)
    assert silences(call) == [DeadAirNoticed(106.0, 1, "speech")]
