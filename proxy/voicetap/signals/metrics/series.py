"""Metrics of the catalogue in a Prometheus registry, with children that are plain numbers.

Whoever counts keeps the child: it is found once, and counting is then one addition. The library's own classes take a
lock for each, look the child up again with `.labels()`, and put the time of the scrape on exemplars; its switch for
their `_created` series is one for the whole process.

The thread of the event loop counts, without a lock (others have to take one among themselves); a scrape in another
thread sees each number before or after an addition.
"""

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable
from itertools import accumulate
from math import inf
from typing import TypeVar

import prometheus_client
from msgspec import Struct
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, Exemplar, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from ..metric import Kind, Metric


class Trace(Struct, frozen=True, gc=False):
    """Where an exemplar leads: the span that a sample belongs to."""

    trace_id: str
    span_id: str
    at: float
    """When, in seconds since 1970."""

    def exemplar(self, value: float) -> Exemplar:
        """Of a sample of this value: 63 of the 128 characters that OpenMetrics allows for its labels."""
        return Exemplar({"trace_id": self.trace_id, "span_id": self.span_id}, value, self.at)


class Number:
    """One child of a counter or a gauge."""

    __slots__ = ("exemplar", "expected", "value")

    def __init__(self, expected: bool) -> None:
        self.value: float = 0
        self.expected = expected
        """It is exposed at 0 too."""
        self.exemplar: Exemplar | None = None

    def add(self, amount: float | None = 1, trace: Trace | None = None) -> None:
        """Count so much more; what is not known, or no number, is nothing."""
        if amount is not None and 0 <= amount < inf:
            self.value += amount
            if trace is not None:
                self.exemplar = trace.exemplar(amount)

    def move(self, difference: int) -> None:
        """Of a gauge: go up or down."""
        self.value += difference


class Numbers(Collector):
    """A counter or a gauge."""

    def __init__(self, metric: Metric, registry: CollectorRegistry, more_labels: Iterable[str] = ()) -> None:
        """Registers it; without labels it is there at 0."""
        self.metric = metric
        self._labels = (*metric.labels, *more_labels)
        self._children: dict[tuple[str, ...], Number] = {}
        registry.register(self)
        if not self._labels:
            self.child()

    def child(self, *values: str, expected: bool = True) -> Number:
        """The child with these label values, which must be bounded; one that is not expected is exposed from its first
        addition on."""
        found = self._children.get(values)
        if found is None:
            assert len(values) == len(self._labels), (self.metric.name, values)
            found = self._children[values] = Number(expected)
        return found

    def collect(self) -> Iterable[prometheus_client.Metric]:
        """The samples of all children."""
        metric = self.metric
        if metric.kind is Kind.COUNTER:
            counter = CounterMetricFamily(metric.full_name, metric.help, labels=self._labels)
            for values, child in self._children.copy().items():
                if child.expected or child.value:
                    counter.add_metric(values, child.value, exemplar=child.exemplar)
            yield counter
        else:
            gauge = GaugeMetricFamily(metric.full_name, metric.help, labels=self._labels)
            for values, child in self._children.copy().items():
                if child.expected or child.value:
                    gauge.add_metric(values, child.value)
            yield gauge


K = TypeVar("K", bound=Hashable)


class Children(dict[K, Number]):
    """Some children of a metric, by what they differ in: those that are foreseen, the others from their first use."""

    __slots__ = ("_family", "_values")

    def __init__(self, family: Numbers, values: Callable[[K], tuple[str, ...]], foreseen: Iterable[K]) -> None:
        """`values` gives the values of all labels, of which there must be few."""
        super().__init__({key: family.child(*values(key)) for key in foreseen})
        self._family = family
        self._values = values

    def __missing__(self, key: K) -> Number:
        found = self[key] = self._family.child(*self._values(key), expected=False)
        return found


class Distribution:
    """One child of a histogram."""

    __slots__ = ("_bounds", "counts", "exemplars", "expected", "sum")

    def __init__(self, bounds: tuple[float, ...], expected: bool) -> None:
        self._bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        """Of each bucket alone; the last is above all bounds."""
        self.exemplars: dict[int, Exemplar] = {}
        """By bucket."""
        self.sum = 0.0
        self.expected = expected
        """It is exposed while it is empty, too."""

    def observe(self, value: float | None, trace: Trace | None = None) -> None:
        """Take a sample; what is not known, or no number, is none."""
        if value is None or not 0 <= value < inf:
            return
        bucket = bisect_left(self._bounds, value)
        self.counts[bucket] += 1
        self.sum += value
        if trace is not None:
            self.exemplars[bucket] = trace.exemplar(value)


class Histogram(Collector):
    """A histogram."""

    def __init__(self, metric: Metric, registry: CollectorRegistry) -> None:
        """Registers it; without labels it is there, empty."""
        self._metric = metric
        self._bounds = [floatToGoString(bound) for bound in (*metric.buckets, inf)]  # type: ignore[no-untyped-call]
        self._children: dict[tuple[str, ...], Distribution] = {}
        registry.register(self)
        if not metric.labels:
            self.child()

    def child(self, *values: str, expected: bool = True) -> Distribution:
        """The child with these label values, as of Numbers."""
        found = self._children.get(values)
        if found is None:
            assert len(values) == len(self._metric.labels), (self._metric.name, values)
            found = self._children[values] = Distribution(self._metric.buckets, expected)
        return found

    def collect(self) -> Iterable[prometheus_client.Metric]:
        """The samples of all children."""
        family = HistogramMetricFamily(self._metric.full_name, self._metric.help, labels=self._metric.labels)
        for values, child in self._children.copy().items():
            counts = list(accumulate(child.counts.copy()))
            if child.expected or counts[-1]:
                buckets = [
                    (bound, count, child.exemplars.get(index))
                    for index, (bound, count) in enumerate(zip(self._bounds, counts, strict=True))
                ]
                family.add_metric(values, buckets, child.sum)  # type: ignore[arg-type]
        yield family
