"""What is computed at a scrape, from the sessions that are live then: the limits that they were told, and their ends.

The scrape is in a thread of its own, so what the event loop changes is copied before it is gone through: `list()` and
`dict.copy()` are one step to other threads.
"""

from collections.abc import Callable, Iterable
from time import monotonic, time

import prometheus_client
from msgspec import Struct
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from ...facts import RateLimitReported
from .. import labels, names

OVERDUE = 60.0
"""Seconds after its time that a session is still taken to be about to end; a server that goes on did not mean it."""


class Limit(Struct, frozen=True, gc=False):
    """What a session was told of one rate limit."""

    remaining: float
    limit: float | None
    until: float | None
    """When it is whole again, on the monotonic clock; None: not said."""


class LiveSession:
    """What the gauges have to know of one session."""

    __slots__ = ("expires_at", "limits", "model")

    def __init__(self, model: str) -> None:
        self.model = model
        """The value of the label."""
        self.expires_at: float | None = None
        """Seconds since 1970."""
        self.limits: dict[str, Limit] = {}
        """By the value of the label `name`."""

    def reported(self, fact: RateLimitReported) -> None:
        """Take what the server says of a limit; where it does not say what is left, it says nothing."""
        name = labels.rate_limit(fact.name)
        if fact.remaining is None:
            self.limits.pop(name, None)
        else:
            until = None if fact.reset_seconds is None else fact.at + fact.reset_seconds
            self.limits[name] = Limit(fact.remaining, fact.limit, until)


class LiveSessions:
    """Those of the process. The clocks give seconds: the one that facts have, and since 1970."""

    def __init__(self, clock: Callable[[], float] = monotonic, wall_clock: Callable[[], float] = time) -> None:
        self._sessions: set[LiveSession] = set()
        self._clock = clock
        self._wall_clock = wall_clock

    def add(self, session: LiveSession) -> None:
        """It has begun."""
        self._sessions.add(session)

    def discard(self, session: LiveSession) -> None:
        """It is over, if it ever was."""
        self._sessions.discard(session)

    def expiring(self, seconds: float) -> int:
        """How many the server will end within this time."""
        now = self._wall_clock()
        ends = [session.expires_at for session in list(self._sessions)]
        return sum(end is not None and -OVERDUE <= end - now <= seconds for end in ends)

    def lowest_limits(self) -> dict[tuple[str, str], Limit]:
        """(model, name) -> the one of which least is left, among those that have not been reset since."""
        now = self._clock()
        lowest: dict[tuple[str, str], Limit] = {}
        for session in list(self._sessions):
            for name, limit in session.limits.copy().items():
                if limit.until is not None and limit.until <= now:
                    continue
                key = (session.model, name)
                if key not in lowest or limit.remaining < lowest[key].remaining:
                    lowest[key] = limit
        return dict(sorted(lowest.items()))


class SessionsExpiring(Collector):
    """`sessions_expiring`."""

    def __init__(self, live: LiveSessions, registry: CollectorRegistry) -> None:
        self._live = live
        registry.register(self)

    def collect(self) -> Iterable[prometheus_client.Metric]:
        """Those within 5 minutes include those within one."""
        metric = names.SESSIONS_EXPIRING
        family = GaugeMetricFamily(metric.full_name, metric.help, labels=metric.labels)
        for within, seconds in labels.WITHIN.items():
            family.add_metric((within,), self._live.expiring(seconds))
        yield family


class RateLimits(Collector):
    """`rate_limit_remaining` and `rate_limit_limit`."""

    def __init__(self, live: LiveSessions, registry: CollectorRegistry) -> None:
        self._live = live
        registry.register(self)

    def collect(self) -> Iterable[prometheus_client.Metric]:
        """The limit that is exposed is that of the session whose remainder is."""
        remaining, limit = (
            GaugeMetricFamily(metric.full_name, metric.help, labels=metric.labels)
            for metric in (names.RATE_LIMIT_REMAINING, names.RATE_LIMIT_LIMIT)
        )
        for labels_of_it, lowest in self._live.lowest_limits().items():
            remaining.add_metric(labels_of_it, lowest.remaining)
            if lowest.limit is not None:
                limit.add_metric(labels_of_it, lowest.limit)
        yield remaining
        yield limit
