"""Figures: each on the colour of its state, or in it."""

from typing import NamedTuple

from ..asking import Series
from ..canvas import Box, Canvas, fitting, shortened, width
from ..gathering import Answer
from ..reading import Panel, Unknown
from ..theme import Colour, faded, on
from ..units import Written, written
from . import nothing
from .reducing import reduced

_LARGEST = 52.0
_NAME = 14.0
_GAP = 8.0
_PADDING = 8.0
_ABOVE_LINE = 0.78
"""Of the height, for the figure."""
_UNIT = 0.6
"""Of the size of the figure before it."""


class Figure(NamedTuple):
    """One of those in a panel."""

    name: str
    text: Written
    colour: Colour
    line: Series | None
    """Behind the figure."""


def draw(canvas: Canvas, box: Box, panel: Panel, answer: Answer) -> None:
    """All of them beside each other. Raises Unknown."""
    figures = figures_of(canvas, panel, answer)
    solid = _is_solid(panel)
    named = panel.options["textMode"] == "value_and_name" or len(figures) > 1
    room = (box.width - _GAP * (len(figures) - 1)) / len(figures)
    size = min(_size(figure, room, box.height, named=named) for figure in figures)
    for number, figure in enumerate(figures):
        place = Box(box.left + number * (room + _GAP), box.top, room, box.height)
        colour = figure.colour
        if solid:
            canvas.rectangle(place, colour, radius=3)
            colour = on(colour)
        if figure.line:
            _draw_line(canvas, place, figure.line, colour)
            place = place._replace(height=place.height * _ABOVE_LINE)
        centred = panel.options["justifyMode"] == "center"
        _draw_figure(canvas, place, figure, colour, size, named=named, centred=centred)


def figures_of(canvas: Canvas, panel: Panel, answer: Answer) -> list[Figure]:
    """What is shown; what Grafana shows in place of it where there is nothing."""
    figures = []
    for name, series in answer.series:
        value = reduced(panel, series)
        if value is not None:
            colour = canvas.theme.named(panel.steps.colour(value))
            line = series if panel.options["graphMode"] == "area" else None
            figures.append(Figure(name, written(value, panel.unit, panel.decimals), colour, line))
    none = Figure("", Written("", nothing.words(panel), ""), canvas.theme.named(panel.steps.bottom), None)
    return figures or [none]


def _is_solid(panel: Panel) -> bool:
    match panel.options["colorMode"]:
        case "background_solid":
            return True
        case "value":
            return False
        case mode:
            raise Unknown(f"{panel.title}: figures coloured by {mode}")


def _size(figure: Figure, width: float, height: float, *, named: bool) -> float:
    """Of its letters, so that it fits."""
    height = height * (_ABOVE_LINE if figure.line else 1) - (_NAME * 1.5 if named else 0)
    return fitting(str(figure.text), width - 2 * _PADDING, height - _PADDING, _LARGEST)


def _draw_figure(
    canvas: Canvas, box: Box, figure: Figure, colour: Colour, size: float, *, named: bool, centred: bool
) -> None:
    room = box.without(_PADDING, 0, _PADDING, 0)
    unit = size * _UNIT if size >= 26 else size * 0.8
    value = figure.text.sign + figure.text.number
    across = width(value, size) + (width(figure.text.unit, unit) + size * 0.06 if figure.text.unit else 0)
    left = room.left + (room.width - across) / 2 if centred else room.left
    middle = room.top + room.height / 2
    if named:
        middle += _NAME * 0.75
        name = shortened(figure.name, _NAME, room.width)
        canvas.text(room.left, middle - size / 2 - _NAME * 0.8, name, _NAME, canvas.theme.text)
    baseline = middle + size * 0.36
    canvas.text(left, baseline, value, size, colour, upright="baseline")
    canvas.text(left + across, baseline, figure.text.unit.strip(), unit, colour, across="right", upright="baseline")


def _draw_line(canvas: Canvas, box: Box, line: Series, colour: Colour) -> None:
    axes = canvas.plot(box.without(top=box.height * 0.7))
    axes.set_axis_off()
    times, values = zip(*line.points, strict=True)
    axes.fill_between(times, values, color=faded(colour, 0.3), linewidth=0)
    axes.plot(times, values, color=faded(colour, 0.9), linewidth=1)
    axes.set(xlim=(times[0], max(times[-1], times[0] + 1)), ylim=(0, max(*values, 1e-12)))
