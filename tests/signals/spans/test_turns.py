import pytest

from support.spanned import Spanned
from voicetap.facts import ResponseFinished, TurnAnswered, TurnEnded, TurnOpened
from voicetap.signals.spans.turns import REMEMBERED

OPENED = TurnOpened(101.0, 1, "speech", 100.5)


@pytest.mark.parametrize(
    ("outcome", "end_reason"),
    [
        ("completed", "completed"),
        ("interrupted", "interrupted"),
        ("session_closed", "session_closed"),
        ("incomplete", None),
        ("no_response", None),
    ],
)
def test_how_it_ended(outcome: str, end_reason: str | None) -> None:
    spanned = Spanned().answered()
    spanned.receive([OPENED, TurnEnded(110.0, 1, "speech", outcome, 108.0)])
    [root] = spanned.named("invoke_agent")
    assert root.attributes["voicetap.turn.outcome"] == outcome
    assert root.attributes.get("gen_ai.agent.invocation.end_reason") == end_reason
    assert root.status.is_unset
    assert (root.end_time - root.start_time) / 1e9 == 7.5  # its end, and not when that was told


def test_a_failed_one_says_why() -> None:
    spanned = Spanned().answered()
    failed = ResponseFinished(105.0, "resp_1", 1, "failed", "server_error", 1.0, "private")
    spanned.receive([OPENED, failed, TurnEnded(110.0, 1, "speech", "failed", 105.0)])
    [root] = spanned.named("invoke_agent")
    assert (root.attributes["error.type"], root.status.status_code.name) == ("server_error", "ERROR")


def test_its_latency_stands_on_it() -> None:
    spanned = Spanned().answered()
    spanned.receive([OPENED, TurnAnswered(102.0, 1, 1.25, 0.75, "curve")])
    spanned.receive([TurnEnded(110.0, 1, "speech", "completed", 108.0)])
    [root] = spanned.named("invoke_agent")
    assert root.attributes["voicetap.turn.latency_seconds"] == 1.25
    assert root.attributes["voicetap.turn.latency_raw_seconds"] == 0.75
    assert root.attributes["voicetap.turn.measured_from"] == "curve"


def test_there_are_never_more_open_ones_than_are_remembered() -> None:
    spanned = Spanned().answered()
    spanned.receive([TurnOpened(101.0, number, "text", 101.0) for number in range(1, REMEMBERED + 3)])
    forgotten = spanned.named("invoke_agent")
    assert [root.attributes["voicetap.turn.number"] for root in forgotten] == [1, 2]
    assert {root.attributes["voicetap.span.ended_because"] for root in forgotten} == {"forgotten"}
