from collections.abc import Callable
from math import nan
from typing import Any

import pytest

from support.dialogue import OPENED_AT, SERVER_VAD, SIDEBAND, Dialogue
from voicetap.chunks import Side
from voicetap.facts import (
    ResponseStarted,
    TurnAnswered,
    TurnEnded,
    TurnOpened,
)
from voicetap.session.turns import UNSETTLED

PUSH_TO_TALK: Any = {"turn_detection": None}


def openings(call: Dialogue) -> list[str]:
    return [turn.opened_by for turn in call.told(TurnOpened)]


def responses(call: Dialogue) -> list[tuple[str, int | None, str]]:
    """Of each response: its turn, and what made the server begin."""
    return [(begun.response_id, begun.turn, begun.trigger) for begun in call.told(ResponseStarted)]


def outcomes(call: Dialogue) -> list[tuple[int, str]]:
    return [(turn.turn, turn.outcome) for turn in call.told(TurnEnded)]


# What opens a turn.


def test_speech_that_the_server_commits() -> None:
    call = Dialogue().started()
    call.speech("item_1", 1.0)
    call.wait(0.5)
    call.commit("item_1")
    assert call.told(TurnOpened) == [TurnOpened(101.5, 1, "speech", 100.0)]


def test_speech_that_the_client_commits_began_with_its_first_audio() -> None:
    call = Dialogue().started(**PUSH_TO_TALK)
    for item_id in ("item_1", "item_2"):
        call.append(500)
        call.wait(0.5)
        call.append(500)
        call.push_to_talk(item_id)
        call.wait(9.5)
    call.push_to_talk("item_3")
    assert call.told(TurnOpened) == [
        TurnOpened(100.5, 1, "speech", 100.0),
        TurnOpened(110.5, 2, "speech", 110.0),
        TurnOpened(120.0, 3, "speech", 120.0),
    ]


def test_what_the_user_has_written_before_one_request() -> None:
    call = Dialogue().started()
    call.write(role="system")
    call.wait(1.0)
    call.write()
    call.wait(1.0)
    call.write(role="assistant")
    call.write()
    call.ask()
    assert call.told(TurnOpened) == [TurnOpened(102.0, 1, "text", 101.0)]


def test_what_the_user_has_written_before_speaking_belongs_to_the_speech() -> None:
    call = Dialogue().started()
    call.write()
    call.speech("item_1", 1.0)
    call.commit("item_1")
    call.begin("resp_1")
    call.done("resp_1")
    call.ask()
    call.begin("resp_2")
    assert call.told(TurnOpened) == [
        TurnOpened(101.0, 1, "speech", 100.0),
        TurnOpened(101.0, 2, "agent_initiated", 101.0),
    ]


def test_what_the_user_has_written_after_speaking_is_another_turn() -> None:
    call = Dialogue().started(turn_detection={**SERVER_VAD, "create_response": False})
    call.speech("item_1")
    call.commit("item_1")
    call.write()
    call.ask()
    call.begin("resp_1")
    assert openings(call) == ["speech", "text"]
    assert responses(call) == [("resp_1", 2, "client")]


@pytest.mark.parametrize("roles", [[], ["system"], ["system", "assistant"]])
def test_a_greeting(roles: list[str]) -> None:
    call = Dialogue().started()
    for role in roles:
        call.write(role=role)
    call.wait(1.0)
    call.ask()
    call.wait(1.0)
    assert call.told(TurnOpened) == []
    call.begin("resp_1")
    assert call.told(TurnOpened) == [TurnOpened(102.0, 1, "agent_initiated", 101.0)]
    assert responses(call) == [("resp_1", 1, "client")]


def test_a_request_with_nothing_new_from_the_user_is_another_greeting() -> None:
    call = Dialogue().started()
    for response_id in ("resp_1", "resp_2"):
        call.ask()
        call.answer(response_id)
        call.wait(1.0)
    assert openings(call) == ["agent_initiated", "agent_initiated"]


