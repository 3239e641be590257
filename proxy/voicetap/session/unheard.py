"""How much of a truncated answer was generated and not heard.

Deltas go on coming after a truncation, so the sum is taken when the response is over.
"""

from collections.abc import Iterable

from msgspec import Struct

from ..facts import Fact, ResponseFinished, TruncationFinished, TruncationMeasured
from .answers import Answers
from .nouns import Answer, Response

LIMIT = 100
"""Truncations that wait for their response."""


class _Cut(Struct, frozen=True, eq=False):
    fact: TruncationFinished
    answer: Answer | None
    response: Response | None


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
        cut = _Cut(fact, answer, answer.response if answer is not None else None)
        if cut.response is None or cut.response.state == "done":
            return (_measured(cut, at),)
        self._waiting.append(cut)
        return (_measured(self._waiting.pop(0), at),) if len(self._waiting) > LIMIT else ()

    def finished(self, fact: ResponseFinished, at: float) -> Iterable[Fact]:
        """No more audio comes."""
        over = [cut for cut in self._waiting if cut.response is not None and cut.response.state == "done"]
        self._waiting = [cut for cut in self._waiting if cut not in over]
        return [_measured(cut, at) for cut in over]

    def close(self, at: float) -> Iterable[Fact]:
        """The connection has ended."""
        waiting, self._waiting = self._waiting, []
        return [_measured(cut, at) for cut in waiting]

    def server_blind(self) -> None:
        """How much of them is still generated will not be seen."""
        self._waiting.clear()


def _generated(answer: Answer | None, content_index: int) -> float | None:
    """Milliseconds of audio. Clients say part 0, as the API's reference tells them; the one with audio is meant."""
    if answer is None:
        return None
    (only, *others) = answer.parts.values() or (None,)
    return answer.parts.get(content_index, None if others else only)


def _measured(cut: _Cut, at: float) -> TruncationMeasured:
    fact, answer = cut.fact, cut.answer
    generated = _generated(answer, fact.content_index)
    end = fact.audio_end_ms
    unheard = None if generated is None or end is None else max(0.0, generated - max(0, end))
    turn = cut.response.turn_number if cut.response is not None else None
    return TruncationMeasured(at, fact.item_id, turn, fact.initiator, end, generated, unheard)
