"""A bar for each series, as long as its value."""

from matplotlib.colors import LinearSegmentedColormap

from ..canvas import SMALL, Box, Canvas, shortened, width
from ..gathering import Answer
from ..reading import Panel, Unknown
from ..theme import Colour, faded
from ..units import written
from . import nothing
from .reducing import reduced

_TALLEST = 46.0
_GAP = 8.0
_VALUE = 15.0
_SHADES = 24
_NAMES = 0.4
"""At most so much of the width."""


def draw(canvas: Canvas, box: Box, panel: Panel, answer: Answer) -> None:
    """From top to bottom in the order of the answer. Raises Unknown."""
    if (panel.options["orientation"], panel.options["displayMode"]) != ("horizontal", "gradient"):
        raise Unknown(f"{panel.title}: bars that are {panel.options['orientation']}, {panel.options['displayMode']}")
    values = [(name, reduced(panel, series)) for name, series in answer.series]
    bars = [(name, value) for name, value in values if value is not None]
    if not bars:
        nothing.draw(canvas, box, panel)
        return
    end = float(panel.defaults.get("max", max(value for _, value in bars))) or 1.0
    names = min(max(width(name, SMALL + 1) for name, _ in bars) + 12, box.width * _NAMES)
    figures = max(width(str(written(value, panel.unit, panel.decimals)), _VALUE) for _, value in bars) + 12
    height = min(_TALLEST, (box.height - _GAP * (len(bars) - 1)) / len(bars))
    top = box.top + (box.height - height * len(bars) - _GAP * (len(bars) - 1)) / 2
    for name, value in bars:
        row = Box(box.left, top, box.width, height)
        colour = canvas.theme.named(panel.steps.colour(value))
        middle = row.top + height / 2
        canvas.text(row.left, middle, shortened(name, SMALL + 1, names - 12), SMALL + 1, canvas.theme.text)
        canvas.rectangle(row.without(left=names, right=figures), faded(canvas.theme.text, 0.06), radius=2)
        _draw_bar(canvas, row.without(left=names, right=figures), value / end, colour)
        canvas.text(
            row.right,
            middle,
            str(written(value, panel.unit, panel.decimals)),
            min(_VALUE, height),
            colour,
            across="right",
        )
        top += height + _GAP


def _draw_bar(canvas: Canvas, box: Box, share: float, colour: Colour) -> None:
    length = box.width * min(max(share, 0), 1)
    if length < 1:
        return
    axes = canvas.plot(box._replace(width=length))
    axes.set_axis_off()
    shades = LinearSegmentedColormap.from_list("bar", [faded(colour, 0.35), colour], _SHADES)
    axes.imshow([list(range(shades.N))], cmap=shades, aspect="auto", extent=(0, 1, 0, 1))
    axes.plot([1, 1], [0, 1], color=colour, linewidth=3)
