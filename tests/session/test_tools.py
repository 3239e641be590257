from math import nan
from typing import Any

import pytest

from support.dialogue import SIDEBAND, Dialogue
from voicetap.chunks import Side
from voicetap.facts import ResponseFinished, Surprise, ToolCalled, ToolFinished, ToolResumed
from voicetap.session.bounded import LIMIT


def made(call: Dialogue, call_id: str, response_id: str = "resp_1", *, status: str | None = "completed") -> None:
    """The response has made the call, as its item says."""
    item = {"id": f"item_{call_id}", "type": "function_call", "call_id": call_id, "name": "get_time", "status": status}
    call.server("response.output_item.done", response_id=response_id, item=item)


def calling(*call_ids: str, target: str | None = None) -> Dialogue:
    """What the user has written makes the model call functions, at 100."""
    call = Dialogue(target) if target else Dialogue().started()
    call.write()
    call.ask()
    call.begin("resp_1")
    for call_id in call_ids:
        call.call("resp_1", call_id)
    return call


def told(call: Dialogue) -> list[ToolCalled | ToolFinished | ToolResumed]:
    return call.told(ToolCalled, ToolFinished, ToolResumed)


def surprises(call: Dialogue) -> list[tuple[str, str, str]]:
    return [(surprise.kind, surprise.type, surprise.detail) for surprise in call.told(Surprise)]


# Functions.


def test_a_call_its_output_and_how_the_assistant_goes_on() -> None:
    call = calling("call_1")
    call.done("resp_1")
    call.wait(0.5)
    call.output("call_1")
    call.ask()
    call.wait(0.25)
    call.begin("resp_2")
    call.wait(0.25)
    call.text("resp_2", "item_A")
    call.text("resp_2", "item_A")
    call.done("resp_2")
    call.ask()
    call.begin("resp_3")
    call.text("resp_3", "item_B")
    assert told(call) == [
        ToolCalled(100.0, "call_1", "get_time", "function", "resp_1", 1),
        ToolFinished(100.5, "call_1", "get_time", "function", 1, "answered", 0.5),
        ToolResumed(101.0, "call_1", 1, 0.5),
    ]


def test_two_parallel_calls_go_on_together() -> None:
    call = calling("call_1", "call_2")
    call.done("resp_1")
    call.wait(1.0)
    call.output("call_2")
    call.wait(1.0)
    call.output("call_1")
    call.ask()
    call.begin("resp_2")
    call.wait(1.0)
    call.text("resp_2", "item_A")
    assert told(call)[2:] == [
        ToolFinished(101.0, "call_2", "get_time", "function", 1, "answered", 1.0),
        ToolFinished(102.0, "call_1", "get_time", "function", 1, "answered", 2.0),
        ToolResumed(103.0, "call_2", 1, 2.0),
        ToolResumed(103.0, "call_1", 1, 1.0),
    ]


def test_output_before_the_response_is_done_is_not_taken_up_by_that_response() -> None:
    call = calling("call_1")
    call.wait(1.0)
    call.output("call_1")
    call.text("resp_1", "item_A")
    call.done("resp_1")
    call.ask(conversation="none")
    call.begin("resp_2", conversation_id=None)
    call.text("resp_2", "item_B")
    call.ask()
    call.begin("resp_3")
    call.wait(1.0)
    call.text("resp_3", "item_C")
    assert told(call)[1:] == [
        ToolFinished(101.0, "call_1", "get_time", "function", 1, "answered", 1.0),
        ToolResumed(102.0, "call_1", 1, 1.0),
    ]


def test_output_that_no_response_follows() -> None:
    call = calling("call_1")
    call.done("resp_1")
    call.output("call_1")
    call.end()
    assert [type(fact) for fact in told(call)] == [ToolCalled, ToolFinished]


def test_a_call_that_is_announced_three_times() -> None:
    """By its arguments, by its item, by its response."""
    call = calling("call_1")
    made(call, "call_1")
    call.wait(1.0)
    call.output("call_1")
    made(call, "call_1")
    item = {"id": "item_call_1", "type": "function_call", "call_id": "call_1", "name": "get_time"}
    call.done("resp_1", output=[{"id": "item_A", "type": "message"}, item])
    assert told(call) == [
        ToolCalled(100.0, "call_1", "get_time", "function", "resp_1", 1),
        ToolFinished(101.0, "call_1", "get_time", "function", 1, "answered", 1.0),
    ]
    assert surprises(call) == []


def test_a_server_that_sends_no_arguments_tells_of_the_call_by_its_item() -> None:
    call = calling()
    made(call, "call_1")
    assert told(call) == [ToolCalled(100.0, "call_1", "get_time", "function", "resp_1", 1)]


