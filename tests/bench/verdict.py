"""Whether the figures of a turn mean what the table says, and the figures that the two ends noted."""

import re
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass

from bench.board import Board, quantile
from bench.pacing import due

SHORTFALL = 0.02
"""Share of the asked rate that may be missing, and share of events that may leave an interval late."""


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


def refuse_unless_observed(admin: int, events: int) -> None:
    """The tap's cost counts only if the tap did its work: every event must be in the metrics."""
    with urllib.request.urlopen(f"http://127.0.0.1:{admin}/metrics", timeout=10) as response:
        text = response.read().decode()
    counted = sum(
        float(value)
        for name, value in re.findall(r"^voicetap_events_total\{([^}]*)\} (\S+)$", text, re.MULTILINE)
        if "audio.delta" in name or "input_audio_buffer.append" in name
    )
    if counted != events:
        raise Refused(f"/metrics counts {counted:.0f} of {events} events")
