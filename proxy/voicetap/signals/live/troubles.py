"""What went wrong in a session, and how much that matters."""

from typing import Literal

from .items import Trouble

Health = Literal["good", "fair", "bad"]

SLOW_TURN_SECONDS = 1.5
"""From the real end of speech to the first output; the objective that the boards have, too."""

_WEIGHTS: dict[str, Health] = {
    "start_failed": "bad",
    "silent": "bad",
    "response_failed": "bad",
    "dead_air": "bad",
    # The call does not show it, but agents that read transcripts are blind then.
    "transcription_failed": "bad",
    "transcription_missing": "bad",
    "lost": "fair",
    "expired": "fair",
    "no_response": "fair",
    "response_incomplete": "fair",
    "tool_failed": "fair",
    "truncation_rejected": "fair",
    "slow_turn": "fair",
    "error": "fair",
    "gap": "fair",
    "malformed": "fair",
    # Servers that differ from the API have these in every session.
    "surprise": "good",
    "unknown": "good",
}
"""What the health of a session is with one of a kind; the heaviest first."""


class Troubles:
    """How many there were of each kind."""

    __slots__ = ("_counts",)

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def add(self, kind: str, count: int = 1) -> None:
        """So many more; less than 0 where it has turned out to be none."""
        self._counts[kind] = self._counts.get(kind, 0) + count

    def told(self) -> list[Trouble]:
        """The heaviest first."""
        counts = self._counts
        return [Trouble(kind, counts[kind]) for kind in _WEIGHTS if counts.get(kind, 0) > 0]

    def health(self) -> Health:
        """Of a session with these."""
        weights = {_WEIGHTS[kind] for kind, count in self._counts.items() if count > 0}
        return "bad" if "bad" in weights else "fair" if "fair" in weights else "good"