def test_or_only_by_its_response() -> None:
    call = calling()
    call.done("resp_1", output=[{"id": "item_1", "type": "function_call", "call_id": "call_1", "name": "get_time"}])
    call.wait(1.0)
    call.output("call_1")
    assert told(call) == [
        ToolCalled(100.0, "call_1", "get_time", "function", "resp_1", 1),
        ToolFinished(101.0, "call_1", "get_time", "function", 1, "answered", 1.0),
    ]


@pytest.mark.parametrize("status", ["in_progress", "incomplete"])
def test_half_a_call_is_none(status: str) -> None:
    call = calling()
    made(call, "call_1", status=status)
    assert told(call) == []


def test_the_name_stands_where_the_item_began() -> None:
    """The end of the arguments does not have it in GA."""
    call = calling()
    item = {"id": "item_1", "type": "function_call", "call_id": "call_1", "name": "get_time"}
    call.server("response.output_item.added", response_id="resp_1", item=item)
    fields = {"response_id": "resp_1", "item_id": "item_1", "call_id": "call_1", "arguments": "{}"}
    call.server("response.function_call_arguments.done", **fields)
    assert told(call) == [ToolCalled(100.0, "call_1", "get_time", "function", "resp_1", 1)]


def test_without_an_id_it_is_known_by_its_item_and_without_that_not_at_all() -> None:
    call = calling()
    call.server("response.function_call_arguments.done", response_id="resp_1", item_id="item_1")
    call.server("response.function_call_arguments.done", response_id="resp_1")
    assert told(call) == [ToolCalled(100.0, "item_1", None, "function", "resp_1", 1)]


def test_a_call_that_is_never_answered() -> None:
    call = calling("call_1")
    call.done("resp_1")
    call.wait(60.0)
    call.end()
    assert told(call)[1:] == [ToolFinished(160.0, "call_1", "get_time", "function", 1, "unanswered", None)]


def test_a_call_of_a_response_that_is_cancelled() -> None:
    call = calling("call_1", "call_2")
    call.wait(1.0)
    call.output("call_1")
    call.done("resp_1", "cancelled")
    call.wait(1.0)
    call.output("call_2")
    call.end()
    assert told(call)[2:] == [
        ToolFinished(101.0, "call_1", "get_time", "function", 1, "answered", 1.0),
        ToolFinished(101.0, "call_2", "get_time", "function", 1, "cancelled", None),
    ]
    assert surprises(call) == []


def test_only_the_calls_of_that_response_are_cancelled() -> None:
    call = calling("call_1")
    call.done("resp_1", "incomplete")
    call.ask()
    call.begin("resp_2")
    call.done("resp_2", "cancelled")
    assert [type(fact) for fact in told(call)] == [ToolCalled]


def test_a_call_of_no_response() -> None:
    call = Dialogue().started()
    item = {"id": "item_1", "type": "function_call", "call_id": "call_1", "name": "get_time"}
    call.done("resp_1", "cancelled", output=[item])
    call.output("call_1")
    call.server("response.output_item.done", response_id="resp_1")
    assert told(call) == [
        ToolCalled(100.0, "call_1", "get_time", "function", None, None),
        ToolFinished(100.0, "call_1", "get_time", "function", None, "answered", 0.0),
    ]


def test_calls_that_a_cancelled_response_tells_of_at_its_end() -> None:
    call = calling()
    item = {"id": "item_1", "type": "function_call", "call_id": "call_1", "name": "get_time", "status": "completed"}
    call.done("resp_1", "cancelled", output=[item])
    assert told(call) == [
        ToolCalled(100.0, "call_1", "get_time", "function", "resp_1", 1),
        ToolFinished(100.0, "call_1", "get_time", "function", 1, "cancelled", None),
    ]


# What makes no sense, and what only seems so.


def test_output_for_nothing() -> None:
    call = calling()
    call.output("call_1")
    assert surprises(call) == [("unknown_id", "conversation.item.create", "call: output while absent")]
    assert told(call) == []


def test_output_twice() -> None:
    call = calling("call_1")
    call.output("call_1")
    call.output("call_1")
    call.done("resp_1")
    call.ask()
    call.begin("resp_2")
    call.text("resp_2", "item_A")
    call.output("call_1")
    assert surprises(call) == [
        ("order", "conversation.item.create", "call: output while answered"),
        ("order", "conversation.item.create", "call: output while resumed"),
    ]
    assert [type(fact) for fact in told(call)] == [ToolCalled, ToolFinished, ToolResumed]


def test_history_that_the_client_brings_along() -> None:
    call = Dialogue().started()
    item = {"type": "function_call", "call_id": "call_1", "name": "get_time", "arguments": "{}"}
    call.client("conversation.item.create", item=item)
    assert call.output("call_1") == []
    assert call.client("conversation.item.create", item={"type": "function_call_output", "output": "{}"}) == []
    assert call.client("conversation.item.create", item={"type": "message", "call_id": "call_2"}) == []


