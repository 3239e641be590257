from itertools import count
from math import nan
from typing import Any

from support.lanes import room
from voicetap.facts import SpanIds, TraceIds, TurnAnswered, TurnEnded, TurnOpened
from voicetap.signals.live import Latency, Turn
from voicetap.signals.live.ordered import Ordered
from voicetap.signals.live.times import Times
from voicetap.signals.live.turns import INTERVALS, REMEMBERED, Turns


class Conversation:
    """Its request came at 100."""

    def __init__(self) -> None:
        revisions = count(1)
        self.items: Ordered[Turn] = Ordered(lambda: next(revisions), 100, room())
        self.ids = TraceIds()
        self.turns = Turns(self.items, Times(100.0), self.ids)

    def opened(self, turn: int = 1, at: float = 102.0, began_at: float = 101.0) -> Turn:
        self.turns.opened(TurnOpened(at, turn, "speech", began_at))
        found = self.items.get(turn)
        assert found is not None
        return found


def ended(turn: int, outcome: Any = "completed", at: float = 104.0) -> TurnEnded:
    return TurnEnded(at + 2, turn, "speech", outcome, at)


def test_a_turn_from_its_beginning_to_its_end() -> None:
    conversation = Conversation()
    turn = conversation.opened()
    assert (turn.began_ms, turn.ended_ms, turn.outcome) == (1000.0, None, None)
    conversation.turns.ended(ended(1))
    assert (turn.ended_ms, turn.outcome) == (4000.0, "completed")
    assert conversation.items.since(1) == [turn]


def test_where_its_time_went() -> None:
    conversation = Conversation()
    turn = conversation.opened()
    conversation.turns.response(1, "resp_1", 102.0)
    conversation.turns.tool(1, "call_1", 102.4)
    conversation.turns.response_over(1, "resp_1", 102.5)
    conversation.turns.tool_over(1, "call_1", 103.0)
    conversation.turns.response(1, "resp_2", 103.1)
    conversation.turns.answered(TurnAnswered(103.5, 1, 2.0, 1.5, "curve"))
    assert turn.latency == Latency(2000.0, 1500.0, 500.0, 900.0, 500.0, 100.0)


def test_the_work_of_another_turn_is_not_its_own() -> None:
    conversation = Conversation()
    conversation.opened(1)
    turn = conversation.opened(2)
    for number in (1, 7, None):
        conversation.turns.response(number, "resp_1", 102.0)
        conversation.turns.tool(number, "call_1", 102.0)
        conversation.turns.response_over(number, "resp_1", 103.0)
        conversation.turns.tool_over(number, "call_1", 103.0)
    conversation.turns.answered(TurnAnswered(103.5, 2, 2.0, 1.5, "curve"))
    assert turn.latency == Latency(2000.0, 1500.0, 500.0, 0.0, 0.0, 1500.0)


def test_facts_of_a_turn_that_is_not_known_change_nothing() -> None:
    conversation = Conversation()
    conversation.turns.answered(TurnAnswered(103.5, 1, 2.0, 1.5, "curve"))
    conversation.turns.ended(ended(1))
    assert (conversation.items.since(0), conversation.turns.latest) == ([], None)


def test_what_goes_on_is_closed_and_may_have_its_end_after_all() -> None:
    conversation = Conversation()
    turn = conversation.opened()
    conversation.turns.close(103.0)
    conversation.turns.close(109.0)
    assert (turn.ended_ms, turn.outcome) == (3000.0, "unknown")
    conversation.turns.ended(ended(1, "interrupted"))
    assert (turn.ended_ms, turn.outcome) == (4000.0, "interrupted")


def test_times_that_are_odd_or_not_known() -> None:
    conversation = Conversation()
    early, untimed = conversation.opened(1), conversation.opened(2, nan, nan)
    conversation.turns.ended(ended(1, at=100.5))
    conversation.turns.ended(ended(2, at=nan))
    assert (early.began_ms, early.ended_ms) == (1000.0, 1000.0)
    assert (untimed.began_ms, untimed.ended_ms, untimed.outcome) == (None, None, "completed")


def test_a_turn_stands_in_the_trace_that_was_begun_with_it() -> None:
    conversation = Conversation()
    conversation.ids.current = SpanIds("a" * 32, "b" * 16)
    turn = conversation.opened()
    conversation.ids.current = SpanIds("c" * 32, "d" * 16)
    assert (turn.trace_id, conversation.turns.trace_id(1)) == ("a" * 32, "a" * 32)
    assert [conversation.turns.trace_id(other) for other in (None, 9)] == ["c" * 32] * 2
    conversation.ids.current = None
    assert conversation.turns.trace_id(None) is None


def test_what_a_turn_remembers_is_bounded() -> None:
    conversation = Conversation()
    conversation.opened()
    for number in range(3 * INTERVALS):
        conversation.turns.response(1, f"resp_{number}", 102.0)
        conversation.turns.tool(1, f"call_{number}", 102.0)
    for number in range(2, 3 * REMEMBERED):
        conversation.opened(number)
    work = conversation.turns._work
    assert len(work) == REMEMBERED
    conversation.turns.answered(TurnAnswered(103.5, 1, 2.0, 1.5, "curve"))
