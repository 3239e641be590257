"""The registry as OTLP metrics: what it holds now, or what was added to it since the last push that arrived."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from math import isfinite

import prometheus_client
from msgspec import Struct
from opentelemetry.sdk.metrics import Counter, Exemplar, Histogram, ObservableCounter, ObservableUpDownCounter
from opentelemetry.sdk.metrics import export as otlp
from opentelemetry.sdk.metrics.export import AggregationTemporality, MetricsData
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from prometheus_client import CollectorRegistry
from prometheus_client.samples import Sample

from ... import __version__
from .streams import STREAMS, Instrument, Stream

SCOPE = InstrumentationScope("voicetap", __version__)

CUMULATIVE: frozenset[Instrument] = frozenset()
DELTA: frozenset[Instrument] = frozenset({Counter, ObservableCounter, Histogram})
LOW_MEMORY: frozenset[Instrument] = frozenset({Counter, Histogram})
"""Whose points are differences, by the value of OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE."""

_MONOTONIC = (Counter, ObservableCounter)
_NANOSECONDS = 1_000_000_000

_Labels = frozenset[tuple[str, str]]
_Numbers = tuple[float, ...]


class _Reading(Struct, frozen=True):
    """What was in the registry at one time."""

    at: int
    """Nanoseconds since 1970."""
    numbers: dict[tuple[str, _Labels], _Numbers] = {}
    """Of the series that are sent as differences: the value of a counter; bucket counts and sum of a histogram."""
    exemplars: dict[tuple[str, _Labels], prometheus_client.samples.Exemplar] = {}
    """Of counters, and of buckets by their `le`."""


class Bridge:
    """One registry, read by one thread, which says of each `collect` whether it was `delivered`."""

    def __init__(
        self,
        registry: CollectorRegistry,
        resource: Resource,
        *,
        differences: frozenset[Instrument] = CUMULATIVE,
        exemplars: bool = True,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        """`clock` gives nanoseconds since 1970; what the registry holds counts as having begun now."""
        self._registry = registry
        self._resource = resource
        self._differences = differences
        self._with_exemplars = exemplars
        self._clock = clock
        self._began = clock()
        self._delivered = self._collected = _Reading(self._began)

    def collect(self) -> MetricsData:
        """The registry now. Differences and exemplars are those since the last collect that was delivered."""
        # The wall clock may have been set back, and no point may end before it starts.
        reading = _Reading(max(self._clock(), self._delivered.at))
        metrics = [metric for family in self._registry.collect() for metric in self._metric(family, reading)]
        self._collected = reading
        scope_metrics = otlp.ScopeMetrics(SCOPE, metrics, schema_url="")
        return MetricsData([otlp.ResourceMetrics(self._resource, [scope_metrics], schema_url="")])

    def delivered(self) -> None:
        """What was collected last has arrived; what has not comes again, with what was added meanwhile."""
        self._delivered = self._collected

    def _metric(self, family: prometheus_client.Metric, reading: _Reading) -> Iterator[otlp.Metric]:
        """Nothing for a family without a stream, or without series yet."""
        stream = STREAMS.get(family.name)
        if stream is not None and family.samples:
            data = self._data(stream, family, reading)
            yield otlp.Metric(stream.name, family.documentation, stream.unit, data)

    def _data(self, stream: Stream, family: prometheus_client.Metric, reading: _Reading) -> otlp.DataT:
        temporality = (
            AggregationTemporality.DELTA
            if stream.instrument in self._differences
            else AggregationTemporality.CUMULATIVE
        )
        if stream.instrument is Histogram:
            points = [self._distribution(stream, series, reading) for series in _children(family.samples)]
            return otlp.Histogram(points, temporality)
        samples = [sample for sample in family.samples if not sample.name.endswith("_created")]
        numbers = [self._number(stream, sample, reading) for sample in samples]
        if stream.instrument in (*_MONOTONIC, ObservableUpDownCounter):
            return otlp.Sum(numbers, temporality, is_monotonic=stream.instrument in _MONOTONIC)
        return otlp.Gauge(numbers)

    def _number(self, stream: Stream, sample: Sample, reading: _Reading) -> otlp.NumberDataPoint:
        (value,) = self._since(stream, sample.labels, (float(sample.value),), reading)
        return otlp.NumberDataPoint(
            attributes=stream.attributes(sample.labels),
            start_time_unix_nano=self._start(stream),
            time_unix_nano=reading.at,
            value=value,
            exemplars=self._exemplars(stream, [sample], reading),
        )

    def _distribution(self, stream: Stream, child: "_Child", reading: _Reading) -> otlp.HistogramDataPoint:
        bounds = [float(bucket.labels["le"]) for bucket in child.buckets]
        upto = [0.0, *(bucket.value for bucket in child.buckets)]
        counts = [higher - lower for lower, higher in pairwise(upto)]
        *counts, total = self._since(stream, child.labels, (*counts, child.sum), reading)
        return otlp.HistogramDataPoint(
            attributes=stream.attributes(child.labels),
            start_time_unix_nano=self._start(stream),
            time_unix_nano=reading.at,
            count=int(sum(counts)),
            sum=total,
            bucket_counts=[int(count) for count in counts],
            explicit_bounds=[bound for bound in bounds if isfinite(bound)],
            min=None,  # type: ignore[arg-type]  # optional in OTLP, and nobody knows them
            max=None,  # type: ignore[arg-type]
            exemplars=self._exemplars(stream, child.buckets, reading),
        )

    def _start(self, stream: Stream) -> int:
        return self._delivered.at if stream.instrument in self._differences else self._began

    def _since(self, stream: Stream, labels: Mapping[str, str], numbers: _Numbers, reading: _Reading) -> _Numbers:
        """The numbers themselves, or what they have grown by."""
        if stream.instrument not in self._differences:
            return numbers
        key = (stream.name, frozenset(labels.items()))
        reading.numbers[key] = numbers
        before = self._delivered.numbers.get(key)
        if before is None:
            return numbers
        return tuple(now - then for now, then in zip(numbers, before, strict=True))

    def _exemplars(self, stream: Stream, samples: Iterable[Sample], reading: _Reading) -> list[Exemplar]:
        """Those that are new: the registry keeps each until another takes its place."""
        new = []
        for sample in samples if self._with_exemplars else ():
            if sample.exemplar is not None:
                key = (stream.name, frozenset(sample.labels.items()))
                reading.exemplars[key] = sample.exemplar
                if sample.exemplar != self._delivered.exemplars.get(key):
                    new.append(_exemplar(sample.exemplar))
        return new


class _Child(Struct):
    """One series of a histogram."""

    labels: dict[str, str]
    buckets: list[Sample] = []
    """Cumulative, in the order of their bounds, `+Inf` last."""
    sum: float = 0.0


def _children(samples: Iterable[Sample]) -> Iterable[_Child]:
    children: dict[_Labels, _Child] = {}
    for sample in samples:
        labels = {name: value for name, value in sample.labels.items() if name != "le"}
        child = children.setdefault(frozenset(labels.items()), _Child(labels))
        if sample.name.endswith("_bucket"):
            child.buckets.append(sample)
        elif sample.name.endswith("_sum"):
            child.sum = sample.value
    return children.values()


def _exemplar(found: prometheus_client.samples.Exemplar) -> Exemplar:
    labels = dict(found.labels)
    trace_id, span_id = labels.pop("trace_id", None), labels.pop("span_id", None)
    return Exemplar(
        filtered_attributes=labels,
        value=float(found.value),
        time_unix_nano=int(float(found.timestamp or 0) * _NANOSECONDS),
        span_id=int(span_id, 16) if span_id else None,
        trace_id=int(trace_id, 16) if trace_id else None,
    )
