"""A result as a picture: processor time by peer, and added latency by number of sessions."""

from collections.abc import Sequence
from pathlib import Path
from statistics import median

import matplotlib as mpl

mpl.use("svg")
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from bench.figures import added_ms, good_turns
from bench.report import load
from bench.result import Result

_USUAL = 50
"""Sessions at which processor time is shown, where they were measured."""
_QUANTILES = {"p50": "p50", "p99": "p99", "p999": "p99.9"}
_LEAST_MS = 0.01
"""What is less, or less than nothing, is drawn here."""


def draw(results: Sequence[Result], path: Path) -> None:
    """Write the picture, in the format of the name's ending."""
    peers = [name for name in results[0].setting.peers if name != "direct"]
    colours = dict(zip(peers, pyplot.get_cmap("tab20").colors, strict=False))
    # Text stays text, and the same figures give the same file.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "bench", "font.size": 9}):
        figure = pyplot.figure(figsize=(11, 4.4 + 0.26 * len(peers)))
        grid = figure.add_gridspec(2, len(_QUANTILES), height_ratios=(0.6 + 0.26 * len(peers), 3.2))
        cost = figure.add_subplot(grid[0, :])
        first = figure.add_subplot(grid[1, 0])
        below = [first, *(figure.add_subplot(grid[1, column], sharey=first) for column in range(1, len(_QUANTILES)))]
        usual = next((result for result in results if result.setting.sessions == _USUAL), results[0])
        _costs(cost, usual, colours)
        for axes, which in zip(below, _QUANTILES, strict=True):
            _latencies(axes, results, which, colours)
        first.set_ylim(bottom=_LEAST_MS)
        first.set_ylabel(f"ms, median of the rounds; {_LEAST_MS} and less")
        figure.tight_layout()
        figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
        pyplot.close(figure)


def _costs(axes: Axes, result: Result, colours: dict[str, tuple[float, ...]]) -> None:
    """A bar a peer, the median; a line from the least to the most."""
    for place, (peer, colour) in enumerate(colours.items()):
        values = [turn.cpu_microseconds for turn in good_turns(result, peer) if turn.cpu_microseconds is not None]
        if values:
            middle = median(values)
            axes.barh(place, middle, color=colour)
            axes.plot([min(values), max(values)], [place, place], color="black", linewidth=1)
            axes.annotate(f" {middle:.1f}", (max(values), place), va="center")
    axes.set_yticks(range(len(colours)), colours)
    axes.invert_yaxis()
    axes.margins(x=0.08)
    axes.set_xlim(left=0)
    axes.set_title(
        f"processor time an event, µs: median, least and most of {result.setting.rounds} rounds; {load(result.setting)}"
    )
    axes.spines[["top", "right"]].set_visible(False)


def _latencies(axes: Axes, results: Sequence[Result], which: str, colours: dict[str, tuple[float, ...]]) -> None:
    """A line a peer."""
    for peer, colour in colours.items():
        points = [(place, added_ms(result, peer, which)) for place, result in enumerate(results)]
        there = [(place, max(_LEAST_MS, median(values))) for place, values in points if values]
        if there:
            axes.plot(*zip(*there, strict=True), marker="o", markersize=3, linewidth=1.2, color=colour, label=peer)
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_xticks(range(len(results)), [f"{result.setting.sessions:,}" for result in results])
    axes.grid(alpha=0.3)
    axes.set_xlabel("sessions")
    axes.set_title(f"added to the {_QUANTILES[which]}")
    axes.spines[["top", "right"]].set_visible(False)
