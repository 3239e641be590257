from math import nan
from typing import Any

import pytest

from support.dialogue import SIDEBAND, TARGET, Dialogue
from voicetap.chunks import Side
from voicetap.facts import (
    AnswerEnded,
    Fact,
    OutputBegan,
    ResponseFinished,
    ResponseStarted,
    Surprise,
    TurnOpened,
)
from voicetap.session.bounded import LIMIT
from voicetap.session.responses import LIVE, REQUESTS

REFUSED = "conversation_already_has_active_response"


def finished(call: Dialogue) -> list[tuple[str | None, str, str | None]]:
    return [(over.response_id, over.status, over.reason) for over in call.told(ResponseFinished)]


def triggers(call: Dialogue) -> list[tuple[str, str, float]]:
    return [(begun.response_id, begun.trigger, begun.requested_at) for begun in call.told(ResponseStarted)]


# From the request to the end.


def test_asked_for_made_and_done() -> None:
    call = Dialogue().started()
    call.write()
    assert call.ask() == [TurnOpened(100.0, 1, "text", 100.0)]
    call.wait(0.5)
    assert call.begin("resp_1") == [ResponseStarted(100.5, "resp_1", 1, "client", 100.0)]
    call.wait(0.25)
    assert call.text("resp_1", "item_A") == [OutputBegan(100.75, "resp_1", 1, 0.75)]
    assert call.text("resp_1", "item_A") == []
    call.wait(0.25)
    assert call.done("resp_1") == [
        ResponseFinished(101.0, "resp_1", 1, "completed", None, 0.5),
        AnswerEnded(101.0, "resp_1", 1, 101.0),
    ]


def test_made_by_the_server_itself() -> None:
    call = Dialogue().started()
    call.speech("item_1")
    call.commit("item_1")
    call.wait(0.25)
    assert call.begin("resp_1") == [ResponseStarted(101.25, "resp_1", 1, "vad", 101.25, 0.25)]
    call.wait(0.25)
    assert call.text("resp_1", "item_A")[0] == OutputBegan(101.5, "resp_1", 1, 0.25)


@pytest.mark.parametrize(
    ("type", "fields"),
    [
        ("response.output_audio.delta", {"item_id": "item_A", "delta": "AAAA"}),
        ("response.audio.delta", {"item_id": "item_A", "delta": "AAAA"}),
        ("response.output_audio_transcript.delta", {"item_id": "item_A", "delta": "Hi"}),
        ("response.text.delta", {"item_id": "item_A", "delta": "Hi"}),
        ("response.function_call_arguments.delta", {"item_id": "item_A", "call_id": "call_1", "delta": "{"}),
        ("response.function_call_arguments.done", {"item_id": "item_A", "call_id": "call_1"}),
        ("response.mcp_call_arguments.delta", {"item_id": "item_A", "delta": "{"}),
        ("response.mcp_call_arguments.done", {"item_id": "item_A"}),
        ("response.output_item.done", {"item": {"id": "item_A", "type": "message"}}),
    ],
)
def test_the_first_piece_of_anything_is_output(type: str, fields: dict[str, Any]) -> None:
    call = Dialogue().started()
    call.begin("resp_1")
    for _ in range(2):
        call.server(type, response_id="resp_1", **fields)
    assert call.told(OutputBegan) == [OutputBegan(100.0, "resp_1", 1, 0.0)]
    assert call.told(Surprise) == []


# How it ended.


def cancelled(reason: str) -> dict[str, Any]:
    return {"status_details": {"type": "cancelled", "reason": reason}}


def failed(**error: Any) -> dict[str, Any]:
    return {"status_details": {"type": "failed", "error": error}}


@pytest.mark.parametrize(
    ("status", "more", "told", "reason"),
    [
        ("completed", {}, "completed", None),
        ("completed", {"status_details": {"type": "completed", "reason": "stop"}}, "completed", None),
        ("cancelled", cancelled("turn_detected"), "cancelled", "turn_detected"),
        ("cancelled", cancelled("client_cancelled"), "cancelled", "client_cancelled"),
        ("cancelled", {"status_details": None}, "cancelled", None),
        ("incomplete", {"status_details": {"reason": "max_output_tokens"}}, "incomplete", "max_output_tokens"),
        ("failed", failed(type="tokens", code="rate_limit_exceeded"), "failed", "rate_limit_exceeded"),
        ("failed", failed(type="server_error", code=None), "failed", "server_error"),
        ("failed", failed(code=429), "failed", "429"),
        ("failed", failed(), "failed", None),
        ("failed", {"status_details": {"reason": "?", "error": None}}, "failed", "?"),
        ("failed", {}, "failed", None),
        ("cancelled", {"status_details": "unimplemented"}, "cancelled", None),
        ("completed", {"status_details": "unimplemented"}, "completed", None),
        (None, {}, "completed", None),
        ("sparkling", {"status_details": {"reason": "fizz"}}, "incomplete", "fizz"),
        ("in_progress", {}, "incomplete", None),
    ],
)
def test_status_and_reason(status: str | None, more: dict[str, Any], told: str, reason: str | None) -> None:
    call = Dialogue().started()
    call.begin("resp_1")
    call.done("resp_1", status, **more)
    assert finished(call) == [("resp_1", told, reason)]


