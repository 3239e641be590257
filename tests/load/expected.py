"""What functions of PromQL come to over one window, by an account of what happened in it."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate
from math import inf

from load.account import Account, Sample, Values, Wanted
from load.between import Between, Table, exactly
from voicetap.signals import names

BUCKETS = {metric.name: metric.buckets for metric in names.METRICS if metric.buckets}
"""Bounds of histograms: the catalogue says which there are, not what is in them."""

TIMED = ("underrun_seconds_total",)
"""Counters that add up how long things took."""


class Expected:
    """Over a window of `seconds`. `extrapolation` is by what Prometheus multiplies an increase: its samples lie a
    little within the window. `slack`: by how much what adds up times may be off, in seconds."""

    def __init__(self, account: Account, seconds: int, extrapolation: Between, slack: float) -> None:
        self.account = account
        self.seconds = seconds
        self._factor = extrapolation
        self._slack = slack

    def increase(self, metric: str, *by: str, **wanted: Wanted) -> Table:
        """Of a counter."""
        moved = self.account.moved(metric, by, **wanted)
        late = self._slack if metric in TIMED else 0.0
        return Table({key: Between(max(0.0, n - late), n + late) * self._factor for key, n in moved.items()})

    def rate(self, metric: str, *by: str, **wanted: Wanted) -> Table:
        """Of a counter, a second."""
        return self.increase(metric, *by, **wanted) / self.seconds

    def share(self, metric: str, part: dict[str, Wanted], *by: str, **wanted: Wanted) -> Table:
        """Of what a counter moved, the part with these labels: exact where it is nothing or all."""
        whole = self.account.moved(metric, by, **wanted)
        parts = self.account.moved(metric, by, **{**wanted, **part})
        return Table({key: self._part(exactly(parts.get(key, 0)), value) for key, value in whole.items() if value})

    def count(self, metric: str, *by: str, **wanted: Wanted) -> Table:
        """Of a histogram's samples."""
        return Table({k: exactly(len(s)) * self._factor for k, s in self._seen(metric, by, wanted).items()})

    def total(self, metric: str, *by: str, **wanted: Wanted) -> Table:
        """The sum of a histogram's samples."""
        return Table(
            {
                key: Between(sum(one.low for one in samples), sum(one.high for one in samples)) * self._factor
                for key, samples in self._seen(metric, by, wanted).items()
            }
        )

    def mean(self, metric: str, *by: str, **wanted: Wanted) -> Table:
        """Of a histogram's samples."""
        return self.total(metric, *by, **wanted) / self.count(metric, *by, **wanted)

    def within(self, metric: str, bound: float, *by: str, **wanted: Wanted) -> Table:
        """The share of a histogram's samples that are at most `bound`."""
        found = self._seen(metric, by, wanted)
        return Table({key: self._part(at_most(bound, samples), len(samples)) for key, samples in found.items()})

    def buckets(self, metric: str, **wanted: Wanted) -> Table:
        """The increase of each bucket, by `le`; each has those below it too."""
        samples = self._seen(metric, (), wanted).get((), [])
        return Table({(le(bound),): at_most(bound, samples) * self._factor for bound in (*BUCKETS[metric], inf)})

    def quantile(self, share: float, metric: str, *by: str, **wanted: Wanted) -> Table:
        """Somewhere in the bucket that has it."""
        found = self._seen(metric, by, wanted)
        return Table({key: self._quantile(share, BUCKETS[metric], samples) for key, samples in found.items()})

    def _quantile(self, share: float, bounds: Sequence[float], samples: list[Sample]) -> Between:
        below = [self._part(at_most(bound, samples), len(samples)) for bound in bounds]
        # The first bucket that may reach it, and the first that surely does; beyond the last bound there is only that.
        lowest = bisect_left([*accumulate((one.high for one in below), max)], share)
        highest = bisect_left([*accumulate((one.low for one in below), max)], share)
        ends = (0.0, *bounds, bounds[-1])
        return Between(min(ends[lowest], bounds[-1]), ends[highest + 1])

    def _part(self, part: Between, whole: float) -> Between:
        """Where each of the instances may have been extrapolated otherwise."""
        low, high = self._factor.low, self._factor.high
        return Between(
            part.low * low / (part.low * low + (whole - part.low) * high) if part.low else 0.0,
            part.high * high / (part.high * high + (whole - part.high) * low) if part.high else 0.0,
        )

    def _seen(self, metric: str, by: Sequence[str], wanted: dict[str, Wanted]) -> dict[Values, list[Sample]]:
        return self.account.seen(metric, by, **wanted)


def at_most(bound: float, samples: Iterable[Sample]) -> Between:
    """How many are, for certain and perhaps."""
    low, high = 0, 0
    for sample in samples:
        low += sample.high <= bound
        high += sample.low <= bound
    return Between(low, high)


def le(bound: float) -> str:
    """As it is a label."""
    return "+Inf" if bound == inf else repr(float(bound))
