"""When a figure is green: as far as the objectives go."""

from collections.abc import Sequence

from .. import objectives
from ..objectives import Burn, Objective
from ..panels import BAD, GOOD, NEUTRAL, WARNING, Steps, good_above, good_below


def within(objective: Objective) -> Steps:
    """Of the bad share: orange where the budget is spent, red where it is spent so fast that somebody is woken."""
    return good_below(objective.budget, _wakes(objectives.BURNS) * objective.budget)


def kept(objective: Objective, burns: Sequence[Burn]) -> Steps:
    """The same of the good share; `burns` are those of its alerts."""
    return good_above(1 - _wakes(burns) * objective.budget, objective.good)


def _wakes(burns: Sequence[Burn]) -> float:
    """The lowest rate that does."""
    return min(burn.rate for burn in burns if burn.severity == "critical")


def at_most(bound: float) -> Steps:
    """Orange from there on."""
    return Steps(GOOD, ((bound, WARNING),))


def at_least(bound: float) -> Steps:
    """Orange below."""
    return Steps(WARNING, ((bound, GOOD),))


def at_least_one() -> Steps:
    """Red where there is none; more are neither good nor bad."""
    return Steps(BAD, ((1, NEUTRAL),))