def test_the_message_of_a_failure_is_kept() -> None:
    call = Dialogue().started()
    for number, error in enumerate([{"code": "x", "message": "Rate limit reached."}, "Rate limit reached."]):
        call.begin(f"resp_{number}")
        call.done(f"resp_{number}", "failed", status_details={"error": error})
    assert [over.message for over in call.told(ResponseFinished)] == ["Rate limit reached."] * 2


def test_unfinished_at_the_end() -> None:
    call = Dialogue().started()
    call.begin("resp_1")
    call.ask(conversation="none")
    call.begin("resp_2", conversation_id=None)
    call.done("resp_1")
    call.wait(1.0)
    call.end()
    assert call.told(ResponseFinished) == [
        ResponseFinished(100.0, "resp_1", 1, "completed", None, 0.0),
        ResponseFinished(101.0, "resp_2", None, "unfinished", None, 1.0),
    ]


# Which request it answers.


def test_a_conversation_that_is_always_null_says_nothing_of_the_band() -> None:
    call = Dialogue().started()
    call.begin("resp_1", conversation_id=None)
    call.done("resp_1")
    call.ask()
    call.begin("resp_2", conversation_id=None)
    assert [begun.turn for begun in call.told(ResponseStarted)] == [1, 2]


def test_on_a_sideband_what_has_no_conversation_was_asked_for_by_others() -> None:
    call = Dialogue(SIDEBAND)
    call.begin("resp_1", conversation_id=None)
    assert [begun.turn for begun in call.told(ResponseStarted)] == [None]


def test_in_the_order_of_the_requests() -> None:
    call = Dialogue().started()
    for seconds in (0.0, 1.0, 1.0):
        call.wait(seconds)
        call.ask()
    for number in (1, 2, 3):
        call.wait(1.0)
        call.begin(f"resp_{number}")
        call.done(f"resp_{number}")
    call.begin("resp_4")
    assert triggers(call) == [
        ("resp_1", "client", 100.0),
        ("resp_2", "client", 101.0),
        ("resp_3", "client", 102.0),
        ("resp_4", "client", 105.0),
    ]


@pytest.mark.parametrize("first", ["in band", "out of band"])
def test_out_of_band_in_parallel(first: str) -> None:
    call = Dialogue().started()
    call.write()
    call.ask()
    call.wait(1.0)
    call.ask(conversation="none")
    call.wait(1.0)
    steps = [("resp_1", "conv_1"), ("resp_2", None)]
    for response_id, conversation_id in steps if first == "in band" else reversed(steps):
        call.begin(response_id, conversation_id=conversation_id)
    call.text("resp_2", "item_B")
    call.text("resp_1", "item_A")
    call.done("resp_2", conversation_id=None)
    call.done("resp_1")
    begun = {started.response_id: started for started in call.told(ResponseStarted)}
    assert begun == {
        "resp_1": ResponseStarted(102.0, "resp_1", 1, "client", 100.0, conversation_id="conv_1"),
        "resp_2": ResponseStarted(102.0, "resp_2", None, "client", 101.0),
    }
    assert call.told(OutputBegan, ResponseFinished, AnswerEnded) == [
        OutputBegan(102.0, "resp_2", None, 1.0),
        OutputBegan(102.0, "resp_1", 1, 2.0),
        ResponseFinished(102.0, "resp_2", None, "completed", None, 0.0),
        ResponseFinished(102.0, "resp_1", 1, "completed", None, 0.0),
        AnswerEnded(102.0, "resp_1", 1, 102.0),
    ]


