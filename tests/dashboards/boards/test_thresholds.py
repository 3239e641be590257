"""When a figure is green."""

from dashboards.boards.thresholds import at_least, at_least_one, at_most, kept, within
from dashboards.objectives import LATENCY_BURNS, Objective
from dashboards.panels import Steps


def test_it_is_red_from_the_lowest_rate_on_that_wakes_somebody() -> None:
    """Six times the rate that spends the budget in 30 days: the slower of the two pages."""
    assert within(Objective(0.98)) == Steps("green", ((0.02, "orange"), (0.12, "red")))


def test_a_good_share_is_red_where_its_own_alerts_wake_somebody() -> None:
    bottom, ((bad, warning), (good, green)) = kept(Objective(0.95), LATENCY_BURNS)
    assert (bottom, warning, green) == ("red", "orange", "green")
    assert (round(bad, 9), good) == (0.28, 0.95)


def test_what_is_a_ticket_at_most_is_orange() -> None:
    assert at_most(0.4) == Steps("green", ((0.4, "orange"),))
    assert at_least(0.1) == Steps("orange", ((0.1, "green"),))


def test_none_at_all() -> None:
    assert at_least_one() == Steps("red", ((1, "blue"),))
