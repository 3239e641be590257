import pytest

from support.spanned import Spanned
from voicetap.facts import ToolCalled, ToolFinished, TurnOpened

OPENED = TurnOpened(101.0, 1, "text", 101.0)


@pytest.mark.parametrize(
    ("kind", "outcome", "type", "error"),
    [
        ("function", "answered", "function", None),
        ("function", "unanswered", "function", None),
        ("function", "cancelled", "function", None),
        ("mcp", "completed", "extension", None),
        ("mcp", "failed", "extension", "failed"),
    ],
)
def test_a_call_from_its_arguments_to_its_outcome(kind: str, outcome: str, type: str, error: str | None) -> None:
    spanned = Spanned().answered()
    spanned.receive([OPENED, ToolCalled(102.0, "call_1", "get_time", kind, "resp_1", 1)])
    spanned.receive([ToolFinished(102.5, "call_1", "get_time", kind, 1, outcome, 0.5)])
    [span] = spanned.named("execute_tool get_time")
    found = span.attributes
    assert (span.end_time - span.start_time) / 1e9 == 0.5
    assert (found["gen_ai.tool.type"], found["voicetap.tool.outcome"]) == (type, outcome)
    assert found.get("error.type") == error


def test_a_tool_without_a_name_or_with_one_that_is_none() -> None:
    spanned = Spanned().answered()
    spanned.receive([OPENED, ToolFinished(102.5, "call_1", None, "function", 1, "answered", None)])
    spanned.receive([ToolFinished(102.5, "call_2", "drop\ntable", "function", 1, "answered", None)])
    assert [span.name for span in spanned.exported[1:]] == ["execute_tool", "execute_tool elided"]