def test_where_the_conversation_is_not_named_the_order_tells() -> None:
    call = Dialogue().started()
    call.ask(conversation="none")
    call.ask()
    call.begin("resp_1")
    call.begin("resp_2")
    assert [(begun.response_id, begun.turn) for begun in call.told(ResponseStarted)] == [
        ("resp_1", None),
        ("resp_2", 1),
    ]


def test_out_of_band_by_somebody_else() -> None:
    call = Dialogue(SIDEBAND)
    call.begin("resp_1", conversation_id=None)
    assert call.told(ResponseStarted, TurnOpened) == [ResponseStarted(100.0, "resp_1", None, "client", 100.0)]


def test_a_server_that_names_no_conversation_at_all() -> None:
    """Null is out of band only where somebody may have asked for that."""
    call = Dialogue().started()
    call.write()
    call.ask()
    call.begin("resp_1", conversation_id=None)
    call.done("resp_1", conversation_id=None)
    call.speech("item_1")
    call.commit("item_1")
    call.begin("resp_2", conversation_id=None)
    call.done("resp_2", conversation_id=None)
    call.ask(conversation="none")
    call.begin("resp_3", conversation_id=None)
    assert [(begun.turn, begun.trigger) for begun in call.told(ResponseStarted)] == [
        (1, "client"),
        (2, "vad"),
        (None, "client"),
    ]


# Requests that no response follows.


@pytest.mark.parametrize(
    "error",
    [
        {"code": REFUSED},
        {"code": None, "type": REFUSED},
        {"code": REFUSED, "event_id": "e1"},
        {"code": "invalid_value", "event_id": "e1"},
    ],
    ids=["code", "code as type", "event_id", "another code and event_id"],
)
def test_refused(error: dict[str, Any]) -> None:
    call = Dialogue().started()
    call.ask("e1")
    call.error(**error)
    call.wait(1.0)
    call.speech("item_1")
    call.commit("item_1")
    call.begin("resp_1")
    assert triggers(call) == [("resp_1", "vad", 102.0)]


@pytest.mark.parametrize(
    "error",
    [{"code": "invalid_value"}, {"code": REFUSED, "event_id": "e2"}, {"code": "response_cancel_not_active"}],
)
def test_an_error_about_something_else(error: dict[str, Any]) -> None:
    call = Dialogue().started()
    call.ask("e1")
    call.error(**error)
    call.wait(1.0)
    call.begin("resp_1")
    assert triggers(call) == [("resp_1", "client", 100.0)]


def test_a_refusal_concerns_the_conversation() -> None:
    call = Dialogue().started()
    call.ask(conversation="none")
    call.ask()
    call.error(REFUSED)
    call.wait(1.0)
    call.begin("resp_1", conversation_id=None)
    call.begin("resp_2", conversation_id="conv_1")
    assert triggers(call) == [("resp_1", "client", 100.0), ("resp_2", "client", 101.0)]


@pytest.mark.parametrize(("seconds", "trigger"), [(1.0, "client"), (1.5, "vad")])
def test_a_request_that_was_refused_without_a_word_is_too_old_once_the_user_has_spoken(
    seconds: float, trigger: str
) -> None:
    call = Dialogue().started()
    call.ask()
    call.wait(seconds)
    call.speech("item_1")
    call.commit("item_1")
    call.begin("resp_1")
    assert [begun.trigger for begun in call.told(ResponseStarted)] == [trigger]


@pytest.mark.parametrize(("seconds", "requested_at"), [(2.0, 100.0), (3.0, 103.0)])
def test_or_once_the_client_has_asked_again(seconds: float, requested_at: float) -> None:
    call = Dialogue().started()
    call.ask()
    call.error("invalid_value")
    call.wait(seconds)
    call.ask()
    call.begin("resp_1")
    assert triggers(call) == [("resp_1", "client", requested_at)]


def test_a_request_along_with_the_commit_is_not_too_old_however_long_that_takes() -> None:
    call = Dialogue().started(turn_detection=None)
    call.client("input_audio_buffer.commit")
    call.ask()
    call.wait(5.0)
    call.commit("item_1")
    call.begin("resp_1")
    assert call.told(ResponseStarted) == [ResponseStarted(105.0, "resp_1", 1, "client", 100.0, None)]


def test_requests_without_end_push_each_other_out() -> None:
    call = Dialogue().started()
    for _ in range(REQUESTS + 1):
        call.ask()
        call.wait(0.01)
    call.begin("resp_1")
    [begun] = call.told(ResponseStarted)
    assert begun.requested_at == pytest.approx(100.01)


