"""From variables to spans at a collector, in this process; test_collectors.py has the whole product."""

import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON
from opentelemetry.trace import Link, NoOpTracerProvider, SpanContext, TraceFlags
from prometheus_client import CollectorRegistry

import voicetap
from support.collector import Behaviour, Collector, Hanging, Refusal, attributes, collecting, collecting_grpc
from voicetap.signals.otel import tracing
from voicetap.signals.otel.push import start_pushing
from voicetap.signals.otel.tracing import Tracing, start_tracing

SECONDS = 10.0


class Started:
    """start_tracing() with these variables alone."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self._tracings: list[Tracing] = []
        self.lost: list[int] = []
        for name in [name for name in os.environ if name.startswith("OTEL_")]:
            monkeypatch.delenv(name)

    def __call__(self, **variables: str) -> Tracing | None:
        for name, value in variables.items():
            self._monkeypatch.setenv(f"OTEL_{name}", value)
        found = start_tracing(os.environ, self.lost.append)
        self._tracings += [found] if found else []
        return found

    def surely(self, **variables: str) -> Tracing:
        found = self(**variables)
        assert found is not None
        return found

    def stop(self) -> None:
        for each in self._tracings:
            each.stop(0.0)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[Started]:
    started = Started(monkeypatch)
    yield started
    started.stop()


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


@pytest.mark.parametrize(
    "variables",
    [{}, {"SERVICE_NAME": "shop"}, {"METRICS_EXPORTER": "otlp"}, {"SDK_DISABLED": "true", "TRACES_EXPORTER": "otlp"}],
)
def test_it_is_off_silently_where_nothing_asks_for_it(
    variables: dict[str, str], started: Started, caplog: pytest.LogCaptureFixture
) -> None:
    assert started(**variables) is None
    assert caplog.messages == []


def test_spans_of_voicetap_arrive(started: Started, collector: Collector) -> None:
    tracing = started.surely(EXPORTER_OTLP_ENDPOINT=collector.endpoint)
    tracing.tracer.start_span("a", attributes={"n": 1}).end()
    tracing.stop(SECONDS)
    [request] = collector.trace_requests
    [scope] = request.resource_spans[0].scope_spans
    assert (scope.scope.name, scope.scope.version, scope.schema_url) == ("voicetap", voicetap.__version__, "")
    assert [(span.name, attributes(span.attributes)) for span in scope.spans] == [("a", {"n": 1})]
    assert collector.resource.items() >= {"service.name": "voicetap", "service.version": voicetap.__version__}.items()
    assert started.lost == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning:grpc")
def test_spans_arrive_over_grpc(started: Started) -> None:
    with collecting_grpc() as collector:
        tracing = started.surely(EXPORTER_OTLP_ENDPOINT=collector.endpoint, EXPORTER_OTLP_PROTOCOL="grpc")
        tracing.tracer.start_span("a").end()
        tracing.stop(SECONDS)
    assert [span.name for span in collector.spans] == ["a"]
    assert started.lost == []


def test_spans_go_to_the_console_too(started: Started, collector: Collector, capfd: pytest.CaptureFixture[str]) -> None:
    tracing = started.surely(TRACES_EXPORTER="console,otlp", EXPORTER_OTLP_ENDPOINT=collector.endpoint)
    tracing.tracer.start_span("seen twice").end()
    tracing.stop(SECONDS)
    assert '"name": "seen twice"' in capfd.readouterr().out
    assert [span.name for span in collector.spans] == ["seen twice"]


def test_the_sdk_goes_by_its_variables(started: Started, collector: Collector) -> None:
    tracing = started.surely(
        EXPORTER_OTLP_TRACES_ENDPOINT=f"{collector.endpoint}/here/traces",
        SERVICE_NAME="shop",
        RESOURCE_ATTRIBUTES="deployment.environment.name=test,service.version=7",
        SPAN_ATTRIBUTE_COUNT_LIMIT="2",
        ATTRIBUTE_VALUE_LENGTH_LIMIT="3",
        BSP_MAX_EXPORT_BATCH_SIZE="1",
    )
    for name in "ab":
        tracing.tracer.start_span(name, attributes={"a": 1, "b": 2, "c": "12345"}).end()
    tracing.stop(SECONDS)
    assert [request.path for request in collector.requests] == ["/here/traces"] * 2
    assert [attributes(span.attributes) for span in collector.spans] == [{"b": 2, "c": "123"}] * 2
    given = {"service.name": "shop", "service.version": "7", "deployment.environment.name": "test"}
    assert collector.resource.items() >= given.items()


@pytest.mark.parametrize(("sampler", "spans"), [("always_on", 1), ("always_off", 0), ("traceidratio", 0)])
def test_the_sampler_of_the_variables_decides(sampler: str, spans: int, started: Started, collector: Collector) -> None:
    tracing = started.surely(
        EXPORTER_OTLP_ENDPOINT=collector.endpoint, TRACES_SAMPLER=sampler, TRACES_SAMPLER_ARG="0.0"
    )
    tracing.tracer.start_span("a", Context()).end()
    tracing.stop(SECONDS)
    assert len(collector.spans) == spans


def test_a_turn_is_sampled_as_the_handshake_it_is_linked_to(started: Started, collector: Collector) -> None:
    tracing = started.surely(EXPORTER_OTLP_ENDPOINT=collector.endpoint, TRACES_SAMPLER="always_on")
    for flags in (TraceFlags.DEFAULT, TraceFlags.SAMPLED):
        handshake = SpanContext(1, 1, is_remote=False, trace_flags=TraceFlags(flags))
        turn = tracing.tracer.start_span("turn", Context(), links=[Link(handshake)])
        assert turn.is_recording() == (flags == TraceFlags.SAMPLED)


def test_numbers_that_are_none_do_not_stop_the_start(
    started: Started, collector: Collector, caplog: pytest.LogCaptureFixture
) -> None:
    tracing = started.surely(
        EXPORTER_OTLP_ENDPOINT=collector.endpoint,
        BSP_MAX_QUEUE_SIZE="10",  # less than a batch: the SDK by itself refuses
        BSP_SCHEDULE_DELAY="-1",
        SPAN_LINK_COUNT_LIMIT="many",
        TRACES_SAMPLER="traceidratio",
        TRACES_SAMPLER_ARG="50",
    )
    tracing.tracer.start_span("a").end()
    tracing.stop(SECONDS)
    assert len(collector.spans) == 1
    assert caplog.messages == [
        "OTEL_BSP_SCHEDULE_DELAY is no whole number from 1 to 2147483647; as if unset",
        "OTEL_SPAN_LINK_COUNT_LIMIT is no whole number from 0 to 2147483647; as if unset",
        "OTEL_TRACES_SAMPLER_ARG is no number from 0 to 1; as if unset",
    ]


UNUSABLE = {
    "BSP_SCHEDULE_DELAY": "99999999999999999",
    "BSP_MAX_QUEUE_SIZE": "1" + "0" * 20,
    "EXPORTER_OTLP_COMPRESSION": "zstd",
    "EXPORTER_OTLP_CERTIFICATE": "/nonexistent/canary",
    "EXPORTER_OTLP_HEADERS": "canary",
    "EXPORTER_OTLP_TRACES_ENDPOINT": "http://canary:port",
    "TRACES_SAMPLER": "canary",
    "LOG_LEVEL": "canary",
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning:grpc")
@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
def test_what_cannot_be_used_is_warned_of_by_name_and_as_if_unset(
    protocol: str, started: Started, caplog: pytest.LogCaptureFixture
) -> None:
    """Both signals read the variables, and one of them warns."""
    with collecting_grpc() if protocol == "grpc" else collecting() as collector:
        tracing = started.surely(
            EXPORTER_OTLP_ENDPOINT=collector.endpoint,
            EXPORTER_OTLP_PROTOCOL=protocol,
            TRACES_SAMPLER_ARG="",
            **UNUSABLE,
        )
        push = start_pushing({**os.environ, "OTEL_METRICS_EXPORTER": "otlp"}, CollectorRegistry(), lambda number: None)
        assert push is not None
        push.stop(SECONDS)
        tracing.tracer.start_span("a").end()
        tracing.stop(SECONDS)
    assert [span.name for span in collector.spans] == ["a"]
    names = [message.split()[0].rstrip(":").removeprefix("OTEL_") for message in caplog.messages]
    assert sorted(names) == sorted(UNUSABLE)
    assert "canary" not in caplog.text


@pytest.mark.filterwarnings("ignore::DeprecationWarning:grpc")
def test_deflate_over_grpc_costs_no_span(started: Started, caplog: pytest.LogCaptureFixture) -> None:
    with collecting_grpc() as collector:
        tracing = started.surely(
            EXPORTER_OTLP_ENDPOINT=collector.endpoint,
            EXPORTER_OTLP_PROTOCOL="grpc",
            EXPORTER_OTLP_COMPRESSION="deflate",
        )
        tracing.tracer.start_span("a").end()
        tracing.stop(SECONDS)
    assert [span.name for span in collector.spans] == ["a"]
    assert caplog.messages == ["OTEL_EXPORTER_OTLP_COMPRESSION: there is no deflate over gRPC; as if unset for traces"]


def test_an_endpoint_that_is_none_asks_for_nothing(started: Started, caplog: pytest.LogCaptureFixture) -> None:
    assert started(EXPORTER_OTLP_ENDPOINT="canary:4318") is None
    assert caplog.messages == [
        "OTEL_EXPORTER_OTLP_ENDPOINT is no URL that begins with http:// or https://; as if unset"
    ]


def test_an_exporter_that_cannot_be_made_does_not_stop_the_start(
    started: Started, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> None:
        raise FileNotFoundError("canary.pem")

    monkeypatch.setattr(tracing, "_sending", fail)
    assert started(TRACES_EXPORTER="otlp") is None
    assert caplog.messages == ["no spans go to otlp: FileNotFoundError"]


def test_the_file_of_declarative_configuration_is_not_read(
    started: Started, collector: Collector, caplog: pytest.LogCaptureFixture
) -> None:
    started.surely(CONFIG_FILE="otel.yaml", EXPORTER_OTLP_ENDPOINT=collector.endpoint)
    assert caplog.messages == [
        "OTEL_CONFIG_FILE is only read under opentelemetry-instrument; the other variables are used"
    ]


@pytest.mark.parametrize(
    ("behaviour", "reason"), [(Refusal(503, {"Retry-After": "3600"}), "HTTP 503"), (Hanging(), "gave up at exit")]
)
def test_what_does_not_arrive_is_counted_and_told_of_without_names(
    behaviour: Behaviour, reason: str, started: Started, caplog: pytest.LogCaptureFixture
) -> None:
    with collecting(behaviour) as collector:
        tracing = started.surely(
            EXPORTER_OTLP_ENDPOINT=collector.endpoint, EXPORTER_OTLP_HEADERS="authorization=canary"
        )
        for name in "abc":
            tracing.tracer.start_span(name).end()
        began = time.monotonic()
        tracing.stop(0.3)
        assert time.monotonic() - began < 2.0
    assert sum(started.lost) == 3
    assert caplog.messages == [f"3 spans did not reach the collector: {reason} (3)"]


# A provider that was there before


def _provided(monkeypatch: pytest.MonkeyPatch, provider: object) -> None:
    monkeypatch.setattr(tracing, "get_tracer_provider", lambda: provider)


def test_a_provider_that_is_set_is_used_and_left_as_it_was(started: Started, monkeypatch: pytest.MonkeyPatch) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(sampler=ALWAYS_ON, shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    _provided(monkeypatch, provider)
    tracing = started.surely(CONFIG_FILE="otel.yaml")
    tracing.tracer.start_span("a").end()
    assert [span.name for span in exporter.get_finished_spans()] == ["a"]
    assert provider.sampler is ALWAYS_ON


def test_its_sampler_decides_about_sessions(started: Started, monkeypatch: pytest.MonkeyPatch) -> None:
    _provided(monkeypatch, TracerProvider(sampler=ALWAYS_OFF, shutdown_on_exit=False))
    span = started.surely().tracer.start_span("a")
    assert not isinstance(span, ReadableSpan)


def test_its_exporter_has_a_line_a_minute(
    started: Started, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """By itself it logs each batch that fails."""
    caplog.set_level(logging.WARNING)
    for name in ("opentelemetry.exporter", "opentelemetry.exporter.otlp.proto.http.trace_exporter"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    provider = TracerProvider(sampler=ALWAYS_ON, shutdown_on_exit=False)
    with collecting(Refusal(500)) as collector:
        exporter = OTLPSpanExporter(f"{collector.endpoint}/v1/traces")
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        _provided(monkeypatch, provider)
        tracing = started.surely()
        for name in "abc":
            tracing.tracer.start_span(name).end()
        assert len(collector.requests) == 3
    assert caplog.messages == ["Failed to export spans batch code: 500, reason: Internal Server Error"]


def test_a_provider_of_another_make_is_used(started: Started, monkeypatch: pytest.MonkeyPatch) -> None:
    _provided(monkeypatch, NoOpTracerProvider())
    tracing = started.surely()
    assert not tracing.tracer.start_span("a").is_recording()
    tracing.stop(0.0)


def test_disabled_goes_before_a_provider(started: Started, monkeypatch: pytest.MonkeyPatch) -> None:
    _provided(monkeypatch, TracerProvider(shutdown_on_exit=False))
    assert started(SDK_DISABLED="true") is None


INSTRUMENTED = """
import os, sys, time
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)
from voicetap.signals.otel.tracing import start_tracing
tracing = start_tracing(os.environ, print)
tracing.tracer.start_span("a").end()
tracing.stop(0.2)
"""
"""What opentelemetry-instrument does, and then a short life of voicetap."""


def test_its_shutdown_at_exit_does_not_hang_on_the_collector() -> None:
    """By itself it would wait for the timeout of the exporter, 10 s."""
    with collecting(Hanging()) as collector:
        began = time.monotonic()
        subprocess.run(
            [sys.executable, "-c", INSTRUMENTED],
            env={"OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint},
            check=True,
            timeout=30,
        )
        assert time.monotonic() - began < 6.0
        assert len(collector.requests) == 1
