"""Draws what is inside of a panel, by its kind."""

from collections.abc import Callable

from ..canvas import Box, Canvas
from ..gathering import Answer
from ..reading import Panel, Unknown
from . import bargauge, heatmap, stat, table, timeseries

Draw = Callable[[Canvas, Box, Panel, Answer], None]

KINDS: dict[str, Draw] = {
    "stat": stat.draw,
    "timeseries": timeseries.draw,
    "bargauge": bargauge.draw,
    "heatmap": heatmap.draw,
    "table": table.draw,
}
"""By Grafana's names of them; a row is a title, and `composition` writes it."""


def draw_of(panel: Panel) -> Draw:
    """What draws it. Raises Unknown."""
    if panel.kind not in KINDS:
        raise Unknown(f"{panel.title}: a panel of the kind {panel.kind}")
    return KINDS[panel.kind]
