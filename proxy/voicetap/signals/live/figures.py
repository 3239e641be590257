"""Tokens, cost, audio and latencies of a session."""

from collections import deque
from math import ceil

from msgspec.structs import replace

from ...facts import RateLimitReported, TruncationMeasured, UsageReported
from ...session.bounded import Bounded
from ..identifiers import shown
from ..tokens import TokenSums
from .items import Figures, Latencies, Point, RateLimit, TurnLatency
from .times import milliseconds

LATENCIES = 500
"""Of each kind that are kept."""

RATE_LIMITS = 20
"""Names of them that are told apart; servers have two."""

TRUNCATED = 100
"""Items that are remembered; one may be cut off again."""


class Sums:
    """Of one session, so far."""

    __slots__ = (
        "_cost",
        "_priced",
        "_rate_limits",
        "_tokens",
        "_unheard",
        "first_audio",
        "generated_seconds",
        "input_seconds",
        "tool",
        "transcription",
        "transcription_seconds",
        "turn",
        "turn_latency",
        "unheard_seconds",
    )

    def __init__(self) -> None:
        self._tokens = TokenSums()
        self._cost = 0.0
        self._priced: bool | None = None
        """All that was used has a price; None: nothing was."""
        self._rate_limits: dict[str, RateLimit] = {}
        self._unheard: Bounded[str | None, float] = Bounded(TRUNCATED)
        """Milliseconds that are counted, by item."""
        self.transcription_seconds = self.input_seconds = self.generated_seconds = self.unheard_seconds = 0.0
        self.turn: deque[Point] = deque(maxlen=LATENCIES)
        self.first_audio: deque[Point] = deque(maxlen=LATENCIES)
        self.transcription: deque[Point] = deque(maxlen=LATENCIES)
        self.tool: deque[Point] = deque(maxlen=LATENCIES)
        self.turn_latency: TurnLatency | None = None

    def used(self, fact: UsageReported) -> None:
        """The server said what it took."""
        self._tokens.add(fact)
        if fact.usage == "transcription":
            self.transcription_seconds += fact.seconds or 0.0
        self._priced = self._priced is not False and fact.cost_usd is not None
        self._cost += fact.cost_usd or 0.0

    def limited(self, fact: RateLimitReported, at_ms: float | None) -> None:
        """The server said what is left of a limit."""
        name = shown(fact.name)
        if name in self._rate_limits or len(self._rate_limits) < RATE_LIMITS:
            self._rate_limits[name] = RateLimit(fact.limit, fact.remaining, fact.reset_seconds, at_ms)

    def measured(self, fact: TruncationMeasured) -> None:
        """Audio went unheard; where it is cut off again, only what that adds counts."""
        if fact.unheard_ms is not None:
            counted = self._unheard.get(fact.item_id, 0.0)
            self.unheard_seconds += max(0.0, fact.unheard_ms - counted) / 1000
            self._unheard.put(fact.item_id, max(fact.unheard_ms, counted))

    def answered(self, turn: int, seconds: float | None) -> None:
        """A turn was answered, so long after the end of the user's speech."""
        if not add(self.turn, turn, seconds):
            return
        found = sorted(ms for _, ms in self.turn)
        self.turn_latency = TurnLatency(self.turn[-1][1], _rank(found, 0.5), _rank(found, 0.95))

    @property
    def cost_usd(self) -> float | None:
        """None where nothing was used, or part of it has no price."""
        return round(self._cost, 6) if self._priced else None

    def told(self) -> Figures:
        """All of it."""
        return Figures(
            replace(self._tokens),
            self.cost_usd,
            round(self.transcription_seconds, 3),
            round(self.input_seconds, 3),
            round(self.generated_seconds, 3),
            round(self.unheard_seconds, 3),
            dict(self._rate_limits),
            Latencies(list(self.turn), list(self.first_audio), list(self.transcription), list(self.tool)),
        )


def add(points: deque[Point], turn: int | None, seconds: float | None) -> bool:
    """One more latency, if it is known: say so."""
    ms = milliseconds(seconds)
    if ms is None:
        return False
    points.append((turn, ms))
    return True


def _rank(found: list[float], share: float) -> float:
    """The least of which so many are not above it."""
    return found[max(0, ceil(share * len(found)) - 1)]
