"""Where the time of a turn went: intervals in which something was done -> shares that add up."""

from collections.abc import Iterable

from .items import Latency
from .times import milliseconds

Interval = tuple[float, float]
"""Seconds on one clock; the second is not before the first."""


def latency(
    answered_at: float,
    seconds: float | None,
    raw_seconds: float | None,
    responses: Iterable[Interval],
    tools: Iterable[Interval],
) -> Latency:
    """Take apart what TurnAnswered told: `responses` were being made, `tools` were called.

    What is before the server's `speech_stopped`, or the client's commit, is the wait for silence; of what comes then,
    the model has what its responses took, the tools what is not the model's, and the rest is the rest.
    """
    after = raw_seconds if raw_seconds is not None else seconds
    if after is None or answered_at != answered_at:
        return Latency(milliseconds(seconds), milliseconds(raw_seconds), None, None, None, None)
    since = answered_at - after
    made = [_within(interval, since, answered_at) for interval in responses]
    model = _length(made)
    busy = _length([*made, *(_within(interval, since, answered_at) for interval in tools)])
    wait = None if seconds is None or raw_seconds is None else max(0.0, seconds - raw_seconds)
    return Latency(
        total_ms=milliseconds(seconds),
        raw_ms=milliseconds(raw_seconds),
        vad_wait_ms=milliseconds(wait),
        model_ms=milliseconds(model),
        tools_ms=milliseconds(busy - model),
        rest_ms=milliseconds(max(0.0, after - busy)),
    )


def _within(interval: Interval, low: float, high: float) -> Interval:
    return min(max(interval[0], low), high), min(max(interval[1], low), high)


def _length(intervals: Iterable[Interval]) -> float:
    """Of all of them together; what they share counts once."""
    total, until = 0.0, float("-inf")
    for start, end in sorted(intervals):
        total += max(0.0, end - max(start, until))
        until = max(until, end)
    return total
