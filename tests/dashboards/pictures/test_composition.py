"""A board is really drawn: the colours that a reader sees are those of the answers."""

import json
import math
from collections import Counter
from pathlib import Path

import pytest

pytest.importorskip("matplotlib", reason="needs matplotlib: pip install 'voicetap[pictures]'")

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import units
from PIL import Image

from dashboards import board as boards
from dashboards.panels import Query, average, bars, comparison, figure, good_below, lines, ranking, spread, stack
from dashboards.pictures import composition, files, reading, sheet
from dashboards.pictures.asking import Exemplar, Series
from dashboards.pictures.canvas import Box
from dashboards.pictures.gathering import Time
from dashboards.pictures.reading import Board
from dashboards.pictures.theme import DARK, LIGHT, Colour, Theme

TIME = Time(1_780_315_200, 1_780_316_100, 15)
HALF = "histogram_quantile(0.5, waits)"
Dots = tuple[int, int, int]


class Answers:
    """In place of a Prometheus: each expression is a number, or the word for a shape."""

    def at(self, promql: str, moment: float) -> list[Series]:
        return [Series(labels, [(moment, values[-1])]) for labels, values in _series(promql)]

    def between(self, promql: str, start: float, end: float, step: float) -> list[Series]:
        times = [start + step * number for number in range(round((end - start) / step) + 1)]
        return [
            Series(labels, [(at, values[number % len(values)]) for number, at in enumerate(times)])
            for labels, values in _series(promql)
        ]

    def exemplars(self, promql: str, start: float, end: float) -> list[Exemplar]:
        return [Exemplar((start + end) / 2, 0.7)]


def _series(promql: str) -> list[tuple[dict[str, str], list[float]]]:
    if promql == "nothing":
        return []
    if promql == HALF:
        return [({}, [1.0])]
    if promql == "models":
        return [({"model": "a"}, [3.0, 4.0]), ({"model": "b"}, [1.0, math.nan])]
    if promql == "buckets":
        return [({"le": le}, [count, count]) for le, count in (("0.5", 1.0), ("1.0", 5.0), ("+Inf", 5.0))]
    return [({}, [float(promql)])]


def board_of(*panels: boards.AnyPanel) -> Board:
    """Each panel over the whole width, in a row of its own."""
    rows = [boards.row(f"Row {number}", panel) for number, panel in enumerate(panels)]
    built = boards.board("some", "Some", "A board.", *rows)
    return reading.parsed(json.loads(JSONEncoder().encode(built)))


def drawn(board: Board, theme: Theme = DARK, *, exemplars: bool = False) -> Image.Image:
    answers = composition.answers(Answers(), board, TIME, exemplars=exemplars)
    return composition.draw(board, answers, TIME, theme, scale=1)


def dots_of(picture: Image.Image, box: Box) -> Counter[Dots]:
    """How often each colour is in a part of a picture."""
    part = picture.crop((round(box.left), round(box.top), round(box.right), round(box.bottom)))
    colours = part.getcolors(part.width * part.height)
    assert colours is not None
    return Counter({each: count for count, each in colours if isinstance(each, tuple)})


def dot(colour: Colour) -> Dots:
    red, green, blue, _ = (round(255 * part) for part in colour)
    return red, green, blue


def near(dots: Counter[Dots], colour: Colour) -> int:
    """How many are about of a colour: thin lines are blended with what is behind them."""
    return sum(count for each, count in dots.items() if math.dist(each, dot(colour)) < 60)


def insides(board: Board) -> list[Box]:
    """Of each panel, below its title."""
    return [composition.place_of(panel).without(top=34) for panel in board.panels if panel.kind != "row"]


def inside(board: Board) -> Box:
    """Of the only panel."""
    [box] = insides(board)
    return box


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_a_figure_stands_on_the_colour_of_its_step(theme: Theme) -> None:
    of_values = {"0.001": "green", "0.02": "orange", "0.5": "red"}
    steps = good_below(0.01, 0.1)
    board = board_of(
        *(figure(f"Failed {value}", "Of all.", units.PercentUnit, Query(value), steps) for value in of_values)
    )
    picture = drawn(board, theme)
    seen = [dots_of(picture, box).most_common(1)[0][0] for box in insides(board)]
    assert seen == [dot(theme.named(name)) for name in of_values.values()]
    assert picture.size == (1600, round(insides(board)[-1].bottom) + 16)


def test_colours_survive_the_file(tmp_path: Path) -> None:
    board = board_of(figure("Failed", "Of all.", units.PercentUnit, Query("0.5"), good_below(0.01, 0.1)))
    with Image.open(files.save(drawn(board), DARK, tmp_path / "a.png")) as saved:
        assert (saved.mode, saved.info) == ("P", {})
        (most, _), *_ = dots_of(saved.convert("RGB"), inside(board)).most_common(1)
    assert most == dot(DARK.named("red"))


def test_lines_have_the_colours_that_the_board_gives_them_and_others_the_palettes() -> None:
    board = board_of(lines("Calls", "Now.", units.Short, Query("models", "{{model}}"), colours={"a": "purple"}))
    dots = dots_of(drawn(board), inside(board))
    assert min(dots[dot(DARK.named("purple"))], dots[dot(DARK.classic(1))]) > 10
    assert dots[dot(DARK.classic(0))] == 0


