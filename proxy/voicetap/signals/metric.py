"""What the catalogue says of one metric, and its name in either dialect: Prometheus's and OpenTelemetry's."""

from enum import Enum

from msgspec import Struct

PREFIX = "voicetap"

_SUFFIXES = {"s": "_seconds", "By": "_bytes"}
"""What Prometheus puts into the name of a metric for its unit."""


class Kind(Enum):
    """Of a metric."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Metric(Struct, frozen=True):
    """One metric of the catalogue."""

    name: str
    """In Prometheus, without the prefix."""
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    unit: str = ""
    """In UCUM, as OpenTelemetry writes it: `s`, `By`, `1`, or what is counted, in braces."""
    buckets: tuple[float, ...] = ()
    """Upper bounds, in the unit of the name; `+Inf` is added."""

    @property
    def full_name(self) -> str:
        """In Prometheus."""
        return f"{PREFIX}_{self.name}"

    @property
    def otel_name(self) -> str:
        """In OpenTelemetry, where the unit and the kind are no part of the name.

        Prometheus adds them again to what it receives over OTLP (OpenTelemetry, Prometheus and OpenMetrics
        Compatibility), and so comes to `full_name`.
        """
        name = self.name.removesuffix("_total") if self.kind is Kind.COUNTER else self.name
        return f"{PREFIX}.{name.removesuffix(_SUFFIXES.get(self.unit, ''))}"
