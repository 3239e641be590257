"""How the samples of a histogram are spread over its buckets, as time goes on."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap

from ..asking import Exemplar
from ..canvas import SMALL, Box, Canvas
from ..gathering import Answer, Named
from ..reading import Panel, Unknown
from ..theme import Theme
from ..units import written
from . import axes as axes_of
from . import nothing

_SCALE_HEIGHT = 8.0
_SCALE_ROOM = 34.0
_SCALE_WIDTH = 220.0


class Bucket(NamedTuple):
    """Samples between the bound below and its own."""

    bound: float
    counts: dict[float, float]
    """By time."""


def draw(canvas: Canvas, box: Box, panel: Panel, answer: Answer) -> None:
    """Raises Unknown."""
    _check(panel)
    buckets = separated(answer.series)
    least = float(panel.options["filterValues"]["le"])
    highest = max((count for bucket in buckets for count in bucket.counts.values()), default=0.0)
    if highest <= least:
        nothing.draw(canvas, box, panel)
        return
    times = sorted({at for bucket in buckets for at in bucket.counts})
    counts = [[_seen(bucket.counts.get(at, 0.0), least) for at in times] for bucket in buckets]
    bounds = [_bound(bucket.bound, panel.unit) for bucket in buckets]
    graph = box.without(left=axes_of.room_for(bounds), top=8, right=6, bottom=axes_of.BELOW + _SCALE_ROOM)
    axes = canvas.plot(graph)
    every = math.ceil(len(bounds) * 15 / graph.height)
    places = list(range(1, len(bounds) + 1))[::-every]
    axes_of.label(canvas, axes, graph, answer.time, places, [bounds[place - 1] for place in places])
    axes.set_ylim(0, len(buckets))
    colours = _colours(panel, canvas.theme)
    edges = [times[0] - answer.step, *times]
    gap = {"edgecolors": canvas.theme.panel, "linewidth": panel.options["cellGap"] / 2}
    axes.pcolormesh(edges, range(len(buckets) + 1), counts, cmap=colours, vmin=0, vmax=highest, **gap)
    _draw_exemplars(canvas, axes, answer.exemplars, [bucket.bound for bucket in buckets], panel)
    scale = Box(box.left, box.bottom - _SCALE_HEIGHT - SMALL - 5, min(_SCALE_WIDTH, box.width), _SCALE_HEIGHT)
    _draw_scale(canvas, scale, colours, highest)


def separated(series: Sequence[Named]) -> list[Bucket]:
    """Buckets in ascending order, each without those below it, which Prometheus counts in: `le` is at most."""
    cumulative = [Bucket(float(name.replace("+Inf", "inf")), dict(one.points)) for name, one in series]
    below: dict[float, float] = {}
    buckets = []
    for bound, counts in sorted(cumulative, key=lambda bucket: bucket.bound):
        # Scrapes of several processes are not of one moment, so a sum may seem to fall.
        own = {at: max(count - below.get(at, 0.0), 0.0) for at, count in counts.items()}
        buckets.append(Bucket(bound, own))
        below = {**below, **counts}
    return buckets


def _check(panel: Panel) -> None:
    colour = panel.options["color"]
    if panel.options.get("calculate") or colour["mode"] != "scheme":
        raise Unknown(f"{panel.title}: a heatmap of {panel.options}")


def _seen(count: float, least: float) -> float:
    """Not a number where it is not drawn."""
    return count if count > least else math.nan


def _bound(bound: float, unit: str) -> str:
    return "∞" if math.isinf(bound) else str(written(bound, unit))


def _colours(panel: Panel, theme: Theme) -> ListedColormap:
    """Few is near the background: ColorBrewer's sequential schemes are turned around on a dark one."""
    shades = colormaps[panel.options["color"]["scheme"]].resampled(int(panel.options["color"]["steps"]))
    listed = [shades(place) for place in range(shades.N)]
    return ListedColormap(listed[::-1] if theme.is_dark else listed)


def _draw_exemplars(
    canvas: Canvas, axes: Axes, exemplars: tuple[Exemplar, ...], bounds: list[float], panel: Panel
) -> None:
    heights = [bisect_left(bounds, one.value) + 0.5 for one in exemplars]
    colour = canvas.theme.named(panel.options["exemplars"]["color"])
    axes.plot([one.at for one in exemplars], heights, "D", color=colour, markersize=3, markeredgewidth=0)


def _draw_scale(canvas: Canvas, box: Box, colours: ListedColormap, highest: float) -> None:
    axes = canvas.plot(box)
    axes.set_axis_off()
    axes.imshow([list(range(colours.N))], cmap=colours, aspect="auto")
    below = box.bottom + 3
    canvas.text(box.left, below, "0", SMALL, canvas.theme.weak, upright="top")
    canvas.text(box.right, below, str(written(highest, "short")), SMALL, canvas.theme.weak, "right", "top")