def test_a_limit_is_drawn_across() -> None:
    without = board_of(lines("Wait", "Seconds.", units.Seconds, Query("1")))
    limited = board_of(lines("Wait", "Seconds.", units.Seconds, Query("1"), limit=1.5))
    seen = [near(dots_of(drawn(board), inside(board)), DARK.named("orange")) for board in (without, limited)]
    assert seen[0] == 0
    assert seen[1] > 400


def test_the_heat_of_a_bucket_is_its_own_and_not_that_of_those_below() -> None:
    board = board_of(spread("Spread", "Of waits.", units.Seconds, Query("buckets")))
    dots = dots_of(drawn(board, LIGHT), inside(board))
    hottest, weakest = (127, 39, 4), (255, 245, 235)
    # 4 of 5 samples in the middle bucket, 1 in the lowest, none in the highest.
    assert dots[hottest] > 20_000
    assert sum(dots.values()) - dots[hottest] - dots[dot(LIGHT.panel)] > 20_000
    assert dots[weakest] < 100


def test_the_other_kinds_are_not_blank() -> None:
    board = board_of(
        average("Cost", "An hour.", units.Dollars, Query("3.5")),
        comparison("Turns", "Both.", units.Short, Query("3", "now"), Query("2", "before")),
        stack("Turns by model", "A minute.", units.Short, Query("models", "{{model}}")),
        bars("Tools", "By name.", units.Short, Query("models", "{{model}}")),
        ranking("Models", "By cost.", units.Dollars, Query("models"), "cost"),
    )
    picture = drawn(board)
    for box in insides(board):
        dots = dots_of(picture, box)
        assert sum(dots.values()) - dots[dot(DARK.panel)] > 1000


def test_a_panel_without_data_says_so() -> None:
    board = board_of(
        lines("Calls", "Now.", units.Short, Query("nothing")),
        bars("Tools", "By name.", units.Short, Query("nothing")),
        ranking("Models", "By cost.", units.Dollars, Query("nothing"), "cost"),
        spread("Spread", "Of waits.", units.Seconds, Query("nothing")),
        figure("Failed", "Of all.", units.PercentUnit, Query("nothing")),
    )
    picture = drawn(board)
    for box in insides(board):
        dots = dots_of(picture, box)
        (_, background), *_ = dots.most_common(1)
        assert 50 < sum(dots.values()) - background < sum(dots.values()) / 4


@pytest.mark.parametrize(
    ("panel", "colour"),
    [
        (lines("Wait", "Seconds.", units.Seconds, Query(HALF), colours={"": "green"}), DARK.named("blue")),
        (spread("Spread", "Of waits.", units.Seconds, Query("buckets")), (1.0, 0.48, 0.96, 1.0)),
    ],
    ids=lambda each: each.build().type_val if isinstance(each, boards.AnyPanel) else "",
)
def test_exemplars_are_drawn_where_they_are_wanted(panel: boards.AnyPanel, colour: Colour) -> None:
    """In a heatmap they let half of the heat through."""
    board = board_of(panel)
    seen = [near(dots_of(drawn(board, exemplars=wanted), inside(board)), colour) for wanted in (False, True)]
    assert seen[0] == 0
    assert seen[1] > 3


def test_a_sheet_has_the_first_board_large_and_the_others_beside_it() -> None:
    red, green, blue = (
        Image.new("RGB", (800, height), name) for height, name in ((800, "red"), (900, "lime"), (50, "blue"))
    )
    picture = sheet.draw([red, green, blue], DARK)
    assert picture.size[0] == 1600
    assert [picture.getpixel(place) for place in ((5, 5), (1590, 5), (1590, picture.height // 2 + 15))] == [
        (255, 0, 0),
        (0, 255, 0),
        (0, 0, 255),
    ]
    assert sheet.ordered({"voicetap-cost", "another", "voicetap-overview"}) == [
        "voicetap-overview",
        "voicetap-cost",
        "another",
    ]
    assert sheet.draw([red], DARK).size == (1600, 1600)


class Anything:
    """Some answer to any expression."""

    def at(self, promql: str, moment: float) -> list[Series]:
        return [Series({"le": "0.5", "model": "a"}, [(moment, 0.3)])]

    def between(self, promql: str, start: float, end: float, step: float) -> list[Series]:
        return [
            Series({"le": le, "model": "a"}, [(at, count) for at in (start, start + step)])
            for le, count in (("0.5", 0.3), ("+Inf", 0.4))
        ]

    def exemplars(self, promql: str, start: float, end: float) -> list[Exemplar]:
        return []


@pytest.mark.slow
@pytest.mark.parametrize("name", reading.names())
def test_every_board_can_be_drawn(name: str) -> None:
    board = reading.read(name)
    answers = composition.answers(Anything(), board, TIME)
    picture = composition.draw(board, answers, TIME, DARK, scale=1)
    for panel in board.panels:
        dots = dots_of(picture, composition.place_of(panel))
        assert sum(dots.values()) - max(dots.values()) > 20, panel.title
