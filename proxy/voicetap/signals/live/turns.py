"""What the exchanges of a session were."""

from msgspec import Struct

from ...facts import TraceIds, TurnAnswered, TurnEnded, TurnOpened
from ...session.bounded import Bounded
from .items import UNKNOWN, Turn
from .latency import Interval, latency
from .ordered import Ordered
from .times import Times

REMEMBERED = 64
"""Turns of which something may still be told."""

INTERVALS = 100
"""Responses, and tools, of a turn that its latency is made of."""


class Work(Struct):
    """What a turn's latency is made of, in seconds on the clock of facts."""

    responses: dict[str, tuple[float, float | None]] = {}
    """By id, when they were asked for and when they were over."""
    tools: dict[str, tuple[float, float | None]] = {}


class Turns:
    """Those of one session."""

    __slots__ = ("_ids", "_items", "_open", "_times", "_work", "latest")

    def __init__(self, items: Ordered[Turn], times: Times, ids: TraceIds) -> None:
        self._items = items
        self._times = times
        self._ids = ids
        self._open: dict[int, Turn] = {}
        self._work: Bounded[int, Work] = Bounded(REMEMBERED)
        self.latest: int | None = None
        """The one that was opened last."""

    def opened(self, fact: TurnOpened) -> None:
        """One has begun."""
        current = self._ids.current
        turn = Turn(fact.turn, fact.opened_by, self._times.ms(fact.began_at))
        turn.trace_id = None if current is None else current.trace_id
        self._items.put(fact.turn, turn)
        self._open[fact.turn] = turn
        self._work.put(fact.turn, Work())
        self.latest = fact.turn

    def trace_id(self, turn: int | None) -> str | None:
        """Of the trace in which the turn stands; without a turn, that of the fact that is being told."""
        known = None if turn is None else self._items.get(turn)
        if known is not None:
            return known.trace_id
        current = self._ids.current
        return None if current is None else current.trace_id

    def response(self, turn: int | None, response_id: str | None, at: float) -> None:
        """A response of it was asked for."""
        work = self._work_of(turn)
        if work is not None:
            _begin(work.responses, response_id, at)

    def response_over(self, turn: int | None, response_id: str | None, at: float) -> None:
        """And is over."""
        work = self._work_of(turn)
        if work is not None:
            _end(work.responses, response_id, at)

    def tool(self, turn: int | None, call_id: str, at: float) -> None:
        """It has called a tool."""
        work = self._work_of(turn)
        if work is not None:
            _begin(work.tools, call_id, at)

    def tool_over(self, turn: int | None, call_id: str, at: float) -> None:
        """Which has its outcome."""
        work = self._work_of(turn)
        if work is not None:
            _end(work.tools, call_id, at)

    def answered(self, fact: TurnAnswered) -> None:
        """The user gets to hear something."""
        turn = self._items.get(fact.turn)
        work = self._work.get(fact.turn) or Work()
        if turn is not None:
            turn.latency = latency(
                fact.at,
                fact.seconds,
                fact.raw_seconds,
                _until(work.responses, fact.at),
                _until(work.tools, fact.at),
            )
            self._items.changed(fact.turn)

    def ended(self, fact: TurnEnded) -> None:
        """It is over."""
        turn = self._items.get(fact.turn)
        if turn is not None:
            self._end(turn, fact.ended_at, fact.outcome)

    def close(self, at: float) -> None:
        """Nothing more will be told of those that go on, as far as is known."""
        for turn in list(self._open.values()):
            self._end(turn, at, UNKNOWN)

    def _end(self, turn: Turn, at: float, outcome: str) -> None:
        end = self._times.ms(at)
        turn.ended_ms = end if end is None or turn.began_ms is None else max(end, turn.began_ms)
        turn.outcome = outcome
        self._open.pop(turn.turn, None)
        self._items.changed(turn.turn)

    def _work_of(self, turn: int | None) -> Work | None:
        return None if turn is None else self._work.get(turn)


def _begin(intervals: dict[str, tuple[float, float | None]], key: str | None, at: float) -> None:
    if key is not None and len(intervals) < INTERVALS and at == at:
        intervals.setdefault(key, (at, None))


def _end(intervals: dict[str, tuple[float, float | None]], key: str | None, at: float) -> None:
    began = intervals.get(key or "")
    if key is not None and began is not None and at == at:
        intervals[key] = (began[0], max(began[0], at))


def _until(intervals: dict[str, tuple[float, float | None]], at: float) -> list[Interval]:
    """Those that go on do so until then."""
    return [(began, max(began, at) if ended is None else ended) for began, ended in intervals.values()]
