import logging

import pytest
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from voicetap.signals.otel.quiet import (
    API,
    THINNED_OUT,
    OncePerMinute,
    quiet_api,
    quiet_exporters,
    set_level,
    thin_out,
)

EXPORTERS = [
    "opentelemetry.exporter.otlp.proto.http.trace_exporter",
    "opentelemetry.exporter.otlp.common.http",
    "opentelemetry.exporter.otlp.proto.common._internal",
    "urllib3.connectionpool",
]


@pytest.fixture(autouse=True)
def levels(loggers: None) -> None:
    """As they come."""
    for name in [*THINNED_OUT, *API, *EXPORTERS, "opentelemetry"]:
        logging.getLogger(name).setLevel(logging.NOTSET)


@pytest.mark.parametrize("name", EXPORTERS)
def test_no_line_of_an_exporter_comes_out(name: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        logging.getLogger(name).error("said before")
        quiet_exporters({})
        logging.getLogger(name).critical("Failed to export: Bearer canary")
    assert caplog.messages == ["said before"]


def test_the_sdk_itself_has_the_level_that_is_asked_for(caplog: pytest.LogCaptureFixture) -> None:
    sdk = logging.getLogger("opentelemetry.sdk.trace")
    set_level({"OTEL_LOG_LEVEL": " Error"})
    sdk.warning("no")
    sdk.error("yes")
    quiet_exporters({"OTEL_LOG_LEVEL": "debug"})
    sdk.debug("all")
    logging.getLogger("opentelemetry.exporter.otlp").error("canary")
    set_level({"OTEL_LOG_LEVEL": "none"})
    sdk.critical("nothing")
    assert caplog.messages == ["yes", "all"]


@pytest.mark.parametrize("environ", [{}, {"OTEL_LOG_LEVEL": ""}, {"OTEL_LOG_LEVEL": "loud"}])
def test_no_level_and_an_unknown_one_change_nothing(environ: dict[str, str]) -> None:
    before = logging.getLogger("opentelemetry").level
    set_level(environ)
    assert logging.getLogger("opentelemetry").level == before


CLIENTS = {
    "no baggage": {"baggage": "canary"},
    "much baggage": {"baggage": ",".join(f"canary{number}=1" for number in range(200))},
    "long baggage": {"baggage": "canary=" + "x" * 9000},
    "baggage of no characters": {"baggage": "canary=\xe9"},
    "baggage without a key": {"baggage": "=canary,b;c=d"},
    "no trace state": {"tracestate": "canary"},
    "a trace state twice": {"tracestate": "canary=1,canary=2"},
    "many trace states": {"tracestate": ",".join(f"canary{number}=1" for number in range(40))},
    "no trace parent": {"traceparent": "canary"},
}


@pytest.mark.parametrize("fields", CLIENTS.values(), ids=CLIENTS.keys())
def test_no_client_makes_a_line(fields: dict[str, str], caplog: pytest.LogCaptureFixture) -> None:
    """By the propagators themselves, on the default ones of the specification."""
    from opentelemetry.propagate import extract

    quiet_exporters({"OTEL_LOG_LEVEL": "trace"})
    quiet_api()
    with caplog.at_level(logging.DEBUG):
        extract({"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", **fields})
    assert caplog.messages == []


def test_no_attribute_makes_a_line(caplog: pytest.LogCaptureFixture) -> None:
    """Where OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT or OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT is small, many exceed it."""
    quiet_api()
    provider = TracerProvider(
        sampler=ALWAYS_ON, shutdown_on_exit=False, span_limits=SpanLimits(max_attributes=1, max_attribute_length=1)
    )
    provider.get_tracer("test").start_span("a", attributes={"a": "long", "b": "long"}).end()
    assert caplog.messages == []


def test_without_it_a_client_would(caplog: pytest.LogCaptureFixture) -> None:
    from opentelemetry.propagate import extract

    extract({"baggage": "canary"})
    assert len(caplog.messages) == 1


# A provider that others have set


def test_each_exporter_is_heard_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    now = [1000.0]
    OncePerMinute(lambda: now[0]).replace("opentelemetry.exporter")
    exporters = [logging.getLogger(name) for name in EXPORTERS[:2]]
    for _ in range(121):
        for exporter in exporters:
            exporter.error("Failed to export %s", "spans")
        now[0] += 1.0
    assert [record.name for record in caplog.records] == EXPORTERS[:2] * 3


def test_others_are_heard_as_before(caplog: pytest.LogCaptureFixture) -> None:
    thin_out({})
    for _ in range(2):
        logging.getLogger("opentelemetry.instrumentation").warning("heard")
        logging.getLogger("opentelemetry.exporter.otlp").warning("heard once")
        logging.getLogger("opentelemetry.sdk._shared_internal").warning("and once")
    assert caplog.messages == ["heard", "heard once", "and once", "heard"]


def test_what_is_thinned_out_is_neither_silenced_nor_thinned_out_twice(caplog: pytest.LogCaptureFixture) -> None:
    """Where metrics are ours, and spans somebody else's."""
    thin_out({})
    quiet_exporters({})
    thin_out({})
    logging.getLogger(EXPORTERS[0]).error("heard")
    assert caplog.messages == ["heard"]


def test_thinned_out_they_have_the_level_that_is_asked_for(caplog: pytest.LogCaptureFixture) -> None:
    thin_out({"OTEL_LOG_LEVEL": "error"})
    logging.getLogger(EXPORTERS[0]).warning("not heard")
    logging.getLogger(EXPORTERS[0]).error("heard")
    assert caplog.messages == ["heard"]
