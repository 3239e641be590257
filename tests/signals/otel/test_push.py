"""A registry, a thread, and a collector on loopback that may misbehave."""

import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import prometheus_client
import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from support.collector import (
    Behaviour,
    Dripping,
    Echoing,
    Hanging,
    Pouring,
    Received,
    Refusal,
    Resetting,
    attributes,
    collecting,
    collecting_grpc,
    refused_endpoint,
)
from support.translated import Sample, exemplars, sample, translated
from voicetap import __version__
from voicetap.signals import names
from voicetap.signals.metric import Kind
from voicetap.signals.otel.push import Push, start_pushing

pytestmark = pytest.mark.slow  # collectors are waited for

SAMPLED = {"trace_id": "00f067aa0ba902b7a3ce929d0e0e4736", "span_id": "00f067aa0ba902b7"}
NEVER = "3600000"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """No OTEL_* variable but those that a test sets: a push over HTTP that comes with the end alone."""
    for name in [name for name in os.environ if name.startswith("OTEL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("OTEL_METRICS_EXPORTER", "otlp")
    monkeypatch.setenv("OTEL_METRIC_EXPORT_INTERVAL", NEVER)
    return monkeypatch.setenv


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    yield
    for thread in threading.enumerate():
        if thread.name == "metrics push":
            thread.join(5.0)
            assert not thread.is_alive()


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


class Drops:
    """Counts what did not arrive."""

    def __init__(self) -> None:
        self.total = 0
        self.changed = threading.Condition()

    def __call__(self, number: int) -> None:
        with self.changed:
            self.total += number
            self.changed.notify_all()

    def wait_for(self, number: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: self.total >= number, 10.0), self.total


@pytest.fixture
def drops() -> Drops:
    return Drops()


def pushing(registry: CollectorRegistry, drops: Drops) -> Push:
    push = start_pushing(os.environ, registry, drops)
    assert push is not None
    return push


def silent_sessions(registry: CollectorRegistry) -> prometheus_client.Counter:
    metric = names.SILENT_SESSIONS
    return prometheus_client.Counter(metric.full_name, metric.help, registry=registry)


KINDS: dict[Kind, Any] = {
    Kind.COUNTER: prometheus_client.Counter,
    Kind.GAUGE: prometheus_client.Gauge,
    Kind.HISTOGRAM: prometheus_client.Histogram,
}


def fill(registry: CollectorRegistry) -> None:
    """All metrics of the catalogue, with two children where there are labels, and an exemplar where there can be."""
    for number, metric in enumerate(names.METRICS, 1):
        buckets = {"buckets": metric.buckets} if metric.buckets else {}
        family = KINDS[metric.kind](metric.full_name, metric.help, metric.labels, registry=registry, **buckets)
        for child in range(2 if metric.labels else 1):
            one = family.labels(*(f"{label} {child}" for label in metric.labels)) if metric.labels else family
            match metric.kind:
                case Kind.COUNTER:
                    one.inc(number + child / 4, SAMPLED)
                case Kind.GAUGE:
                    one.set(-number)
                case Kind.HISTOGRAM:
                    for bound in (*metric.buckets[child:], metric.buckets[-1] * 2):
                        one.observe(bound, SAMPLED)


def exposed(registry: CollectorRegistry) -> set[Sample]:
    """What /metrics says."""
    return {
        sample(found.name, found.labels, found.value)
        for family in text_string_to_metric_families(generate_latest(registry).decode())
        for found in family.samples
        if not found.name.endswith("_created")
    }


def received(collector: Received) -> set[Sample]:
    """What a Prometheus would make of all that came."""
    return {found for metric in collector.metrics.values() for found in translated(metric)}


@pytest.mark.parametrize(
    "variables",
    [
        {"OTEL_METRICS_EXPORTER": ""},
        {"OTEL_METRICS_EXPORTER": "none"},
        {"OTEL_METRICS_EXPORTER": "prometheus"},
        {"OTEL_METRICS_EXPORTER": "otlp", "OTEL_SDK_DISABLED": "true"},
        {"OTEL_METRICS_EXPORTER": "", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"},
    ],
)
def test_nothing_is_pushed_unless_asked_for(
    variables: dict[str, str], environment: Callable[[str, str], None], registry: CollectorRegistry, drops: Drops
) -> None:
    for name, value in variables.items():
        environment(name, value)
    assert start_pushing(os.environ, registry, drops) is None


@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
def test_the_collector_gets_what_metrics_says(
    protocol: str, environment: Callable[[str, str], None], registry: CollectorRegistry, drops: Drops
) -> None:
    with collecting_grpc() if protocol == "grpc" else collecting() as collector:
        environment("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
        environment("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint)
        environment("OTEL_RESOURCE_ATTRIBUTES", "service.name=voice,service.instance.id=pod-1")
        push = pushing(registry, drops)
        fill(registry)
        push.stop(5.0)

    assert received(collector) == exposed(registry)
    assert drops.total == 0
    assert [request.path for request in collector.requests] == ["/v1/metrics"]
    assert set(collector.metrics) == {metric.otel_name for metric in names.METRICS}
    assert {name: (metric.unit, metric.description) for name, metric in collector.metrics.items()} == {
        metric.otel_name: (metric.unit, metric.help) for metric in names.METRICS
    }
    with_exemplars = {metric.otel_name for metric in names.METRICS if metric.kind is not Kind.GAUGE}
    carried = {name: exemplars(collector.metrics[name]) for name in with_exemplars}
    assert {(one.trace_id.hex(), one.span_id.hex()) for found in carried.values() for one in found} == {
        (SAMPLED["trace_id"], SAMPLED["span_id"])
    }
    assert [name for name, found in carried.items() if not found] == []

    (request,) = collector.metric_requests
    (of_resource,) = request.resource_metrics
    (of_scope,) = of_resource.scope_metrics
    assert (of_scope.scope.name, of_scope.scope.version) == ("voicetap", __version__)
    resource = attributes(of_resource.resource.attributes)
    named = ("service.name", "service.version", "service.instance.id")
    assert [resource[name] for name in named] == ["voice", __version__, "pod-1"]


def test_nothing_is_pushed_where_no_way_can_be_made(
    environment: Callable[[str, str], None],
    registry: CollectorRegistry,
    drops: Drops,
    caplog: pytest.LogCaptureFixture,
) -> None:
    pytest.importorskip("grpc")
    environment("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
    environment("OTEL_EXPORTER_OTLP_ENDPOINT", "https://127.0.0.1:9")
    environment("OTEL_PYTHON_EXPORTER_OTLP_GRPC_CREDENTIAL_PROVIDER", "sk-canary")
    assert start_pushing(os.environ, registry, drops) is None
    assert caplog.messages == ["no metrics go to otlp: RuntimeError"]


def test_a_push_comes_with_every_interval(
    environment: Callable[[str, str], None], registry: CollectorRegistry, drops: Drops
) -> None:
    silent_sessions(registry)
    with collecting() as collector:
        environment("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint)
        environment("OTEL_METRIC_EXPORT_INTERVAL", "20")
        push = pushing(registry, drops)
        first, *_, last = collector.await_requests(4)
        push.stop(5.0)
    assert last.at - first.at >= 3 * 0.02


def test_exemplars_stay_out_if_they_are_filtered(
    environment: Callable[[str, str], None], registry: CollectorRegistry, drops: Drops
) -> None:
    with collecting() as collector:
        environment("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint)
        environment("OTEL_METRICS_EXEMPLAR_FILTER", "always_off")
        push = pushing(registry, drops)
        silent_sessions(registry).inc(1, SAMPLED)
        push.stop(5.0)
    assert exemplars(collector.metrics["voicetap.silent_sessions"]) == []


def test_a_collector_and_the_console_each_get_all_of_it(
    environment: Callable[[str, str], None],
    registry: CollectorRegistry,
    drops: Drops,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with collecting() as collector:
        environment("OTEL_METRICS_EXPORTER", "console,otlp")
        environment("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint)
        push = pushing(registry, drops)
        silent_sessions(registry).inc(1, SAMPLED)
        push.stop(5.0)
    assert len(exemplars(collector.metrics["voicetap.silent_sessions"])) == 1
    assert '"voicetap.silent_sessions"' in capfd.readouterr().out


class Failing(Collector):
    """A collector that fails the first time."""

    failed = False

    def describe(self) -> Iterable[prometheus_client.Metric]:
        """Asked for when it is registered."""
        return ()

    def collect(self) -> Iterable[prometheus_client.Metric]:
        if not self.failed:
            self.failed = True
            raise RuntimeError("sk-canary")
        return ()


def test_a_registry_that_fails_once_costs_one_push(
    environment: Callable[[str, str], None],
    registry: CollectorRegistry,
    drops: Drops,
    caplog: pytest.LogCaptureFixture,
) -> None:
    silent_sessions(registry).inc()
    with collecting() as collector:
        environment("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint)
        environment("OTEL_METRIC_EXPORT_INTERVAL", "20")
        registry.register(failing := Failing())
        push = pushing(registry, drops)
        collector.await_requests(1)
        push.stop(5.0)
    assert failing.failed
    assert drops.total == 1
    assert "sk-canary" not in caplog.text


MISBEHAVIOUR = {
    "hangs": (Hanging(), "gave up at exit"),
    "drips its head": (Dripping(), "gave up at exit"),
    "drips its body": (Dripping(b"HTTP/1.1 500 No\r\nContent-Length: 4096\r\n\r\n"), "gave up at exit"),
    "is busy": (Refusal(503), "gave up at exit"),
    "resets": (Resetting(), "gave up at exit"),
    "asks for an hour": (Refusal(429, {"Retry-After": "3600"}), "HTTP 429"),
    "fails": (Refusal(500), "HTTP 500"),
    "pours an error": (Pouring(500), "HTTP 500"),
    "quotes": (Echoing(401), "HTTP 401"),
    "sends elsewhere": (Refusal(307, {"Location": "http://127.0.0.1:9/sk-canary"}), "HTTP 307"),
}


@pytest.mark.parametrize(("behaviour", "reason"), MISBEHAVIOUR.values(), ids=MISBEHAVIOUR.keys())
def test_a_collector_that_misbehaves_costs_a_count_and_a_line_and_no_time(
    behaviour: Behaviour,
    reason: str,
    environment: Callable[[str, str], None],
    registry: CollectorRegistry,
    drops: Drops,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    silent_sessions(registry)
    with collecting(behaviour) as collector:
        environment("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint.replace("//", "//user:sk-canary@"))
        environment("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20sk-canary")
        push = pushing(registry, drops)
        began = time.monotonic()
        push.stop(0.5)
        assert time.monotonic() - began < 1.5
    assert drops.total == 1
    assert caplog.messages == [f"1 push of metrics did not reach the collector: {reason} (1)"]
    assert "sk-canary" not in caplog.text


@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
def test_a_closed_port_is_told_of_once_a_minute(
    protocol: str,
    environment: Callable[[str, str], None],
    registry: CollectorRegistry,
    drops: Drops,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    environment("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
    environment("OTEL_EXPORTER_OTLP_ENDPOINT", refused_endpoint())
    environment("OTEL_METRIC_EXPORT_INTERVAL", "20")
    environment("OTEL_METRIC_EXPORT_TIMEOUT", "100")
    silent_sessions(registry)
    push = pushing(registry, drops)
    drops.wait_for(3)
    assert [message.partition(": ")[0] for message in caplog.messages] == [
        "1 push of metrics did not reach the collector"
    ]
    push.stop(5.0)
    reasons = ("gRPC UNAVAILABLE", "gRPC DEADLINE_EXCEEDED") if protocol == "grpc" else ("ConnectionRefusedError",)
    first, rest = (message.partition(": ")[2] for message in caplog.messages)
    assert first in [f"{reason} (1)" for reason in reasons]
    told = dict(part.rstrip(")").rsplit(" (", 1) for part in rest.split(", "))
    assert told.keys() <= set(reasons)
    assert sum(map(int, told.values())) == drops.total - 1


def test_the_export_timeout_ends_a_push(
    environment: Callable[[str, str], None],
    registry: CollectorRegistry,
    drops: Drops,
    caplog: pytest.LogCaptureFixture,
) -> None:
    silent_sessions(registry)
    with collecting(Hanging()) as collector:
        environment("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint)
        environment("OTEL_METRIC_EXPORT_TIMEOUT", "100")
        pushing(registry, drops).stop(5.0)
    assert (drops.total, caplog.messages) == (1, ["1 push of metrics did not reach the collector: TimeoutError (1)"])


def test_variables_that_cannot_be_used_are_as_if_unset(
    environment: Callable[[str, str], None], registry: CollectorRegistry, drops: Drops
) -> None:
    silent_sessions(registry)
    with collecting() as collector:
        environment("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint)
        for name in ("OTEL_METRIC_EXPORT_INTERVAL", "OTEL_METRIC_EXPORT_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"):
            environment(name, "soon")
        pushing(registry, drops).stop(5.0)
    assert len(collector.requests) == 1


@pytest.mark.parametrize("value", ["99999999999999999", "9" * 5000])
def test_an_interval_without_end_is_as_if_unset(
    value: str,
    environment: Callable[[str, str], None],
    registry: CollectorRegistry,
    drops: Drops,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It would overflow in the thread that pushes."""
    silent_sessions(registry)
    with collecting() as collector:
        environment("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint)
        environment("OTEL_METRIC_EXPORT_INTERVAL", value)
        pushing(registry, drops).stop(5.0)
    assert len(collector.requests) == 1
    assert caplog.messages == ["OTEL_METRIC_EXPORT_INTERVAL is no whole number from 1 to 2147483647; as if unset"]


PROCESS = """
import os, time
from prometheus_client import CollectorRegistry, Counter
from voicetap.signals.otel.push import start_pushing
registry = CollectorRegistry()
Counter("voicetap_silent_sessions", "", registry=registry)
push = start_pushing(os.environ, registry, lambda number: None)
print(time.monotonic(), flush=True)
push.stop(1.0)
"""


def ended(protocol: str, endpoint: str) -> tuple[list[str], float]:
    """The lines on standard error of a process that pushes there and ends, and the seconds that the end took."""
    if protocol == "grpc":
        pytest.importorskip("grpc")
    variables = {"OTEL_EXPORTER_OTLP_PROTOCOL": protocol, "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}
    command = [sys.executable, "-c", PROCESS]
    done = subprocess.run(command, env={**os.environ, **variables}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stderr.splitlines(), time.monotonic() - float(done.stdout)


@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
def test_a_process_ends_although_its_collector_hangs(protocol: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        lines, seconds = ended(protocol, f"http://127.0.0.1:{silent.getsockname()[1]}")
    assert lines == ["1 push of metrics did not reach the collector: gave up at exit (1)"]
    assert seconds < 3.0


@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
def test_libraries_beneath_say_nothing_of_their_own(protocol: str) -> None:
    with collecting() as collector:
        lines, _ = ended(protocol, collector.endpoint.replace("http:", "https:"))
    assert [line.partition(": ")[0] for line in lines] == ["1 push of metrics did not reach the collector"]
