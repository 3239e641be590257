import json
import os

import prometheus_client
import pytest
from opentelemetry.proto.metrics.v1.metrics_pb2 import AGGREGATION_TEMPORALITY_DELTA
from prometheus_client import CollectorRegistry

from support.collector import collecting, collecting_grpc
from voicetap.signals import names
from voicetap.signals.otel.bridge import DELTA
from voicetap.signals.otel.environment import Compression, Exporter, Exports, Protocol
from voicetap.signals.otel.preferences import Preferences
from voicetap.signals.otel.quiet import quiet_exporters
from voicetap.signals.otel.way import Way
from voicetap.signals.otel.ways import ways


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("OTEL_")]:
        monkeypatch.delenv(name)
    quiet_exporters({})


@pytest.fixture
def registry() -> CollectorRegistry:
    registry = CollectorRegistry()
    metric = names.SILENT_SESSIONS
    prometheus_client.Counter(metric.full_name, metric.help, registry=registry)
    return registry


def otlp(protocol: Protocol, timeout: float = 10.0) -> Exports:
    return Exports((Exporter.OTLP,), protocol, timeout)


@pytest.mark.parametrize("protocol", list(Protocol))
def test_over_otlp_differences_are_sent_if_preferred(
    protocol: Protocol, registry: CollectorRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    with collecting_grpc() if protocol is Protocol.GRPC else collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint)
        (way,) = ways(otlp(protocol), Preferences(differences=DELTA), registry)
        assert way.push() is None
        way.stop()
    sent = collector.metrics["voicetap.silent_sessions"].sum
    assert sent.aggregation_temporality == AGGREGATION_TEMPORALITY_DELTA


def test_the_shorter_timeout_counts(registry: CollectorRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    given: list[float] = []

    class Recording(Way):
        def __init__(self, bridge: object, timeout: float, compression: Compression) -> None:
            given.append(timeout)

    monkeypatch.setattr("voicetap.signals.otel.metrics_over_http.MetricsOverHttp", Recording)
    list(ways(otlp(Protocol.HTTP, 10.0), Preferences(timeout=30.0), registry))
    list(ways(otlp(Protocol.HTTP, 10.0), Preferences(timeout=2.0), registry))
    assert given == [10.0, 2.0]


def test_requests_are_packed_as_asked(registry: CollectorRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint)
        for compression in Compression:
            (way,) = ways(Exports((Exporter.OTLP,), compression=compression), Preferences(), registry)
            assert way.push() is None
            way.stop()
    assert [request.headers.get("content-encoding") for request in collector.requests] == [None, "gzip", "deflate"]


def test_the_console_gets_json_and_never_differences(
    registry: CollectorRegistry, capfd: pytest.CaptureFixture[str]
) -> None:
    (way,) = ways(Exports((Exporter.CONSOLE,)), Preferences(differences=DELTA), registry)
    assert way.push() is None
    (metric,) = json.loads(capfd.readouterr().out)["resource_metrics"][0]["scope_metrics"][0]["metrics"]
    cumulative = 2
    assert (metric["name"], metric["data"]["aggregation_temporality"]) == ("voicetap.silent_sessions", cumulative)


@pytest.mark.parametrize(("wanted", "printed"), [(True, 1), (False, 0)])
def test_the_console_gets_exemplars_unless_they_are_filtered(
    wanted: bool, printed: int, capfd: pytest.CaptureFixture[str]
) -> None:
    registry = CollectorRegistry()
    metric = names.SILENT_SESSIONS
    counter = prometheus_client.Counter(metric.full_name, metric.help, registry=registry)
    counter.inc(1, {"trace_id": "00f067aa0ba902b7a3ce929d0e0e4736", "span_id": "00f067aa0ba902b7"})
    (way,) = ways(Exports((Exporter.CONSOLE,)), Preferences(exemplars=wanted), registry)
    way.push()
    assert capfd.readouterr().out.count('"trace_id"') == printed


def test_a_way_that_cannot_be_made_leaves_the_others(
    registry: CollectorRegistry,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: object) -> None:
        raise FileNotFoundError("sk-canary")

    monkeypatch.setattr("voicetap.signals.otel.metrics_over_http.MetricsOverHttp", fail)
    (console,) = ways(Exports((Exporter.OTLP, Exporter.CONSOLE)), Preferences(), registry)
    assert console.push() is None
    assert '"voicetap.silent_sessions"' in capfd.readouterr().out
    assert caplog.messages == ["no metrics go to otlp: FileNotFoundError"]
