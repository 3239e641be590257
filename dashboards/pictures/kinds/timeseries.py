"""Lines over time, or areas that add up, and their legend."""

import math
from collections.abc import Iterator
from typing import NamedTuple

from matplotlib.axes import Axes

from ..asking import Exemplar
from ..canvas import SMALL, Box, Canvas, shortened, width
from ..gathering import Answer
from ..reading import Panel, Unknown
from ..theme import Colour, Theme, faded
from . import axes as axes_of
from . import nothing

_LEGEND_LINE = 19.0
_MARK = 16.0
_GAP = 14.0
_PADDING = 0.1
"""Above the highest value."""
_ALL_ZERO = 100.0
"""The upper end of Grafana's axis where every value is 0, whatever the unit is."""


class Line(NamedTuple):
    """What is drawn of a series: a value for every step; NaN where there is none."""

    name: str
    colour: Colour
    values: list[float]
    width: float
    opacity: float
    """Of the area below it."""
    stacked: bool


def draw(canvas: Canvas, box: Box, panel: Panel, answer: Answer) -> None:
    """Raises Unknown."""
    _check(panel)
    if not any(series.points for _, series in answer.series):
        nothing.draw(canvas, box, panel)
        return
    times, lines = lines_of(canvas, panel, answer)
    rows = _arranged(lines, box.width)
    graph = box.without(bottom=_LEGEND_LINE * len(rows) + 4)
    top = upper_end(panel, [above for _, above in piled(lines)])
    places, labels = axes_of.value_ticks(top, panel.unit, graph.height - axes_of.BELOW, panel.decimals)
    graph = graph.without(left=axes_of.room_for(labels), top=6, right=6, bottom=axes_of.BELOW)
    axes = canvas.plot(graph)
    axes_of.label(canvas, axes, graph, answer.time, places, labels)
    axes.set_ylim(0, top)
    for line, (floor, values) in zip(lines, piled(lines), strict=True):
        _draw_line(axes, times, line, floor, values)
    _draw_limits(canvas, axes, panel)
    _draw_exemplars(canvas, axes, answer.exemplars, answer.step, top)
    for number, row in enumerate(rows):
        _draw_legend(canvas, box.left, box.bottom - _LEGEND_LINE * (len(rows) - number - 0.5), row)


def lines_of(canvas: Canvas, panel: Panel, answer: Answer) -> tuple[list[float], list[Line]]:
    """The times, which are common to all, and the lines."""
    start = min(series.points[0][0] for _, series in answer.series if series.points)
    end = max(series.points[-1][0] for _, series in answer.series if series.points)
    times = [start + number * answer.step for number in range(round((end - start) / answer.step) + 1)]
    lines = []
    for number, (name, series) in enumerate(answer.series):
        known = dict(series.points)
        values = [known.get(at, math.nan) for at in times]
        lines.append(_line(canvas.theme, panel, name, number, values))
    return times, lines


def piled(lines: list[Line]) -> list[tuple[list[float], list[float]]]:
    """Of each line, where its area begins and where it ends: the one below where they are stacked, else 0."""
    floor = [0.0] * len(lines[0].values)
    areas = []
    for line in lines:
        if line.stacked:
            above = [base + value for base, value in zip(floor, line.values, strict=True)]
            areas.append((floor, above))
            floor = [base if math.isnan(end) else end for base, end in zip(floor, above, strict=True)]
        else:
            areas.append(([0.0] * len(floor), line.values))
    return areas


def upper_end(panel: Panel, values: list[list[float]]) -> float:
    """Of the axis: the panel's own; else what is highest with a little room above it, or the soft end above that."""
    if "max" in panel.defaults:
        return float(panel.defaults["max"])
    highest = max((value for line in values for value in line if math.isfinite(value)), default=0.0)
    soft = float(panel.defaults["custom"].get("axisSoftMax", 0))
    return max(soft, highest * (1 + _PADDING)) if highest > soft else soft or _ALL_ZERO


