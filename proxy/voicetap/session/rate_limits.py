"""How much of its limits the server says is left."""

from collections.abc import Iterable

from ..facts import Fact, RateLimitReported
from ..realtime.server import RateLimitsReported

LIMIT = 20
"""Limits of one event that are looked at; the API has two."""


def rate_limits_reported(event: RateLimitsReported, at: float) -> Iterable[Fact]:
    """Tell those that have a name; the list may be empty, or lack one."""
    return [
        RateLimitReported(at, limit.name, _sane(limit.limit), _sane(limit.remaining), _sane(limit.reset_seconds))
        for limit in (event.rate_limits or [])[:LIMIT]
        if limit.name
    ]


def _sane(number: float | None) -> float | None:
    """At least 0: what has been overdrawn is used up. None where it is no number."""
    return None if number is None or number != number else max(0.0, float(number))
