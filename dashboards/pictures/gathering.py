"""Asks for all that a panel shows."""

from typing import NamedTuple

from ..interpolation import interpolated
from . import interval, legends
from .asking import Exemplar, Series, Source
from .reading import Panel


class Named(NamedTuple):
    """A series, under the name that the panel gives it."""

    name: str
    series: Series


class Time(NamedTuple):
    """The time range of a board; Unix seconds."""

    start: int
    end: int
    scrape_seconds: int
    """As Grafana's data source is told: 15, where it is told nothing."""

    @property
    def seconds(self) -> int:
        """How long it is."""
        return self.end - self.start


class Answer(NamedTuple):
    """What Prometheus says to the queries of one panel."""

    series: tuple[Named, ...]
    exemplars: tuple[Exemplar, ...]
    time: Time
    step: int
    """Between two points of a line, in seconds."""


def gather(source: Source, panel: Panel, time: Time, pixels: int, *, exemplars: bool = False) -> Answer:
    """Ask; a panel of so many pixels' width has about one point in each of them. Raises OSError, ValueError."""
    step = interval.step(time.seconds, pixels, time.scrape_seconds)
    rate_seconds = interval.rate_interval(step, time.scrape_seconds)
    start, end = interval.aligned(time.start, time.end, step)
    series: list[Named] = []
    points: list[Exemplar] = []
    for target in panel.targets:
        promql = interpolated(target.promql, range_seconds=time.seconds, rate_seconds=rate_seconds)
        found = source.at(promql, time.end) if target.instant else source.between(promql, start, end, step)
        series += [Named(legends.name(target.legend, one.labels, promql), one) for one in found]
        if exemplars and target.exemplars:
            points += source.exemplars(promql, time.start, time.end)
    return Answer(tuple(series), tuple(points), time, step)
