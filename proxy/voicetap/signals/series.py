"""Metrics of the catalogue in a Prometheus registry; the children of each are made once and kept.

`.labels()` costs six times what `.inc()` costs, so whoever counts often keeps the child. What is counted with every
event is a Tally: `.inc()` itself would be a tenth of all that observing an event costs.
"""

from collections.abc import Iterable, Iterator

import prometheus_client
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from .names import PREFIX, Metric


def _without_created(families: Iterable[prometheus_client.Metric]) -> Iterator[prometheus_client.Metric]:
    """A `_created` for each series would double their number; the library's switch is one for the whole process."""
    for family in families:
        family.samples = [sample for sample in family.samples if not sample.name.endswith("_created")]
        yield family


class Counter(prometheus_client.Counter):
    """A counter without `_created`."""

    def collect(self) -> Iterable[prometheus_client.Metric]:
        """The samples of all children."""
        return _without_created(super().collect())


class Histogram(prometheus_client.Histogram):
    """A histogram without `_created`."""

    def collect(self) -> Iterable[prometheus_client.Metric]:
        """The samples of all children."""
        return _without_created(super().collect())


class Tally(Collector):
    """A counter whose children are plain numbers in a dictionary, which a scrape copies.

    Only the event loop's thread counts, so there is no lock; a scrape in another thread sees each number before or
    after an addition.
    """

    def __init__(self, metric: Metric, registry: CollectorRegistry, children: Iterable[tuple[str, ...]]) -> None:
        """Registers it, with these children at 0."""
        self._metric = metric
        self._counts = dict.fromkeys(children, 0)
        registry.register(self)

    def count(self, values: tuple[str, ...], amount: int = 1) -> None:
        """Add to the child with these label values; it comes into being if need be, so they must be bounded."""
        self._counts[values] = self._counts.get(values, 0) + amount

    def collect(self) -> Iterable[prometheus_client.Metric]:
        """The samples of all children."""
        family = CounterMetricFamily(PREFIX + self._metric.name, self._metric.help, labels=self._metric.labels)
        for values, number in self._counts.copy().items():
            family.add_metric(values, number)
        yield family


def counter(metric: Metric, registry: CollectorRegistry, children: Iterable[tuple[str, ...]] = ()) -> Counter:
    """The counter, with these children at 0."""
    made = Counter(PREFIX + metric.name, metric.help, metric.labels, registry=registry)
    for values in children:
        made.labels(*values)
    return made


def gauge(metric: Metric, registry: CollectorRegistry) -> prometheus_client.Gauge:
    """The gauge, at 0 where it has no labels."""
    return prometheus_client.Gauge(PREFIX + metric.name, metric.help, metric.labels, registry=registry)


def histogram(metric: Metric, registry: CollectorRegistry) -> Histogram:
    """The histogram, empty where it has no labels."""
    return Histogram(PREFIX + metric.name, metric.help, metric.labels, registry=registry, buckets=metric.buckets)
