"""Limits: what is left of those of the API."""

from voicetap.signals.names import RATE_LIMIT_LIMIT, RATE_LIMIT_REMAINING

from ... import objectives
from ...promql import selector
from ..rule import Alert, words


def alerts() -> list[Alert]:
    """All of this module."""
    moment = objectives.MOMENT
    # Series by series, so that only a process that knows both says anything. A limit is the account's: the process that
    # was told the lowest figure is right about all of them, and adding up would count the same limit twice.
    left = f"min_over_time({selector(RATE_LIMIT_REMAINING)}[{moment}])"
    limit = f"max_over_time({selector(RATE_LIMIT_LIMIT)}[{moment}])"
    return [
        Alert(
            name="VoicetapRateLimitNearlyUsedUp",
            severity="warning",
            lasting=objectives.LASTING,
            expression=f"min by (job, model, name) (\n  {left}\n  / ({limit} > 0)\n) < {objectives.RATE_LIMIT_LEFT:g}",
            summary="{{ $labels.model }} is about to run out of {{ $labels.name }}",
            description=f"For {words(objectives.LASTING)} less than {objectives.RATE_LIMIT_LEFT:.0%} of the limit of "
            "{{ $labels.name }} was left time and again, now {{ $value | humanizePercentage }}. When it is used up, "
            "responses fail.",
            board="voicetap-cost",
        )
    ]
