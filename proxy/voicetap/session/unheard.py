"""How much of a truncated answer was generated and not heard.

Deltas go on coming after a truncation, so the sum is taken when the response is over.
"""

from collections.abc import Iterable

from msgspec import Struct

from ..facts import Fact, ResponseFinished, TruncationFinished, TruncationMeasured
from .answers import Answers
from .nouns import Answer

LIMIT = 100
"""Truncations that wait for their response."""


class _Cut(Struct, frozen=True, eq=False):
    fact: TruncationFinished
    answer: Answer | None


class Unheard:
    """Acknowledged truncations whose response is not over."""

    __slots__ = ("_answers", "_waiting")

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._waiting: list[_Cut] = []

    def truncated(self, fact: TruncationFinished, at: float) -> Iterable[Fact]:
        """An answer was cut off, or was not."""
        if fact.outcome != "acknowledged":
            return ()
        answer = self._answers.get(fact.item_id)
        cut = _Cut(fact, answer)
        if answer is None or answer.response is None or answer.response.state == "done":
            return (_measured(cut, at),)
        self._waiting.append(cut)
        return (_measured(self._waiting.pop(0), at),) if len(self._waiting) > LIMIT else ()

    def finished(self, fact: ResponseFinished, at: float) -> Iterable[Fact]:
        """No more audio comes."""
        over = [cut for cut in self._waiting if _response_id(cut) == fact.response_id]
        self._waiting = [cut for cut in self._waiting if cut not in over]
        return [_measured(cut, at) for cut in over]

    def close(self, at: float) -> Iterable[Fact]:
        """The connection has ended."""
        waiting, self._waiting = self._waiting, []
        return [_measured(cut, at) for cut in waiting]

    def server_blind(self) -> None:
        """How much of them is still generated will not be seen."""
        self._waiting.clear()


def _response_id(cut: _Cut) -> str | None:
    return cut.answer.response.id if cut.answer is not None and cut.answer.response is not None else None


def _measured(cut: _Cut, at: float) -> TruncationMeasured:
    fact, answer = cut.fact, cut.answer
    generated = answer.parts.get(fact.content_index) if answer is not None else None
    end = fact.audio_end_ms
    unheard = None if generated is None or end is None else max(0.0, generated - end)
    turn = answer.response.turn_number if answer is not None and answer.response is not None else None
    return TruncationMeasured(at, fact.item_id, turn, fact.initiator, end, generated, unheard)
