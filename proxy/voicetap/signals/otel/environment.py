"""What the OTEL_* environment variables ask for: which signals go where, how, and what a batch of spans may be.

OpenTelemetry specification, "Environment Variable Specification" and "OpenTelemetry Protocol Exporter". What cannot be
used is warned of, by the variable's name alone, and is as if unset ("MUST be gracefully ignored"). Variables that are
not named here are read by the SDK itself.
"""

import importlib.util
import logging
from collections.abc import Mapping, MutableMapping
from enum import Enum

from msgspec import Struct

log = logging.getLogger(__name__)

Environ = Mapping[str, str]


class Exporter(Enum):
    """Where a signal goes."""

    OTLP = "otlp"
    CONSOLE = "console"


class Protocol(Enum):
    """How OTLP travels. `http/json` is not among them: the Python SDK has no exporter for it."""

    HTTP = "http/protobuf"
    GRPC = "grpc"


class Exports(Struct, frozen=True):
    """What is asked for of one signal."""

    exporters: tuple[Exporter, ...] = ()
    """Without doubles, in the order of the variable; empty: the signal is off."""
    protocol: Protocol = Protocol.HTTP
    timeout: float = 10.0
    """Seconds that one batch may take to reach the collector, its retries included."""


class Batches(Struct, frozen=True):
    """How spans are put together for the collector: `OTEL_BSP_*`."""

    waiting: int = 2048
    """Spans that may wait at most."""
    size: int = 512
    """Spans in a batch at most."""
    delay: float = 5.0
    """Seconds between two batches, unless one is full before."""


def is_disabled(environ: Environ) -> bool:
    """Whether `OTEL_SDK_DISABLED` turns all of it off."""
    return environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"


def read_traces(environ: Environ) -> Exports:
    """Where spans go.

    The specification's default is an OTLP exporter to localhost. Here that takes one variable at least: an exporter,
    or an OTLP endpoint; else every proxy without a collector beside it would knock on a closed port for ever.
    """
    endpoints = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
    default = Exporter.OTLP if any(_value(environ, name) for name in endpoints) else None
    return _exports(environ, "TRACES", default)


def read_metrics(environ: Environ) -> Exports:
    """Where metrics are pushed: only where `OTEL_METRICS_EXPORTER` says so, for /metrics is always there."""
    return _exports(environ, "METRICS", None)


def read_batches(environ: Environ) -> Batches:
    """How spans are batched; a batch is never larger than what may wait, which the SDK would refuse."""
    default = Batches()
    waiting = int(_value(environ, "OTEL_BSP_MAX_QUEUE_SIZE") or default.waiting)
    size = int(_value(environ, "OTEL_BSP_MAX_EXPORT_BATCH_SIZE") or default.size)
    delay = int(_value(environ, "OTEL_BSP_SCHEDULE_DELAY") or default.delay * 1000)
    return Batches(waiting, min(size, waiting), delay / 1000)


def discard_unusable(environ: MutableMapping[str, str]) -> None:
    """Take out the numbers that are none: the SDK, which reads os.environ, fails on some of them and ignores others.

    To be called once, before any of `read_batches`, `read_traces`, `read_metrics` and the SDK itself.
    """
    for names, least in ((_FROM_ONE, 1), (_FROM_ZERO, 0)):
        for name in names:
            value = _value(environ, name)
            if value and not (value.isascii() and value.isdigit() and int(value) >= least):
                log.warning("%s is no whole number from %d on; as if unset", name, least)
                del environ[name]


_FROM_ONE = (
    "OTEL_BSP_SCHEDULE_DELAY",
    "OTEL_BSP_EXPORT_TIMEOUT",
    "OTEL_BSP_MAX_QUEUE_SIZE",
    "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
    "OTEL_EXPORTER_OTLP_TIMEOUT",
    "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT",
    "OTEL_EXPORTER_OTLP_METRICS_TIMEOUT",
    "OTEL_METRIC_EXPORT_INTERVAL",
    "OTEL_METRIC_EXPORT_TIMEOUT",
)
_FROM_ZERO = (
    "OTEL_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_SPAN_EVENT_COUNT_LIMIT",
    "OTEL_SPAN_LINK_COUNT_LIMIT",
    "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT",
)


def _value(environ: Environ, name: str) -> str:
    """Empty where it is unset, as the specification has it."""
    return environ.get(name, "").strip()


def _exports(environ: Environ, signal: str, default: Exporter | None) -> Exports:
    if is_disabled(environ):
        return Exports()
    exporters = _exporters(environ, f"OTEL_{signal}_EXPORTER", default)
    if Exporter.OTLP not in exporters:
        return Exports(exporters)
    protocol = _protocol(environ, signal)
    if protocol is Protocol.GRPC and not _can_grpc():
        log.warning("OTLP over gRPC needs what `pip install voicetap[grpc]` installs; no %s are sent", signal.lower())
        exporters = tuple(exporter for exporter in exporters if exporter is not Exporter.OTLP)
    return Exports(exporters, protocol, _timeout(environ, signal))


def _exporters(environ: Environ, name: str, default: Exporter | None) -> tuple[Exporter, ...]:
    known = {exporter.value: exporter for exporter in Exporter}
    # Prometheus is what /metrics is.
    nothing_to_do = {"none", "prometheus"} if name == "OTEL_METRICS_EXPORTER" else {"none"}
    asked = [word for part in environ.get(name, "").split(",") if (word := part.strip().lower())]
    understood = [word for word in asked if word in known or word in nothing_to_do]
    if len(understood) < len(asked):
        log.warning("%s: only %s are known; the rest is as if unset", name, ", ".join([*known, *sorted(nothing_to_do)]))
    if not understood:
        return (default,) if default else ()
    return tuple(dict.fromkeys(known[word] for word in understood if word in known))


def _protocol(environ: Environ, signal: str) -> Protocol:
    name = f"OTEL_EXPORTER_OTLP_{signal}_PROTOCOL"
    if not _value(environ, name):
        name = "OTEL_EXPORTER_OTLP_PROTOCOL"
    value = _value(environ, name).lower()
    try:
        return Protocol(value) if value else Protocol.HTTP
    except ValueError:
        log.warning("%s: only http/protobuf and grpc are known; %s go by http/protobuf", name, signal.lower())
        return Protocol.HTTP


def _can_grpc() -> bool:
    try:
        return importlib.util.find_spec("opentelemetry.exporter.otlp.proto.grpc") is not None
    except ModuleNotFoundError:
        return False


def _timeout(environ: Environ, signal: str) -> float:
    """The variables are in milliseconds; the Python exporters, left alone, would take them for seconds."""
    for name in (f"OTEL_EXPORTER_OTLP_{signal}_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"):
        if value := _value(environ, name):
            return int(value) / 1000
    return Exports().timeout
