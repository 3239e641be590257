"""MCP: what a session says of its servers, and calls of their tools."""

import json
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from support.simulated import BRIEF, Talk, judged, only, trace
from voicetap.simulator.identity import Ids
from voicetap.simulator.mcp import McpCall, servers

SHOP = {"type": "mcp", "server_label": "shop", "server_url": "https://mcp.example"}
CALLING = replace(BRIEF, tool_call_rate=1.0, mcp_seconds=(0.5, 0.5))
LISTED = ["conversation.item.added", "mcp_list_tools.in_progress"]


def session(*tools: dict[str, Any]) -> dict[str, Any]:
    return {"type": "realtime", "tools": list(tools)}


@pytest.mark.parametrize(
    ("tools", "found"),
    [
        ([SHOP], {"shop": ("search",)}),
        ([SHOP | {"allowed_tools": ["find", "buy"]}], {"shop": ("find", "buy")}),
        ([SHOP | {"allowed_tools": {"tool_names": ["find"]}}], {"shop": ("find",)}),
        ([SHOP | {"allowed_tools": [1]}], {"shop": ("search",)}),
        ([{"type": "function", "name": "f"}, {"type": "mcp"}, "mcp"], {}),
        (None, {}),
    ],
)
def test_servers_among_the_tools(tools: object, found: dict[str, tuple[str, ...]]) -> None:
    assert servers(tools) == found


def test_a_server_is_listed_once() -> None:
    talk = Talk(CALLING)
    assert trace(talk.send("session.update", session=session(SHOP))) == ["session.updated"]
    assert trace(talk.wait(0.4)) == LISTED
    events = talk.wait(0.2)
    assert trace(events) == ["conversation.item.done", "mcp_list_tools.completed"]
    assert [tool["name"] for tool in only(events, "conversation.item.done")["item"]["tools"]] == ["search"]
    talk.send("session.update", session=session(SHOP))
    assert talk.wait(2) == []


def test_listing_may_fail() -> None:
    talk = Talk(replace(CALLING, mcp_failure_rate=1.0))
    talk.send("session.update", session=session(SHOP))
    assert trace(talk.wait(1)) == [*LISTED, "mcp_list_tools.failed"]


@pytest.mark.parametrize(("rate", "outcome"), [(0.0, "completed"), (1.0, "failed")])
def test_a_call_has_its_result_before_the_response_is_done(rate: float, outcome: str) -> None:
    talk = Talk(replace(CALLING, mcp_failure_rate=rate))
    talk.send("session.update", session=session(SHOP))
    talk.wait(1)
    talk.send("response.create")
    events = talk.wait(2)
    assert trace(events) == [
        "response.output_item.added",
        "conversation.item.added",
        "response.mcp_call_arguments.delta",
        "response.mcp_call_arguments.done",
        "response.mcp_call.in_progress",
        f"response.mcp_call.{outcome}",
        "conversation.item.done",
        "response.output_item.done",
        "response.done",
        "rate_limits.updated",
    ]
    [called] = only(events, "response.done")["response"]["output"]
    assert (called["type"], called["server_label"], called["name"]) == ("mcp_call", "shop", "search")
    assert (called["error"] is None, called["output"] is None) == (outcome == "completed", outcome == "failed")
    assert "response_id" not in only(events, f"response.mcp_call.{outcome}")


def test_then_the_client_asks_for_the_answer() -> None:
    talk = Talk(CALLING)
    talk.send("session.update", session=session(SHOP))
    talk.wait(1)
    talk.send("response.create")
    talk.wait(2)
    talk.send("response.create")
    assert "response.output_audio.done" in trace(talk.wait(2))


def test_the_arguments_come_in_pieces() -> None:
    call = McpCall("shop", "search", BRIEF, Random(1), Ids(Random(1)))
    said = [step for step in call.go_on() if isinstance(step, dict)]
    pieces = "".join(step["delta"] for step in said if step["type"].endswith("delta"))
    assert pieces == only(said, "response.mcp_call_arguments.done")["arguments"]
    assert json.loads(pieces)
    placed = {"event_id": "e", "response_id": "r", "output_index": 0}
    assert [judged({**placed, **step}) for step in said]
