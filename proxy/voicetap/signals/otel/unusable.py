"""Takes out of the environment what cannot be used of it; it is then as if unset.

OpenTelemetry specification, "Environment Variable Specification": empty values are as if unset; those that cannot be
understood MUST be warned of, and gracefully ignored. The SDK, which reads os.environ itself, fails on some of them,
partly at its import, ignores others silently, and quotes others. So nothing here imports it, and warnings have the
variable's name alone.
"""

import logging
from collections.abc import Callable, Iterator, MutableMapping
from functools import partial

from .environment import Compression, Environ, Protocol, protocol_of
from .quiet import LEVELS
from .values import certificates_fault, key_fault, number_fault, target_fault, url_fault, usable_headers, word_fault

log = logging.getLogger(__name__)

_Fault = Callable[[str], str | None]


def discard_unusable(environ: MutableMapping[str, str]) -> None:
    """Warn of each variable at most once. To be called before the SDK is imported, and before `environment` is read."""
    for name in [name for name in environ if name.startswith("OTEL_")]:
        value = environ[name].strip()
        if not value:
            del environ[name]
        elif value != environ[name]:
            environ[name] = value
    _discard(environ, _CHECKS)
    _discard(environ, dict(_endpoints(environ)))  # whose form depends on the protocol
    for name in _of_otlp("HEADERS"):
        _discard_headers(environ, name)


def _discard(environ: MutableMapping[str, str], checks: dict[str, _Fault]) -> None:
    for name, fault in checks.items():
        if name in environ and (found := fault(environ[name])):
            log.warning("%s %s; as if unset", name, found)
            del environ[name]


def _discard_headers(environ: MutableMapping[str, str], name: str) -> None:
    usable, is_all = usable_headers(environ.get(name, ""))
    if is_all:
        return
    log.warning("%s: only name=value, percent-encoded and with commas between, can be sent; the rest is left out", name)
    if usable:
        environ[name] = ",".join(usable)
    else:
        del environ[name]


def _endpoints(environ: Environ) -> Iterator[tuple[str, _Fault]]:
    for infix in _INFIXES:
        is_grpc = protocol_of(environ, infix) is Protocol.GRPC
        yield f"OTEL_EXPORTER_OTLP_{infix}ENDPOINT", target_fault if is_grpc else url_fault


_INFIXES = ("", "TRACES_", "METRICS_")


def _of_otlp(what: str) -> list[str]:
    """For both signals, and for each."""
    return [f"OTEL_EXPORTER_OTLP_{infix}{what}" for infix in _INFIXES]


_BOOLEANS = ("OTEL_SDK_DISABLED", *_of_otlp("INSECURE"))
_FROM_ONE = (
    "OTEL_BSP_SCHEDULE_DELAY",
    "OTEL_BSP_EXPORT_TIMEOUT",
    "OTEL_BSP_MAX_QUEUE_SIZE",
    "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
    *_of_otlp("TIMEOUT"),
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

_CHECKS: dict[str, _Fault] = {
    **dict.fromkeys(_FROM_ONE, partial(number_fault, least=1)),
    **dict.fromkeys(_FROM_ZERO, partial(number_fault, least=0)),
    **dict.fromkeys(_BOOLEANS, partial(word_fault, known=("true", "false"))),
    **dict.fromkeys(_of_otlp("PROTOCOL"), partial(word_fault, known=[each.value for each in Protocol])),
    **dict.fromkeys(_of_otlp("COMPRESSION"), partial(word_fault, known=[each.value for each in Compression])),
    **dict.fromkeys([*_of_otlp("CERTIFICATE"), *_of_otlp("CLIENT_CERTIFICATE")], certificates_fault),
    **dict.fromkeys(_of_otlp("CLIENT_KEY"), key_fault),
    "OTEL_LOG_LEVEL": partial(word_fault, known=LEVELS),
}
"""What is wrong with the value of a variable, if anything."""
