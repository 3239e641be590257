import tracemalloc

import pytest

from support.spanned import Spanned
from voicetap.facts import (
    ContentSeen,
    DeadAirNoticed,
    Interrupted,
    ResponseFinished,
    TurnAnswered,
    TurnEnded,
    TurnOpened,
)
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


def test_what_happens_after_its_end_is_a_span_in_its_trace() -> None:
    spanned = Spanned().answered()
    spanned.receive([OPENED, TurnEnded(110.0, 1, "speech", "completed", 108.0)])
    spanned.receive([Interrupted(112.0, "resp_1", "item_1", 1, "playing", "turn_detected")])
    [root] = spanned.named("invoke_agent")
    [late] = spanned.named("voicetap.interruption")
    assert late.parent == root.context
    assert (late.end_time - late.start_time, late.attributes["voicetap.phase"]) == (0, "playing")


def test_a_root_ends_with_the_last_of_what_happened_in_it() -> None:
    spanned = Spanned().answered()
    spanned.receive([OPENED, DeadAirNoticed(108.5, 1, "speech"), TurnEnded(110.0, 1, "speech", "completed", 108.0)])
    [root] = spanned.named("invoke_agent")
    assert [event.timestamp for event in root.events] == [root.end_time]


def test_little_is_kept_of_one_that_is_over() -> None:
    def memory(turns: int) -> int:
        spanned = Spanned(content=True).answered()
        spanned.forget()
        tracemalloc.start()
        for number in range(turns):
            spanned.receive([TurnOpened(101.0, number, "text", 101.0)])
            spanned.receive([ContentSeen(102.0, "user_text", "x" * 10_000)])
            spanned.receive([TurnEnded(103.0, number, "text", "completed", 102.0)])
            spanned.forget()
        kept, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return kept

    assert memory(REMEMBERED) < 160 * 1024
