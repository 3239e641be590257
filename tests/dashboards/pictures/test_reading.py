"""What is drawn is a compiled board; all of them can be read."""

import pytest

from dashboards.pictures import reading
from dashboards.pictures.reading import Board, Place, Steps, Unknown, Variable
from dashboards.pictures.theme import THEMES
from dashboards.pictures.units import written

BOARDS = [reading.read(name) for name in reading.names()]

STAT = {
    "type": "stat",
    "title": "A figure",
    "gridPos": {"x": 3, "y": 1, "w": 6, "h": 4},
    "fieldConfig": {"defaults": {"unit": "s"}, "overrides": []},
    "targets": [{"expr": "up", "legendFormat": "now", "instant": True}],
}


def parsed(*panels: object) -> Board:
    choices = [{"label": "Job", "includeAll": True}, {"label": "Source"}, {"label": "Hidden", "hide": 2}]
    return reading.parsed({"uid": "some", "title": "Some board", "templating": {"list": choices}, "panels": [*panels]})


def test_a_board_and_its_panel() -> None:
    read = parsed(STAT)
    assert (read.name, read.title) == ("some", "Some board")
    assert read.variables == (Variable("Job", everything=True), Variable("Source", everything=False))
    [panel] = read.panels
    assert (panel.kind, panel.unit, panel.place, panel.described) == ("stat", "s", Place(3, 1, 6, 4), False)
    assert [(one.promql, one.legend, one.instant, one.exemplars) for one in panel.targets] == [
        ("up", "now", True, False)
    ]


def test_steps_are_colours_from_a_bound_on() -> None:
    steps = Steps("green", ((0.01, "orange"), (0.1, "red")))
    assert [steps.colour(value) for value in (0, 0.0099, 0.01, 0.0999, 0.1, 7)] == [
        "green",
        "green",
        "orange",
        "orange",
        "red",
        "red",
    ]


def test_what_cannot_be_drawn_is_an_error() -> None:
    with pytest.raises(Unknown, match="the override"):
        parsed({**STAT, "fieldConfig": {"defaults": {}, "overrides": [{"matcher": {"id": "byRegexp"}}]}})
    with pytest.raises(Unknown, match="hides its panels"):
        parsed({"type": "row", "title": "Closed", "panels": [STAT]})
    percentages = {"thresholds": {"mode": "percentage", "steps": [{"value": None, "color": "green"}]}}
    [panel] = parsed({**STAT, "fieldConfig": {"defaults": percentages, "overrides": []}}).panels
    with pytest.raises(Unknown, match="percentage"):
        _ = panel.steps


def test_there_are_boards() -> None:
    assert len(BOARDS) >= 5
    assert min(len(board.panels) for board in BOARDS) > 10


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.name)
def test_units_and_colours_of_every_panel_are_known(board: Board) -> None:
    for panel in board.panels:
        written(1.0, panel.unit)
        fixed = [override["color"]["fixedColor"] for override in panel.overrides.values() if "color" in override]
        for name in [panel.steps.bottom, *(colour for _, colour in panel.steps.above), *fixed]:
            assert {theme.named(name) for theme in THEMES.values()}