def test_a_request_with_wishes_is_of_the_conversation_all_the_same() -> None:
    call = Dialogue().started()
    call.write()
    call.ask(instructions="Be brief.", conversation="auto")
    call.begin("resp_1")
    assert [begun.turn for begun in call.told(ResponseStarted)] == [1]


# What makes no sense.


def surprises(call: Dialogue) -> list[tuple[str, str, str]]:
    return [(surprise.kind, surprise.type, surprise.detail) for surprise in call.told(Surprise)]


def test_the_end_of_what_never_began() -> None:
    call = Dialogue().started()
    call.done("resp_1", "incomplete", status_details={"reason": "content_filter"})
    assert call.told(ResponseFinished) == [
        ResponseFinished(100.0, "resp_1", None, "incomplete", "content_filter", None)
    ]
    assert surprises(call) == [("unknown_id", "response.done", "response: done while absent")]


def test_the_beginning_after_the_end() -> None:
    call = Dialogue().started()
    call.done("resp_1")
    call.begin("resp_1")
    call.done("resp_1")
    assert finished(call) == [("resp_1", "completed", None)]
    assert call.told(ResponseStarted) == []
    assert [kind for kind, _, _ in surprises(call)] == ["unknown_id", "order", "order"]


@pytest.mark.parametrize(
    ("target", "conversation_id", "turn"), [(TARGET, "conv_1", 1), (SIDEBAND, "conv_1", 1), (SIDEBAND, None, None)]
)
def test_what_never_began_is_of_the_turn_if_it_is_of_the_conversation(
    target: str, conversation_id: str | None, turn: int | None
) -> None:
    call = Dialogue(target)
    call.write()
    call.ask()
    call.done("resp_1", conversation_id=conversation_id)
    assert [over.turn for over in call.told(ResponseFinished)] == [turn]


def test_the_end_twice_counts_once() -> None:
    call = Dialogue().started()
    call.begin("resp_1")
    call.done("resp_1")
    call.done("resp_1", "failed")
    assert finished(call) == [("resp_1", "completed", None)]
    assert surprises(call) == [("order", "response.done", "response: done while done")]


def test_the_beginning_twice_counts_once() -> None:
    call = Dialogue().started()
    call.begin("resp_1")
    call.begin("resp_1")
    call.done("resp_1")
    call.begin("resp_1")
    assert len(call.told(ResponseStarted)) == 1
    assert surprises(call) == [
        ("order", "response.created", "response: created while active"),
        ("order", "response.created", "response: created while done"),
    ]


def test_without_an_id_the_order_tells() -> None:
    call = Dialogue().started()
    call.begin(None)
    call.text(None, "item_A")
    call.done(None)
    call.begin(None)
    call.text("resp_2", "item_B")
    call.done("resp_2", "failed")
    call.begin("resp_3")
    call.done(None, "incomplete")
    assert [(begun.response_id, begun.turn) for begun in call.told(ResponseStarted)] == [
        ("response 1", 1),
        ("response 2", 2),
        ("resp_3", 3),
    ]
    assert [over.response_id for over in call.told(OutputBegan)] == ["response 1", "response 2"]
    assert [over.status for over in call.told(ResponseFinished)] == ["completed", "failed", "incomplete"]
    assert surprises(call) == []


def test_events_without_a_response() -> None:
    call = Dialogue().started()
    call.server("response.created")
    call.server("response.done")
    assert finished(call) == [("response 1", "completed", None)]
    call.server("response.done")
    assert finished(call)[1:] == [(None, "completed", None)]
    assert surprises(call) == [("unknown_id", "response.done", "response: done while absent")]


def test_output_of_what_never_began() -> None:
    call = Dialogue().started()
    call.text("resp_1", "item_A")
    call.text("resp_1", "item_A")
    assert call.told(OutputBegan, Surprise) == [
        Surprise(100.0, "orphan_delta", "response.output_text.delta", "response: output while absent"),
        OutputBegan(100.0, "resp_1", None, None),
    ]
    call.done("resp_1")
    assert call.told(ResponseFinished) == [ResponseFinished(100.0, "resp_1", None, "completed", None, None)]
    assert len(surprises(call)) == 1


def test_output_of_what_never_ended_is_not_counted_at_the_end() -> None:
    call = Dialogue().started()
    call.text("resp_1", "item_A")
    call.end()
    assert finished(call) == []