def test_a_timeout() -> None:
    call = Dialogue().started()
    call.append(500)
    call.wait(8.0)
    call.server("input_audio_buffer.timeout_triggered", item_id="item_1")
    call.commit("item_1")
    call.begin("resp_1")
    assert call.told(TurnOpened) == [TurnOpened(108.0, 1, "timeout", 108.0)]
    assert responses(call) == [("resp_1", 1, "timeout")]


def test_the_same_item_opens_one_turn() -> None:
    call = Dialogue().started()
    call.speech("item_1")
    call.commit("item_1")
    call.commit("item_1")
    assert openings(call) == ["speech"]


def test_speech_that_the_server_answers_without_ever_committing_it() -> None:
    call = Dialogue().started()
    for number in (1, 2):
        call.speech(f"item_{number}", 1.0)
        call.wait(0.5)
        call.begin(f"resp_{number}")
        call.done(f"resp_{number}")
    assert call.told(TurnOpened) == [TurnOpened(101.5, 1, "speech", 100.0), TurnOpened(103.0, 2, "speech", 101.5)]
    assert responses(call) == [("resp_1", 1, "vad"), ("resp_2", 2, "vad")]
    assert [begun.commit_seconds for begun in call.told(ResponseStarted)] == [None, None]


def test_speech_that_the_client_has_answered_without_its_ever_being_committed() -> None:
    call = Dialogue().started()
    call.speech("item_1", 1.0)
    call.ask()
    call.begin("resp_1")
    assert call.told(TurnOpened) == [TurnOpened(101.0, 1, "speech", 100.0)]
    assert responses(call) == [("resp_1", 1, "client")]


def test_a_server_that_answers_what_was_written_by_itself() -> None:
    call = Dialogue().started()
    call.write()
    call.wait(1.0)
    call.begin("resp_1")
    assert call.told(TurnOpened) == [TurnOpened(101.0, 1, "text", 100.0)]
    assert responses(call) == [("resp_1", 1, "client")]


@pytest.mark.parametrize("target", ["/v1/realtime", SIDEBAND])
def test_a_response_that_nobody_asked_for(target: str) -> None:
    """On a sideband another connection may have."""
    call = Dialogue(target)
    call.wait(1.0)
    call.answer("resp_1")
    call.wait(5.0)
    call.begin("resp_2")
    assert call.told(TurnOpened) == [
        TurnOpened(101.0, 1, "agent_initiated", 101.0),
        TurnOpened(106.0, 2, "agent_initiated", 106.0),
    ]


def test_a_response_that_begins_while_the_user_has_only_begun_to_speak() -> None:
    call = Dialogue().started()
    call.server("input_audio_buffer.speech_started", item_id="item_1")
    call.wait(1.0)
    call.begin("resp_1")
    assert call.told(TurnOpened) == [TurnOpened(101.0, 1, "agent_initiated", 101.0)]


@pytest.mark.parametrize(
    ("item", "opened_by"),
    [
        ({"role": "user"}, "text"),
        ({"role": "user", "type": "message"}, "text"),
        ({"role": "user", "type": "item_reference"}, "agent_initiated"),
        ({"role": "tool", "type": "function_call_output", "call_id": "call_1"}, "agent_initiated"),
        ({"type": "message"}, "agent_initiated"),
    ],
)
def test_only_a_message_is_something_new_from_the_user(item: dict[str, str], opened_by: str) -> None:
    call = Dialogue().started()
    call.client("conversation.item.create", item=item)
    call.ask()
    call.begin("resp_1")
    assert openings(call) == [opened_by]


# What opens none.


def test_items_alone() -> None:
    call = Dialogue().started()
    call.write()
    call.client("conversation.item.create", item={"type": "function_call", "call_id": "call_1", "name": "get_time"})
    call.client("conversation.item.create", item={"type": "message"})
    call.client("conversation.item.create")
    assert call.end()[:-1] == []


def test_out_of_band_responses() -> None:
    call = Dialogue().started()
    call.write()
    call.ask(conversation="none")
    call.begin("resp_1", conversation_id=None)
    call.audio("resp_1", "item_A")
    call.done("resp_1", conversation_id=None)
    assert responses(call) == [("resp_1", None, "client")]
    assert call.told(TurnOpened, TurnAnswered, TurnEnded) == []