def test_who_joins_a_call_may_answer_what_was_called_before() -> None:
    call = calling(target=SIDEBAND)
    call.output("call_1")
    call.server("response.mcp_call.completed", item_id="item_1")
    assert surprises(call) == []
    assert told(call) == []


# MCP.


def mcp(call: Dialogue, item_id: str, name: str | None = None) -> None:
    """The server calls a tool."""
    if name:
        item = {"id": item_id, "type": "mcp_call", "name": name, "server_label": "docs"}
        call.server("response.output_item.added", response_id="resp_1", item=item)
    call.server("response.mcp_call_arguments.done", response_id="resp_1", item_id=item_id, arguments="{}")
    call.server("response.mcp_call.in_progress", item_id=item_id)


@pytest.mark.parametrize("outcome", ["completed", "failed"])
def test_mcp(outcome: Any) -> None:
    call = calling()
    mcp(call, "item_1", "search")
    call.wait(0.5)
    call.server(f"response.mcp_call.{outcome}", item_id="item_1")
    call.text("resp_1", "item_A")
    call.done("resp_1")
    call.end()
    assert told(call) == [
        ToolCalled(100.0, "item_1", "search", "mcp", "resp_1", 1),
        ToolFinished(100.5, "item_1", "search", "mcp", 1, outcome, 0.5),
    ]


def test_mcp_goes_on_though_its_response_is_cancelled() -> None:
    call = calling()
    mcp(call, "item_1")
    mcp(call, "item_2")
    call.done("resp_1", "cancelled")
    call.wait(1.0)
    call.server("response.mcp_call.completed", item_id="item_1")
    call.end()
    assert told(call)[2:] == [
        ToolFinished(101.0, "item_1", None, "mcp", 1, "completed", 1.0),
        ToolFinished(101.0, "item_2", None, "mcp", 1, "unanswered", None),
    ]


def test_mcp_that_makes_no_sense() -> None:
    call = calling()
    call.server("response.mcp_call.completed", item_id="item_1")
    mcp(call, "item_2")
    call.server("response.mcp_call.completed", item_id="item_2")
    call.server("response.mcp_call.failed", item_id="item_2")
    call.server("response.mcp_call.completed")
    assert surprises(call) == [
        ("unknown_id", "response.mcp_call.completed", "call: completed while absent"),
        ("order", "response.mcp_call.failed", "call: failed while answered"),
        ("unknown_id", "response.mcp_call.completed", "call: completed while absent"),
    ]
    assert [type(fact) for fact in told(call)] == [ToolCalled, ToolFinished]


# Without times, without end, and in the dark.


def test_without_times_no_figure_is_made_up() -> None:
    call = Dialogue(at=nan).started()
    call.ask()
    call.begin("resp_1")
    call.call("resp_1", "call_1")
    call.call("resp_1", "call_2")
    call.done("resp_1")
    call.output("call_1")
    call.ask()
    call.begin("resp_2")
    call.text("resp_2", "item_A")
    call.end()
    assert [(over.outcome, over.seconds) for over in call.told(ToolFinished)] == [
        ("answered", None),
        ("unanswered", None),
    ]
    assert [resumed.seconds for resumed in call.told(ToolResumed)] == [None]


def test_calls_without_end_push_each_other_out_and_each_has_its_outcome() -> None:
    call = calling(*[f"call_{number}" for number in range(LIMIT + 2)])
    call.wait(1.0)
    assert [(over.call_id, over.outcome) for over in call.told(ToolFinished)] == [
        ("call_0", "unanswered"),
        ("call_1", "unanswered"),
    ]
    call.output("call_2")
    call.output(f"call_{LIMIT + 1}")
    call.output("call_0")
    assert surprises(call) == [("unknown_id", "conversation.item.create", "call: output while absent")]
    call.end()
    assert sorted(over.call_id for over in call.told(ToolFinished)) == sorted(
        called.call_id for called in call.told(ToolCalled)
    )


def test_a_call_is_as_old_as_its_first_announcement() -> None:
    call = calling("call_1", "call_2")
    made(call, "call_1")
    for number in range(3, LIMIT + 2):
        call.call("resp_1", f"call_{number}")
    assert [over.call_id for over in call.told(ToolFinished)] == ["call_1"]


@pytest.mark.parametrize("dark", [Side.SERVER, None])
@pytest.mark.parametrize("answered", [False, True])
def test_where_the_server_is_not_seen_nothing_is_said_of_its_calls(answered: bool, dark: Side | None) -> None:
    call = calling("call_1", "call_2")
    if answered:
        call.output("call_1")
    call.done("resp_1")
    call.facts.clear()
    call.blind(dark)
    call.output("call_1")
    call.output("call_3")
    call.wait(60.0)
    call.end()
    assert told(call) == []
    assert call.told(Surprise, ResponseFinished) == []