def test_output_before_the_beginning() -> None:
    call = Dialogue().started()
    call.write()
    call.ask()
    call.text("resp_1", "item_A")
    call.wait(1.0)
    call.begin("resp_1")
    call.text("resp_1", "item_A")
    call.done("resp_1")
    assert call.told(ResponseStarted, OutputBegan, ResponseFinished, AnswerEnded) == [
        OutputBegan(100.0, "resp_1", 1, None),
        ResponseStarted(101.0, "resp_1", 1, "client", 100.0),
        ResponseFinished(101.0, "resp_1", 1, "completed", None, 0.0),
        AnswerEnded(101.0, "resp_1", 1, 101.0),
    ]


def test_output_after_the_end() -> None:
    call = Dialogue().started()
    call.begin("resp_1")
    call.done("resp_1")
    call.audio("resp_1", "item_A")
    assert surprises(call) == [("order", "response.output_audio.delta", "response: output while done")]
    assert call.told(OutputBegan) == []


def test_output_of_nothing() -> None:
    call = Dialogue().started()
    call.text(None, "item_A")
    assert surprises(call) == [("orphan_delta", "response.output_text.delta", "response: output while absent")]
    assert call.told(OutputBegan) == []


def test_who_joins_a_call_is_not_surprised_by_what_began_before() -> None:
    call = Dialogue(SIDEBAND)
    call.text("resp_1", "item_A")
    call.done("resp_1")
    call.done("resp_2", "failed")
    assert finished(call) == [("resp_1", "completed", None), ("resp_2", "failed", None)]
    assert surprises(call) == []
    call.done("resp_2", "failed")
    assert surprises(call) == [("order", "response.done", "response: done while done")]


# Without times, without end, and in the dark.


def test_without_times_no_figure_is_made_up() -> None:
    call = Dialogue(at=nan).started()
    call.speech("item_1")
    call.commit("item_1")
    call.begin("resp_1")
    call.text("resp_1", "item_A")
    call.done("resp_1")
    [begun], [output], [over] = call.told(ResponseStarted), call.told(OutputBegan), call.told(ResponseFinished)
    assert (begun.commit_seconds, output.seconds, over.seconds) == (None, None, None)


def test_responses_without_end_push_each_other_out_and_each_has_its_end() -> None:
    call = Dialogue().started()
    for number in range(LIVE + 2):
        call.begin(f"resp_{number}", conversation_id=None)
    assert finished(call) == [("resp_0", "unfinished", None), ("resp_1", "unfinished", None)]
    call.end()
    assert len(call.told(ResponseStarted)) == len(finished(call)) == LIVE + 2


def test_one_that_lasts_is_not_forgotten() -> None:
    call = Dialogue().started()
    call.begin("resp_long", conversation_id=None)
    for number in range(LIMIT + 1):
        call.begin(f"resp_{number}", conversation_id=None)
        call.done(f"resp_{number}", conversation_id=None)
    call.text("resp_long", "item_A")
    call.done("resp_long", "failed", conversation_id=None)
    call.end()
    assert call.told(Surprise) == []
    assert [over for over in finished(call) if over[0] == "resp_long"] == [("resp_long", "failed", None)]
    assert len(finished(call)) == LIMIT + 2


def test_responses_without_ids_do_not_meet() -> None:
    call = Dialogue().started()
    for _ in range(LIMIT + 2):
        call.begin(None, conversation_id=None)
        call.done(None, conversation_id=None)
    assert len({begun.response_id for begun in call.told(ResponseStarted)}) == LIMIT + 2
    assert len(finished(call)) == LIMIT + 2
    assert surprises(call) == []


@pytest.mark.parametrize("dark", [Side.SERVER, None])
def test_where_the_server_is_not_seen_nothing_is_unfinished(dark: Side | None) -> None:
    call = Dialogue().started()
    call.write()
    call.ask()
    call.begin("resp_1")
    call.ask()
    call.facts.clear()
    call.blind(dark)
    call.ask()
    call.wait(60.0)
    assert call.end()[:-1] == []
    assert call.facts[:-1] == []


def test_where_the_client_is_not_seen_responses_are_those_of_the_server() -> None:
    call = Dialogue().started()
    call.blind(Side.CLIENT)
    call.wait(1.0)
    call.begin("resp_1", conversation_id="conv_1")
    call.begin("resp_2", conversation_id=None)
    facts: list[Fact] = call.told(ResponseStarted)
    assert facts == [
        ResponseStarted(101.0, "resp_1", 1, "client", 101.0, conversation_id="conv_1"),
        ResponseStarted(101.0, "resp_2", None, "client", 101.0),
    ]
