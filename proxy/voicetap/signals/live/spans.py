"""The bars of a session's timeline."""

from ...session.bounded import Bounded
from .items import UNKNOWN, Lane, Part, PartKind, Scalar, Span
from .ordered import Ordered
from .times import Times

OPEN = 1000
"""Spans that go on at a time; above it the oldest has been forgotten by whoever would end it."""

PARTS = 100
"""Of one span; more of them nobody can see."""


class Spans:
    """Begins, changes and ends them. One that was dropped may be changed, which nobody sees."""

    __slots__ = ("_begun", "_items", "_open", "_times")

    def __init__(self, items: Ordered[Span], times: Times) -> None:
        self._items = items
        self._times = times
        self._begun = 0
        self._open: dict[int, Span] = {}

    def begin(
        self, lane: Lane, at: float, label: str, detail: dict[str, Scalar], turn: int | None, trace_id: str | None
    ) -> Span:
        """One begins."""
        self._begun += 1
        span = Span(self._begun, lane, self._times.ms(at), label, turn, trace_id, detail=detail)
        self._items.put(span.id, span)
        self._open[span.id] = span
        if len(self._open) > OPEN:
            self.end(next(iter(self._open.values())), at, UNKNOWN)
        return span

    def changed(self, span: Span) -> None:
        """Something of it has been set."""
        self._items.changed(span.id)

    def end(self, span: Span, at: float, outcome: str | None = None) -> None:
        """It is over; said again, the later word holds."""
        end = self._times.ms(at)
        if end is not None and span.start_ms is not None:
            end = max(end, span.start_ms)
        span.end_ms, span.open = end, False
        if outcome is not None:
            span.outcome = outcome
        if span.parts and span.parts[-1].end_ms is None:
            span.parts = (*span.parts[:-1], _closed(span.parts[-1], end))
        self._open.pop(span.id, None)
        self._items.changed(span.id)

    def part(self, span: Span, kind: PartKind, start: float, end: float | None) -> None:
        """A stretch of it, or behind it; where times are unknown there is none. `end` is None where it goes on."""
        start_ms, end_ms = self._times.ms(start), None if end is None else self._times.ms(end)
        if start_ms is None or (end is not None and end_ms is None) or len(span.parts) >= PARTS:
            return
        start_ms = max(start_ms, span.start_ms if span.start_ms is not None else start_ms)
        if end_ms is None or end_ms > start_ms:
            span.parts = (*span.parts, Part(start_ms, end_ms, kind))
            self._items.changed(span.id)

    def part_over(self, span: Span, at: float) -> None:
        """The stretch that goes on does not any more."""
        if span.parts and span.parts[-1].end_ms is None:
            span.parts = (*span.parts[:-1], _closed(span.parts[-1], self._times.ms(at)))
            self._items.changed(span.id)

    def close(self, at: float) -> None:
        """Nothing more will be told of those that go on, as far as is known."""
        for span in list(self._open.values()):
            self.end(span, at, span.outcome or UNKNOWN)


def _closed(part: Part, end: float | None) -> Part:
    return Part(part.start_ms, part.start_ms if end is None else max(end, part.start_ms), part.kind)


class ById(Bounded[str, Span]):
    """Spans by the id of what they show, of which the last are remembered."""

    __slots__ = ()

    def take(self, key: str | None) -> Span | None:
        """It, not to be remembered any longer."""
        return None if key is None else self.pop(key, None)
