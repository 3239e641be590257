"""Filling in Grafana's variables."""

import pytest

from dashboards.interpolation import duration, interpolated


def test_variables_stand_for_everything_unless_somebody_chose() -> None:
    expression = 'rate(a{job=~"$job", model=~"${model}"}[$__rate_interval])'
    assert interpolated(expression, range_seconds=3600, rate_seconds=75) == 'rate(a{job=~".+", model=~".+"}[75s])'
    chosen = interpolated(expression, range_seconds=3600, rate_seconds=60, chosen={"job": "voicetap"})
    assert chosen == 'rate(a{job=~"voicetap", model=~".+"}[1m])'


def test_the_range_may_be_an_offset_too() -> None:
    assert interpolated("a[$__range] offset $__range", range_seconds=90, rate_seconds=60) == "a[90s] offset 90s"


def test_a_variable_that_no_board_has() -> None:
    with pytest.raises(KeyError, match="colour"):
        interpolated("a{colour=~'$colour'}", range_seconds=60, rate_seconds=60)


@pytest.mark.parametrize(("seconds", "text"), [(1, "1s"), (60, "1m"), (90, "90s"), (3600, "1h"), (5400, "90m")])
def test_a_duration_has_the_largest_unit_that_divides_it(seconds: int, text: str) -> None:
    assert duration(seconds) == text
