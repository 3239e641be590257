"""What the OTEL_* variables want of pushed metrics: how often, cumulative or not, with exemplars or without.

OpenTelemetry specification, "Environment Variable Specification" (periodic exporting reader, exemplars) and "Metrics
Exporter - OTLP". Numbers have been looked at by `unusable.discard_unusable`; of a word that is not known the
default is taken, with a warning that does not quote it.
"""

import logging
from collections.abc import Mapping

from msgspec import Struct

from .bridge import CUMULATIVE, DELTA, LOW_MEMORY
from .streams import Instrument

log = logging.getLogger(__name__)

_TEMPORALITY = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE"
_AGGREGATION = "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION"
_EXEMPLARS = "OTEL_METRICS_EXEMPLAR_FILTER"


class Preferences(Struct, frozen=True):
    """Of metrics."""

    interval: float = 60.0
    """Seconds between two pushes."""
    timeout: float = 30.0
    """Seconds that a push may take."""
    differences: frozenset[Instrument] = CUMULATIVE
    """The instruments whose points are differences, over OTLP."""
    exemplars: bool = True


def read_preferences(environ: Mapping[str, str]) -> Preferences:
    """The preferences, each with a warning at most if it cannot be followed."""
    temporalities = {"cumulative": CUMULATIVE, "delta": DELTA, "lowmemory": LOW_MEMORY}
    # The registry holds exemplars of sampled spans alone, so that "always on" finds no others.
    filters = {"trace_based": True, "always_on": True, "always_off": False}
    aggregation = _word(environ, _AGGREGATION, ("explicit_bucket_histogram", "base2_exponential_bucket_histogram"))
    if aggregation == "base2_exponential_bucket_histogram":
        log.warning("%s: the buckets are those of /metrics, and cannot be made exponential", _AGGREGATION)
    return Preferences(
        interval=_milliseconds(environ, "OTEL_METRIC_EXPORT_INTERVAL", Preferences().interval),
        timeout=_milliseconds(environ, "OTEL_METRIC_EXPORT_TIMEOUT", Preferences().timeout),
        differences=temporalities[_word(environ, _TEMPORALITY, tuple(temporalities))],
        exemplars=filters[_word(environ, _EXEMPLARS, tuple(filters))],
    )


def _milliseconds(environ: Mapping[str, str], name: str, default: float) -> float:
    """In seconds."""
    value = environ.get(name, "").strip()
    return int(value) / 1000 if value else default


def _word(environ: Mapping[str, str], name: str, known: tuple[str, ...]) -> str:
    """One of these; the first is the default. Enumerations are to be read without regard to case."""
    value = environ.get(name, "").strip().lower()
    if value and value not in known:
        log.warning("%s: only %s are known; as if unset", name, ", ".join(known))
    return value if value in known else known[0]