def _check(panel: Panel) -> None:
    if panel.defaults.get("min", 0) != 0:
        raise Unknown(f"{panel.title}: an axis that begins at {panel.defaults['min']}")
    legend = panel.options["legend"]
    if (legend["displayMode"], legend["placement"], legend["calcs"]) != ("list", "bottom", []):
        raise Unknown(f"{panel.title}: a legend {legend}")
    custom = panel.defaults["custom"]
    known = {"axisSoftMax", "fillOpacity", "lineWidth", "showPoints", "stacking", "thresholdsStyle"}
    changed = {"color", "custom.fillOpacity", "custom.lineWidth", "custom.stacking"}
    unknown = (set(custom) - known).union(*(set(override) - changed for override in panel.overrides.values()))
    if unknown:
        raise Unknown(f"{panel.title}: {', '.join(sorted(unknown))}")


def _line(theme: Theme, panel: Panel, name: str, number: int, values: list[float]) -> Line:
    common = {f"custom.{key}": value for key, value in panel.defaults["custom"].items()}
    looks = {**common, **panel.overrides.get(name, {})}
    match looks.get("color", {"mode": "palette-classic"}):
        case {"mode": "fixed", "fixedColor": str(fixed)}:
            colour = theme.named(fixed)
        case {"mode": "palette-classic"}:
            colour = theme.classic(number)
        case color:
            raise Unknown(f"{panel.title}: coloured by {color}")
    stacking = looks.get("custom.stacking", {"mode": "none"})["mode"]
    if stacking not in ("none", "normal"):
        raise Unknown(f"{panel.title}: stacking {stacking}")
    opacity = looks["custom.fillOpacity"] / 100
    return Line(name, colour, values, looks["custom.lineWidth"], opacity, stacking == "normal")


def _draw_line(axes: Axes, times: list[float], line: Line, floor: list[float], values: list[float]) -> None:
    there = [not math.isnan(value) for value in values]
    axes.fill_between(times, floor, values, where=there, color=faded(line.colour, line.opacity), linewidth=0)
    axes.plot(times, values, color=line.colour, linewidth=line.width, solid_joinstyle="round")
    alone = [*_alone(values)]
    axes.plot([times[at] for at in alone], [values[at] for at in alone], "o", color=line.colour, markersize=4)


def _alone(values: list[float]) -> Iterator[int]:
    """Points without a neighbour, which no line shows."""
    padded = [math.nan, *values, math.nan]
    for at, (before, value, after) in enumerate(zip(padded, padded[1:], padded[2:], strict=False)):
        if math.isnan(before) and not math.isnan(value) and math.isnan(after):
            yield at


def _draw_limits(canvas: Canvas, axes: Axes, panel: Panel) -> None:
    match panel.defaults["custom"].get("thresholdsStyle", {"mode": "off"}):
        case {"mode": "off"}:
            return
        case {"mode": "dashed"}:
            for bound, colour in panel.steps.above:
                axes.axhline(bound, color=canvas.theme.named(colour), linewidth=1.5, dashes=(6, 4), clip_on=False)
        case style:
            raise Unknown(f"{panel.title}: thresholds drawn as {style}")


def _draw_exemplars(canvas: Canvas, axes: Axes, exemplars: tuple[Exemplar, ...], step: int, top: float) -> None:
    """The highest of each step; what is above the axis stands at its end, as Grafana has it."""
    highest: dict[float, Exemplar] = {}
    for one in sorted(exemplars, key=lambda each: each.value):
        highest[one.at // step] = one
    axes.plot(
        [one.at for one in highest.values()],
        [min(one.value, top) for one in highest.values()],
        *("D",),
        color=canvas.theme.named("blue"),
        markersize=4,
        clip_on=False,
    )


def _arranged(lines: list[Line], room: float) -> list[list[Line]]:
    """The legend's entries, in as many rows as they need."""
    rows: list[list[Line]] = [[]]
    left = 0.0
    for line in lines:
        needed = _MARK + 4 + width(line.name, SMALL) + _GAP
        if rows[-1] and left + needed - _GAP > room:
            rows.append([])
            left = 0.0
        rows[-1].append(line._replace(name=shortened(line.name, SMALL, room - _MARK - 4)))
        left += needed
    return rows


def _draw_legend(canvas: Canvas, left: float, top: float, lines: list[Line]) -> None:
    for line in lines:
        canvas.rectangle(Box(left, top - 2, _MARK - 2, 4), line.colour, radius=2)
        canvas.text(left + _MARK + 4, top, line.name, SMALL, canvas.theme.text)
        left += _MARK + 4 + width(line.name, SMALL) + _GAP
