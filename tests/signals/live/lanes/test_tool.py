from typing import Any

from support.lanes import Lanes
from voicetap.facts import ContentSeen, ToolCalled, ToolFinished
from voicetap.signals.live.lanes.tool import Tool


class Lane(Lanes):
    def __init__(self) -> None:
        super().__init__()
        self.tool = Tool(self.spans, self.turns)

    def calls(self, call_id: str, at: float, name: str | None = "get_time", kind: Any = "function") -> None:
        self.tool.called(ToolCalled(at, call_id, name, kind, "resp_1", 1))

    def ends(self, call_id: str, at: float, outcome: Any = "answered", seconds: float | None = None) -> None:
        self.tool.finished(ToolFinished(at, call_id, "get_time", "function", 1, outcome, seconds))


def test_from_the_arguments_to_the_outcome() -> None:
    lane = Lane()
    lane.calls("call_1", 101.0)
    lane.calls("call_2", 101.1, "web_search", "mcp")
    lane.ends("call_1", 101.5)
    lane.ends("call_2", 102.0, "failed")
    assert lane.told() == [
        "tool 1000-1500 'get_time' answered of turn 1 call_id=call_1 kind=function",
        "tool 1100-2000 'web_search' failed of turn 1 call_id=call_2 kind=mcp",
    ]


def test_an_outcome_of_a_call_that_was_not_seen() -> None:
    lane = Lane()
    lane.ends("call_1", 102.0, seconds=0.5)
    lane.ends("call_2", 102.0, "unanswered")
    assert lane.told() == [
        "tool 1500-2000 'get_time' answered of turn 1 call_id=call_1 kind=function",
        "tool 2000-2000 'get_time' unanswered of turn 1 call_id=call_2 kind=function",
    ]


def test_a_name_that_is_none_is_not_shown() -> None:
    lane = Lane()
    for number, name in enumerate((None, "get the time", "sk-abcdef123456")):
        lane.calls(f"call_{number}", 101.0, name)
    assert [span.label for span in lane.items.since(0)] == ["tool", "elided", "elided"]


def test_what_it_is_called_with_and_what_it_gives() -> None:
    lane = Lane()
    lane.calls("call_1", 101.0)
    for call_id in ("call_1", "call_9", None):
        lane.tool.said(ContentSeen(101.0, "tool_arguments", '{"at": 1}', call_id=call_id))
        lane.tool.said(ContentSeen(102.0, "tool_output", "noon", call_id=call_id))
    assert lane.told() == [
        "tool 1000- 'get_time' of turn 1 call_id=call_1 kind=function arguments={\"at\": 1} output=noon"
    ]


def test_its_time_counts_for_its_turn() -> None:
    lane = Lane()
    lane.open(1, at=101.0, began_at=100.0)
    lane.calls("call_1", 101.0)
    lane.ends("call_1", 102.0)
    assert lane.turns._work[1].tools == {"call_1": (101.0, 102.0)}