@pytest.mark.parametrize(
    ("target", "session"),
    [
        ("/v1/realtime?intent=transcription", None),
        ("/v1/realtime/translations?model=gpt-realtime-translate", None),
        ("/v1/realtime", {"type": "transcription"}),
        ("/v1/realtime", {"type": "translation"}),
    ],
)
def test_sessions_that_only_transcribe_or_translate(target: str, session: dict[str, Any] | None) -> None:
    call = Dialogue(target)
    if session:
        call.server("session.created", session=session)
    call.speech("item_1")
    call.commit("item_1")
    call.begin("resp_1")
    call.done("resp_1")
    call.write()
    call.ask()
    call.answer("resp_2")
    call.push_to_talk("item_2")
    call.end()
    assert call.told(TurnOpened, TurnEnded) == []
    assert responses(call) == [("resp_1", None, "client"), ("resp_2", None, "client")]


def test_a_request_that_was_sent_along_with_the_commit() -> None:
    """The server tells of the commit when the client has asked already."""
    call = Dialogue().started(**PUSH_TO_TALK)
    for number in (1, 2):
        call.append(1000)
        call.client("input_audio_buffer.commit")
        call.ask()
        call.wait(0.5)
        call.commit(f"item_{number}")
        call.answer(f"resp_{number}")
        call.wait(5.0)
    assert openings(call) == ["speech", "speech"]
    assert responses(call) == [("resp_1", 1, "client"), ("resp_2", 2, "client")]


def test_a_request_that_crosses_a_commit_of_the_server() -> None:
    """The server has begun by itself, and refuses what the client asks for."""
    call = Dialogue().started()
    call.speech("item_1")
    call.ask()
    call.commit("item_1")
    call.begin("resp_1")
    call.error("conversation_already_has_active_response")
    call.done("resp_1")
    assert openings(call) == ["speech"]
    assert responses(call) == [("resp_1", 1, "client")]


def test_a_request_that_is_refused_with_nothing_new() -> None:
    call = Dialogue().started()
    call.ask()
    call.begin("resp_1")
    call.ask()
    call.error("conversation_already_has_active_response")
    call.done("resp_1")
    call.wait(5.0)
    assert openings(call) == ["agent_initiated"]


def test_a_request_that_is_refused_may_be_made_again() -> None:
    call = Dialogue().started()
    call.ask()
    call.begin("resp_1")
    call.write()
    call.ask("e1")
    call.error("conversation_already_has_active_response", event_id="e1")
    call.done("resp_1")
    call.ask("e2")
    call.begin("resp_2")
    assert openings(call) == ["agent_initiated", "text"]
    assert responses(call) == [("resp_1", 1, "client"), ("resp_2", 2, "client")]


# Without times, and in the dark.


@pytest.mark.parametrize("at", [OPENED_AT, nan], ids=["timed", "untimed"])
def test_a_call_with_and_without_times(at: float) -> None:
    call = Dialogue(at=at).started()
    call.ask()
    call.answer("resp_1")
    call.wait(1.0)
    call.speech("item_1")
    call.commit("item_1")
    call.begin("resp_2")
    call.call("resp_2", "call_1")
    call.done("resp_2")
    call.output("call_1")
    call.ask()
    call.begin("resp_3")
    call.audio("resp_3", "item_A")
    call.server("input_audio_buffer.speech_started", item_id="item_2")
    call.done("resp_3", "cancelled")
    call.server("input_audio_buffer.speech_stopped", item_id="item_2")
    call.commit("item_2")
    call.begin("resp_4")
    call.done("resp_4", "failed")
    call.write()
    call.ask()
    call.end()
    assert openings(call) == ["agent_initiated", "speech", "speech", "text"]
    assert responses(call) == [
        ("resp_1", 1, "client"),
        ("resp_2", 2, "vad"),
        ("resp_3", 2, "tool"),
        ("resp_4", 3, "vad"),
    ]
    assert outcomes(call) == [(1, "completed"), (2, "interrupted"), (3, "failed"), (4, "session_closed")]
    assert [answered.turn for answered in call.told(TurnAnswered)] == [2]


