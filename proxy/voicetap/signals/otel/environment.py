"""What the OTEL_* environment variables ask for: which signals go where, how, and what a batch of spans may be.

OpenTelemetry specification, "Environment Variable Specification" and "OpenTelemetry Protocol Exporter". `unusable` has
taken out most of what cannot be used; of the rest the variable's name alone is warned of, and it is as if unset.
Variables that are not named here are read by the SDK itself.
"""

import importlib.util
import logging
from collections.abc import Mapping
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


class Compression(Enum):
    """How a request is packed. The specification knows no `deflate`, and the SDK only over HTTP."""

    NONE = "none"
    GZIP = "gzip"
    DEFLATE = "deflate"


class Exports(Struct, frozen=True):
    """What is asked for of one signal."""

    exporters: tuple[Exporter, ...] = ()
    """Without doubles, in the order of the variable; empty: the signal is off."""
    protocol: Protocol = Protocol.HTTP
    timeout: float = 10.0
    """Seconds that one batch may take to reach the collector, its retries included."""
    compression: Compression = Compression.NONE


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


def protocol_of(environ: Environ, infix: str) -> Protocol:
    """How a signal travels (`TRACES_`, `METRICS_`); without one, those that have no variable of their own."""
    value = _value(environ, f"OTEL_EXPORTER_OTLP_{infix}PROTOCOL") or _value(environ, "OTEL_EXPORTER_OTLP_PROTOCOL")
    return Protocol(value.lower()) if value else Protocol.HTTP


def _value(environ: Environ, name: str) -> str:
    """Empty where it is unset, as the specification has it."""
    return environ.get(name, "").strip()


def _exports(environ: Environ, signal: str, default: Exporter | None) -> Exports:
    if is_disabled(environ):
        return Exports()
    exporters = _exporters(environ, f"OTEL_{signal}_EXPORTER", default)
    if Exporter.OTLP not in exporters:
        return Exports(exporters)
    protocol = protocol_of(environ, f"{signal}_")
    if protocol is Protocol.GRPC and not _can_grpc():
        log.warning("OTLP over gRPC needs what `pip install voicetap[grpc]` installs; no %s are sent", signal.lower())
        exporters = tuple(exporter for exporter in exporters if exporter is not Exporter.OTLP)
    return Exports(exporters, protocol, _timeout(environ, signal), _compression(environ, signal, protocol))


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


def _compression(environ: Environ, signal: str, protocol: Protocol) -> Compression:
    for name in (f"OTEL_EXPORTER_OTLP_{signal}_COMPRESSION", "OTEL_EXPORTER_OTLP_COMPRESSION"):
        if value := _value(environ, name):
            compression = Compression(value.lower())
            if compression is not Compression.DEFLATE or protocol is Protocol.HTTP:
                return compression
            log.warning("%s: there is no deflate over gRPC; as if unset for %s", name, signal.lower())
    return Compression.NONE
