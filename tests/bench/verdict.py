"""Whether the figures of a turn mean what the table says, and the figures that the two ends noted."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.board import Board, quantile
from bench.pacing import due
from bench.processes import pause
from bench.samples import events, total

SHORTFALL = 0.02
"""Share of the asked rate that may be missing, and share of events that may leave an interval late."""

_WRITTEN_SECONDS = 2.0
"""That the last lines of recordings have to be written in."""


class Refused(Exception):
    """The figures of this turn would not mean what the table says."""


@dataclass(frozen=True)
class Pace:
    """How well the load kept to its plan."""

    reached: float
    late_p99: float


def judge_pace(board: Board, plans: Sequence[Sequence[float]], rate: float, start: float, each: int) -> Pace:
    """Refuse a load that fell short of the rate, or that sent a session's events in bursts.

    `plans` are the offsets (see `pacing`) of callers and upstream, `each` the events a session.
    """
    entries = each * len(plans[0])
    directions = (board.from_client, board.from_server)
    ends_at = max(max(direction.arrived[:entries]) for direction in directions) - start
    planned = max(due(entries - 1, plan, rate) for plan in plans)
    reached = min(1.0, (planned + 1 / rate) / (ends_at + 1 / rate))
    late = sorted(
        direction.sent[entry] - start - due(entry, plan, rate)
        for direction, plan in zip(directions, plans, strict=True)
        for entry in range(entries)
    )
    in_bursts = sum(seconds > 1 / rate for seconds in late) / len(late)
    if reached < 1 - SHORTFALL:
        raise Refused(f"{reached:.1%} of the rate was reached")
    if in_bursts > SHORTFALL:
        raise Refused(f"{in_bursts:.1%} of the events left more than an interval late")
    return Pace(reached, quantile(late, 0.99))


def latencies(board: Board) -> list[float]:
    """Seconds on the way of every event of both directions, ascending."""
    return sorted(
        arrived - sent
        for direction in (board.from_client, board.from_server)
        for sent, arrived in zip(direction.sent, direction.arrived, strict=True)
        if arrived
    )


def refuse_unless_observed(admin: int, sent: Counter[str]) -> None:
    """The tap's cost counts only if the tap did its work: every event must be in the metrics, by its type."""
    counted = events(admin)
    if counted != sent:
        differing = sorted(name for name in counted | sent if counted[name] != sent[name])
        figures = ", ".join(f"{counted[name]} of {sent[name]} {name}" for name in differing[:3])
        raise Refused(f"/metrics counts {figures}{', …' if len(differing) > 3 else ''}")


def refuse_unless_exported(admin: int, spans: Mapping[str, int], responses: int) -> None:
    """Nor is tracing cheap where no spans leave: of the responses at least half must have come as `chat` spans.

    The others may wait for their turn's end, or for their batch to be full or old enough.
    """
    dropped = total(admin, "voicetap_telemetry_dropped_total")
    if dropped:
        raise Refused(f"{dropped:.0f} spans or pushes were dropped")
    if not spans or spans.get("chat", 0) < responses / 2:
        raise Refused(f"the receiver has {spans.get('chat', 0)} chat spans of {responses} responses: {dict(spans)}")


def refuse_unless_read(had: Mapping[str, int], readers: int, seconds: float) -> None:
    """A page costs little that nobody is told anything by: every reader must have had two updates a second."""
    if had["open"] < readers or had["updates"] < 2 * readers * seconds:
        raise Refused(f"{had['open']} of {readers} tabs are open and had {had['updates']} updates in {seconds:.0f} s")


def refuse_unless_recorded(recordings: Path, messages: int) -> None:
    """A recording costs little that is not written: after a header, each has a line for every message."""
    deadline = time.monotonic() + _WRITTEN_SECONDS
    while (lines := _lines(recordings)) < messages and time.monotonic() < deadline:
        pause(0.1)
    if lines != messages:
        raise Refused(f"the recordings have {lines} lines of {messages} messages")


def _lines(recordings: Path) -> int:
    return sum(path.read_bytes().count(b"\n") - 1 for path in recordings.iterdir())
