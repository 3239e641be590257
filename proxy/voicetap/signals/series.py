"""Metrics of the catalogue in a Prometheus registry; the children of each are made once and kept.

`.labels()` costs six times what `.inc()` costs, so whoever counts often keeps the child.
"""

from collections.abc import Iterable, Iterator

import prometheus_client
from prometheus_client import CollectorRegistry

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
