from itertools import count
from math import nan
from typing import Any

import pytest

from support.lanes import room
from voicetap.signals.live import Part, Span
from voicetap.signals.live.ordered import Ordered
from voicetap.signals.live.spans import OPEN, PARTS, ById, Spans
from voicetap.signals.live.times import Times


class Lane:
    """Spans of a session whose request came at 100."""

    def __init__(self, limit: int = 100) -> None:
        revisions = count(1)
        self.items: Ordered[Span] = Ordered(lambda: next(revisions), limit, room())
        self.spans = Spans(self.items, Times(100.0))

    def begin(self, at: float, **detail: Any) -> Span:
        return self.spans.begin("tool", at, "get_time", detail, 1, None)


def test_a_span_goes_on_until_it_ends() -> None:
    lane = Lane()
    span = lane.begin(101.0, call_id="call_1")
    assert (span.id, span.open, span.start_ms, span.end_ms, span.outcome) == (1, True, 1000.0, None, None)
    lane.spans.end(span, 102.5, "answered")
    assert (span.open, span.end_ms, span.outcome) == (False, 2500.0, "answered")
    assert lane.items.since(1) == [span]


def test_a_span_that_is_ended_again_ends_then() -> None:
    lane = Lane()
    span = lane.begin(101.0)
    lane.spans.close(102.0)
    assert (span.end_ms, span.outcome) == (2000.0, "unknown")
    lane.spans.end(span, 103.0, "answered")
    assert (span.end_ms, span.outcome) == (3000.0, "answered")


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (101.0, 100.5, (1000.0, 1000.0)),
        (101.0, nan, (1000.0, None)),
        (nan, 101.0, (None, 1000.0)),
        (nan, nan, (None, None)),
    ],
)
def test_a_span_does_not_end_before_it_begins(start: float, end: float, expected: tuple[float, float]) -> None:
    lane = Lane()
    span = lane.begin(start)
    lane.spans.end(span, end)
    assert ((span.start_ms, span.end_ms), span.open) == (expected, False)


def test_what_waits_waits_until_it_does_not_or_until_the_end() -> None:
    lane = Lane()
    one, other = lane.begin(101.0), lane.begin(101.0)
    for span in (one, other):
        lane.spans.part(span, "wait", 101.0, None)
    assert one.parts == (Part(1000.0, None, "wait"),)
    lane.spans.part_over(one, 101.5)
    lane.spans.part_over(one, 101.9)
    lane.spans.end(one, 102.0)
    lane.spans.end(other, 102.0)
    assert (one.parts, other.parts) == ((Part(1000.0, 1500.0, "wait"),), (Part(1000.0, 2000.0, "wait"),))


def test_parts_have_a_length_and_lie_in_the_span_or_behind_it() -> None:
    lane = Lane()
    span = lane.begin(101.0)
    lane.spans.part(span, "underrun", 101.5, 101.5)
    lane.spans.part(span, "underrun", nan, 102.0)
    lane.spans.part(span, "underrun", 101.0, nan)
    lane.spans.part(span, "silence", 100.5, 101.5)
    assert span.parts == (Part(1000.0, 1500.0, "silence"),)


def test_there_is_an_end_of_parts_and_of_what_goes_on() -> None:
    lane = Lane(limit=2 * OPEN)
    first = lane.begin(101.0)
    for number in range(2 * PARTS):
        lane.spans.part(first, "underrun", 101.0 + number, 101.5 + number)
    assert len(first.parts) == PARTS
    for _ in range(OPEN):
        lane.begin(102.0)
    assert (first.open, first.end_ms, first.outcome) == (False, 2000.0, "unknown")


def test_a_span_that_was_dropped_may_still_change() -> None:
    lane = Lane(limit=1)
    first, second = lane.begin(101.0), lane.begin(101.0)
    lane.spans.end(first, 102.0)
    assert (lane.items.since(0), lane.items.dropped) == ([second], 1)


def test_spans_by_id_are_taken_once() -> None:
    lane, by_id = Lane(), ById(2)
    span = lane.begin(101.0)
    by_id.put("a", span)
    assert [by_id.take(key) for key in (None, "b", "a", "a")] == [None, None, span, None]
