"""Tokens, cost, audio and latencies of a session."""

from collections import deque
from math import ceil

from msgspec.structs import replace

from ...facts import TruncationMeasured, UsageReported
from ...session.bounded import Bounded
from .items import Figures, Latencies, Point, Tokens, TurnLatency
from .times import milliseconds

LATENCIES = 500
"""Of each kind that are kept."""

TRUNCATED = 100
"""Items that are remembered; one may be cut off again."""

_TOKENS = ("input", "input_text", "input_audio", "input_image", "output", "output_text", "output_audio")


class Sums:
    """Of one session, so far."""

    __slots__ = (
        "_cost",
        "_priced",
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
        self._tokens = Tokens()
        self._cost = 0.0
        self._priced: bool | None = None
        """All that was used has a price; None: nothing was."""
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
        sums, tokens = self._tokens, fact.tokens
        if fact.usage == "response":
            for name in _TOKENS:
                setattr(sums, name, getattr(sums, name) + getattr(tokens, name))
            sums.input_cached += tokens.cached
        else:
            sums.transcription_input += tokens.input
            sums.transcription_output += tokens.output
            self.transcription_seconds += fact.seconds or 0.0
        self._priced = self._priced is not False and fact.cost_usd is not None
        self._cost += fact.cost_usd or 0.0

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
