"""Lines, piles and the end of an axis."""

import math

import pytest

pytest.importorskip("matplotlib", reason="needs matplotlib: pip install 'voicetap[pictures]'")

from dashboards.pictures.kinds.timeseries import Line, piled, upper_end
from dashboards.pictures.reading import Panel, Place

BLACK = (0.0, 0.0, 0.0, 1.0)
NONE = math.nan


def line(*values: float, stacked: bool) -> Line:
    return Line("a line", BLACK, [*values], 1, 0.5, stacked)


def panel(maximum: float | None = None, soft: float | None = None) -> Panel:
    custom = {} if soft is None else {"axisSoftMax": soft}
    defaults = {"custom": custom} if maximum is None else {"custom": custom, "max": maximum}
    return Panel("timeseries", "A panel", False, Place(0, 0, 8, 8), (), defaults, {}, {}, ())


def test_stacked_lines_stand_on_those_before_them() -> None:
    areas = piled([line(1, 2, stacked=True), line(10, 20, stacked=True)])
    assert areas == [([0, 0], [1, 2]), ([1, 2], [11, 22])]


def test_a_line_that_is_not_stacked_begins_at_0_and_lifts_nothing() -> None:
    areas = piled([line(1, 2, stacked=True), line(5, 5, stacked=False), line(10, 20, stacked=True)])
    assert areas == [([0, 0], [1, 2]), ([0, 0], [5, 5]), ([1, 2], [11, 22])]


def test_where_a_series_is_absent_the_next_stands_on_the_one_below() -> None:
    _, (_, gap), (floor, above) = piled(
        [line(1, 2, stacked=True), line(NONE, 3, stacked=True), line(4, 4, stacked=True)]
    )
    assert math.isnan(gap[0])
    assert (floor, above) == ([1, 5], [5, 9])


@pytest.mark.parametrize(
    ("maximum", "soft", "highest", "end"),
    [(None, None, 2, 2.2), (None, 1.5, 1, 1.5), (None, 1.5, 2, 2.2), (1, None, 2, 1), (None, None, 0, 100)],
)
def test_an_axis_ends_above_the_highest_value(
    maximum: float | None, soft: float | None, highest: float, end: float
) -> None:
    assert upper_end(panel(maximum, soft), [[0, highest, NONE]]) == pytest.approx(end)
