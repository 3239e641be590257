"""A row for each series, its labels as columns."""

import math

from ..canvas import SMALL, Box, Canvas, shortened
from ..gathering import Answer
from ..reading import Panel, Unknown
from ..units import written
from . import nothing

_LINE = 30.0
_FIGURE = 0.3
"""Of the width, for the column of figures."""


def draw(canvas: Canvas, box: Box, panel: Panel, answer: Answer) -> None:
    """As many rows as there is room for. Raises Unknown."""
    name = figure_name(panel)
    labels = sorted({label for _, series in answer.series for label in series.labels})
    rows = sorted(
        ((series.labels, series.points[-1][1]) for _, series in answer.series),
        key=lambda row: -math.inf if math.isnan(row[1]) else row[1],
        reverse=True,
    )
    if not rows:
        nothing.draw(canvas, box, panel)
        return
    widths = [box.width * (1 - _FIGURE if labels else 0) / max(len(labels), 1)] * len(labels) + [box.width * _FIGURE]
    _draw_row(canvas, box, widths, [*labels, name], head=True)
    for number, (values, value) in enumerate(rows[: int(box.height / _LINE) - 1], 1):
        cells = [*(values.get(label, "") for label in labels), str(written(value, panel.unit, panel.decimals))]
        _draw_row(canvas, box.without(top=number * _LINE), widths, cells, head=False)


def figure_name(panel: Panel) -> str:
    """The title of the column of figures. Raises Unknown where the table is arranged in another way."""
    match panel.transformations:
        case (
            {"id": "organize", "options": {"excludeByName": {"Time": True}, "renameByName": {"Value": str(name)}}},
        ) if len(panel.targets) == 1 and panel.options["sortBy"] == [{"displayName": name, "desc": True}]:
            return name
    raise Unknown(f"{panel.title}: a table arranged by {panel.transformations}, {panel.options.get('sortBy')}")


def _draw_row(canvas: Canvas, box: Box, widths: list[float], cells: list[str], *, head: bool) -> None:
    left, middle = box.left, box.top + _LINE / 2
    colour = canvas.theme.named("blue") if head else canvas.theme.text
    for number, (cell, room) in enumerate(zip(cells, widths, strict=True)):
        text = shortened(cell, SMALL + 1, room - 12)
        if number == len(cells) - 1:
            canvas.text(left + room - 6, middle, text, SMALL + 1, colour, across="right")
        else:
            canvas.text(left + 6, middle, text, SMALL + 1, colour)
        left += room
    canvas.line([(box.left, box.top + _LINE), (box.right, box.top + _LINE)], canvas.theme.border)
