"""What the last line of a session sums up."""

from ...facts import Fact, UsageReported
from .. import counts
from ..counts import Counts

COUNTED = counts.COUNTED | {UsageReported}
"""The facts that the line comes from; it needs no other."""


class Summary:
    """Counts the facts of one session, and adds up what it used."""

    __slots__ = ("_cost", "_counts", "_input_tokens", "_output_tokens", "_priced")

    def __init__(self) -> None:
        self._counts = Counts()
        self._input_tokens = self._output_tokens = 0
        self._cost, self._priced = 0.0, True

    def receive(self, fact: Fact) -> None:
        """Take the next fact; most are not counted."""
        if type(fact) is UsageReported:
            self._add(fact)
        else:
            self._counts.receive(fact)

    def fields(self) -> dict[str, object]:
        """For the line; no cost where the price of something is not known."""
        return {
            **self._counts.told(),
            "input_tokens": self._input_tokens,
            "output_tokens": self._output_tokens,
            "cost_usd": round(self._cost, 6) if self._priced else None,
        }

    def _add(self, fact: UsageReported) -> None:
        self._input_tokens += fact.tokens.input
        self._output_tokens += fact.tokens.output
        if fact.cost_usd is None:
            self._priced = False
        else:
            self._cost += fact.cost_usd
