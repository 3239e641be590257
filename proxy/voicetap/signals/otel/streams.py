"""What each family of the registry is in OpenTelemetry: name, unit and instrument of its metric stream.

The metrics of the catalogue have their own names. Those of the process and of Python have the names of OpenTelemetry's
semantic conventions (1.44, metrics of process and cpython, in development); what these do not know has no stream.
"""

from collections.abc import Callable, Mapping

from msgspec import Struct
from opentelemetry.sdk.metrics import Counter, Histogram, ObservableCounter, ObservableGauge, ObservableUpDownCounter
from opentelemetry.util.types import AttributeValue

from ..metric import Kind, Metric
from ..names import METRICS

Attributes = Mapping[str, AttributeValue]
Instrument = type[Counter | Histogram | ObservableCounter | ObservableGauge | ObservableUpDownCounter]


class Stream(Struct, frozen=True):
    """A metric stream (OpenTelemetry, metrics data model)."""

    name: str
    unit: str
    """In UCUM."""
    instrument: Instrument
    """What would have made it: what OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE goes by."""
    attributes: Callable[[Mapping[str, str]], Attributes] = dict
    """Labels -> attributes."""


_INSTRUMENTS: dict[Kind, Instrument] = {
    Kind.COUNTER: Counter,
    Kind.GAUGE: ObservableGauge,
    Kind.HISTOGRAM: Histogram,
}


def _family(metric: Metric) -> str:
    """The name of its family in a registry, where counters are without `_total`."""
    return metric.full_name.removesuffix("_total") if metric.kind is Kind.COUNTER else metric.full_name


def _generation(labels: Mapping[str, str]) -> Attributes:
    return {"cpython.gc.generation": int(labels["generation"])}


STREAMS = {
    **{_family(metric): Stream(metric.otel_name, metric.unit, _INSTRUMENTS[metric.kind]) for metric in METRICS},
    "process_cpu_seconds": Stream("process.cpu.time", "s", ObservableCounter),
    "process_resident_memory_bytes": Stream("process.memory.usage", "By", ObservableUpDownCounter),
    "process_virtual_memory_bytes": Stream("process.memory.virtual", "By", ObservableUpDownCounter),
    "process_open_fds": Stream("process.unix.file_descriptor.count", "{file_descriptor}", ObservableUpDownCounter),
    "python_gc_collections": Stream("cpython.gc.collections", "{collection}", ObservableCounter, _generation),
    "python_gc_objects_collected": Stream("cpython.gc.collected_objects", "{object}", ObservableCounter, _generation),
    "python_gc_objects_uncollectable": Stream(
        "cpython.gc.uncollectable_objects", "{object}", ObservableCounter, _generation
    ),
}
"""By the name of the family in the registry. Without one: process_max_fds, process_start_time_seconds, python_info."""
