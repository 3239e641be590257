"""What a Prometheus makes of OTLP metrics that it receives.

The rule is "OTLP Metric points to Prometheus" of OpenTelemetry's "Prometheus and OpenMetrics Compatibility", as
Prometheus's own receiver applies it: what counts things has no unit, and `1` makes a ratio of a gauge alone.
"""

import math
import re
from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import NamedTuple

from opentelemetry.proto.metrics.v1.metrics_pb2 import Exemplar, Metric

from support.collector import attributes

UNITS = {"s": "seconds", "By": "bytes"}


class Sample(NamedTuple):
    """One line of an exposition, its labels sorted."""

    name: str
    labels: tuple[tuple[str, str], ...]
    value: float


def sample(name: str, labels: Mapping[str, object], value: float) -> Sample:
    """Label values are strings, and `le` is read as a number: `1` is `1.0`."""
    texts = {key: repr(float(str(text))) if key == "le" else str(text) for key, text in labels.items()}
    return Sample(name, tuple(sorted(texts.items())), value)


def translated_name(name: str, unit: str, kind: str) -> str:
    """In Prometheus; the kind is `counter`, `gauge` or `histogram`."""
    words = [word for word in re.split(r"[^a-zA-Z0-9:]+", name) if word]
    measure = re.sub(r"{[^}]*}", "", unit)
    measure = "" if measure == "1" else UNITS.get(measure, measure)
    if measure and measure not in words:
        words.append(measure)
    if kind == "counter":
        words = [*(word for word in words if word != "total"), "total"]
    if unit == "1" and kind == "gauge":
        words = [*(word for word in words if word != "ratio"), "ratio"]
    return "_".join(words)


def kind_of(metric: Metric) -> str:
    """A sum that can fall is a gauge."""
    if metric.HasField("histogram"):
        return "histogram"
    return "counter" if metric.HasField("sum") and metric.sum.is_monotonic else "gauge"


def translated(metric: Metric) -> Iterator[Sample]:
    """The samples of a cumulative metric."""
    kind = kind_of(metric)
    name = translated_name(metric.name, metric.unit, kind)
    if kind == "histogram":
        for point in metric.histogram.data_points:
            labels = attributes(point.attributes)
            bounds = [*point.explicit_bounds, math.inf]
            for bound, count in zip(bounds, accumulate(point.bucket_counts), strict=True):
                yield sample(f"{name}_bucket", {**labels, "le": bound}, count)
            yield sample(f"{name}_count", labels, point.count)
            yield sample(f"{name}_sum", labels, point.sum)
        return
    for point in (metric.sum if metric.HasField("sum") else metric.gauge).data_points:
        yield sample(name, attributes(point.attributes), point.as_double)


def exemplars(metric: Metric) -> list[Exemplar]:
    """Of all its points."""
    data = metric.histogram if metric.HasField("histogram") else metric.sum
    return [exemplar for point in data.data_points for exemplar in point.exemplars]
