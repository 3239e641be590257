"""What is spent, in US dollars by voicetap's price table.

What transcription uses has the name of the model that transcribes as its `model`, so each use follows a choice of its
own: responses that of the model, transcription that of the transcription model.
"""

from voicetap.signals.names import COST, TURNS

from ..promql import increase, rate, ratio, total
from .queries import RANGE, RATE, of, of_any_model

AN_HOUR, A_MINUTE = 3600, 60
"""Seconds."""

OF_TRANSCRIPTION = ('usage="transcription"', 'model=~"$transcription_model"')
ON_RESPONSES = of(COST, 'usage="response"')
ON_TRANSCRIPTION = of_any_model(COST, *OF_TRANSCRIPTION)
ON_ALL = of_any_model(COST)
"""Whatever is chosen: a turn has two models, one that answers and one that transcribes, and no figure has both."""


def spent_per_second(*by: str) -> str:
    """On what is chosen, for a line."""
    return total(f"{rate(ON_RESPONSES, RATE)} or {rate(ON_TRANSCRIPTION, RATE)}", *by)


def spent(*by: str) -> str:
    """On what is chosen, in the time range of the board."""
    return total(f"{increase(ON_RESPONSES, RANGE)} or {increase(ON_TRANSCRIPTION, RANGE)}", *by)


def of_a_turn(*, offset: str = "") -> str:
    """On the average turn in the time range of the board, of any model; `offset=RANGE`: in the one before."""
    return ratio(total(increase(ON_ALL, RANGE, offset)), total(increase(of_any_model(TURNS), RANGE, offset)))
