"""The axes of lines and heatmaps: time below, in UTC, and a unit to the left."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from ..canvas import SMALL, Box, Canvas, width
from ..gathering import Time
from ..units import BINARY, written

BELOW = 22.0
"""What the times take."""
_STEPS = (1, 5, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800)
_APART = 80.0
_ABOVE_EACH_OTHER = 38.0


def time_ticks(time: Time, pixels: float) -> tuple[list[int], list[str]]:
    """Where they are, and what is written there."""
    most = max(pixels / _APART, 1)
    step = next((each for each in _STEPS if time.seconds / each <= most), _STEPS[-1])
    places = list(range(math.ceil(time.start / step) * step, time.end + 1, step))
    form = "%H:%M:%S" if step < 60 else "%H:%M" if step < 86400 else "%m/%d"
    return places, [datetime.fromtimestamp(place, UTC).strftime(form) for place in places]


def value_ticks(top: float, unit: str, pixels: float, decimals: int | None = None) -> tuple[list[float], list[str]]:
    """From 0 to `top`, at whole multiples of 1, 2, 2.5 or 5."""
    factor = 1024.0 ** max(math.floor(math.log(top, 1024)), 0) if unit in BINARY and top > 0 else 1.0
    locator = MaxNLocator(nbins=max(int(pixels / _ABOVE_EACH_OTHER), 2), steps=[1, 2, 2.5, 5, 10])
    places = [float(place) * factor for place in locator.tick_values(0, top / factor)]
    places = [place for place in places if place <= top * 1.0001]
    return places, [str(written(round(place, 12), unit, decimals)) for place in places]


def room_for(labels: Sequence[str]) -> float:
    """To the left of the axes."""
    return max((width(label, SMALL) for label in labels), default=0) + 10


def label(canvas: Canvas, axes: Axes, box: Box, time: Time, places: Sequence[float], labels: Sequence[str]) -> None:
    """Write both, with a grid."""
    times, names = time_ticks(time, box.width)
    axes.set_xlim(time.start, time.end)
    axes.set_xticks(times, names)
    axes.set_yticks(places, labels)
    axes.grid(color=canvas.theme.grid, linewidth=1)
    axes.set_axisbelow(True)
