"""When a figure is green: as far as the objectives go."""

from .. import objectives
from ..objectives import Objective
from ..panels import BAD, GOOD, WARNING, Steps, good_below


def within(objective: Objective) -> Steps:
    """Of the bad share: orange where the budget is spent, red where it is spent so fast that somebody is woken."""
    return good_below(objective.budget, objectives.FAST_BURN.rate * objective.budget)


def at_most(bound: float) -> Steps:
    """Orange from there on."""
    return Steps(GOOD, ((bound, WARNING),))


def at_least(bound: float) -> Steps:
    """Red below."""
    return Steps(BAD, ((bound, GOOD),))