def test_without_times_no_figure_is_made_up() -> None:
    call = Dialogue(at=nan).started(turn_detection=SERVER_VAD)
    call.append(2000)
    call.speech("item_1", audio_end_ms=2000)
    call.commit("item_1")
    call.answer("resp_1")
    [answered] = call.told(TurnAnswered)
    assert (answered.seconds, answered.raw_seconds) == (None, None)


def test_without_times_nobody_knows_when_a_turn_ended() -> None:
    call = Dialogue(at=nan).started()
    asked(call)
    call.done("resp_1")
    asked(call)
    call.end()
    ended = call.told(TurnEnded)
    assert [(turn.outcome, turn.ended_at != turn.ended_at) for turn in ended] == [
        ("completed", True),
        ("session_closed", True),
    ]


def test_without_times_no_more_than_a_few_turns_settle() -> None:
    call = Dialogue(at=nan).started()
    for number in range(UNSETTLED + 2):
        call.write()
        call.ask()
        call.answer(f"resp_{number}")
    assert outcomes(call) == [(1, "completed"), (2, "completed")]
    call.end()
    assert [turn for turn, _ in outcomes(call)] == list(range(1, UNSETTLED + 3))


def asked(call: Dialogue) -> Dialogue:
    """The user has written, and the response has begun, at 100."""
    call.write()
    call.ask()
    call.begin("resp_1")
    return call


def answering() -> Dialogue:
    return asked(Dialogue().started())


STAGES: dict[str, Callable[[Dialogue], object]] = {
    "opened": lambda call: [call.write(), call.ask()],
    "begun": lambda call: asked(call),
    "heard": lambda call: [asked(call), call.audio("resp_1", "item_A", 9000)],
    "calling": lambda call: [asked(call), call.call("resp_1", "call_1"), call.done("resp_1")],
    "settling": lambda call: [asked(call), call.done("resp_1")],
}


@pytest.mark.parametrize("dark", [Side.SERVER, None])
@pytest.mark.parametrize("stage", STAGES)
def test_where_the_server_is_not_seen_nothing_is_said_of_its_turns(stage: str, dark: Side | None) -> None:
    call = Dialogue().started()
    STAGES[stage](call)
    call.blind(dark)
    call.facts.clear()
    call.wait(9.0)
    call.output("call_1")
    call.write()
    call.ask()
    call.ask()
    call.wait(60.0)
    call.client("input_audio_buffer.commit")
    assert call.end()[:-1] == []
    assert call.facts[:-1] == []


@pytest.mark.parametrize("stage", STAGES)
def test_where_the_client_is_not_seen_the_server_shows_how_it_goes_on(stage: str) -> None:
    call = Dialogue().started()
    STAGES[stage](call)
    call.blind(Side.CLIENT)
    call.wait(1.0)
    call.speech("item_1")
    call.commit("item_1")
    call.answer("resp_2")
    call.wait(5.0)
    assert openings(call) == ["text", "speech"]
    assert outcomes(call)[-1] == (2, "completed")


def test_of_a_client_that_is_not_seen_the_function_answers_all_the_same() -> None:
    call = answering()
    call.call("resp_1", "call_1")
    call.done("resp_1")
    call.blind(Side.CLIENT)
    call.wait(5.0)
    call.answer("resp_2")
    call.wait(5.0)
    assert responses(call) == [("resp_1", 1, "client"), ("resp_2", 1, "tool")]


def test_facts_name_only_turns_that_were_opened() -> None:
    call = Dialogue().started()
    for number in range(3):
        call.write()
        call.ask()
        call.answer(f"resp_{number}")
        call.wait(1.0)
    call.end()
    opened = {turn.turn for turn in call.told(TurnOpened)}
    named = {getattr(fact, "turn", None) for fact in call.facts} - {None}
    assert named == opened == {1, 2, 3}
