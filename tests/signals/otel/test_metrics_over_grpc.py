import pytest
from opentelemetry.sdk.resources import Resource
from prometheus_client import CollectorRegistry, Counter

from support.collector import collecting_grpc, refused_endpoint
from voicetap.signals import names
from voicetap.signals.otel.bridge import Bridge
from voicetap.signals.otel.environment import Compression

pytest.importorskip("opentelemetry.exporter.otlp.proto.grpc", reason="needs the extra grpc")

from voicetap.signals.otel import metrics_over_grpc
from voicetap.signals.otel.metrics_over_grpc import MetricsOverGrpc


@pytest.fixture
def bridge() -> Bridge:
    registry = CollectorRegistry()
    metric = names.SILENT_SESSIONS
    Counter(metric.full_name, metric.help, registry=registry)
    return Bridge(registry, Resource({}))


@pytest.mark.filterwarnings("ignore::DeprecationWarning:grpc")
def test_metrics_arrive(bridge: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    with collecting_grpc() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint)
        way = MetricsOverGrpc(bridge, 10.0, Compression.GZIP)
        assert way.push() is None
        way.stop()
    assert list(collector.metrics) == ["voicetap.silent_sessions"]


def test_nobody_there_has_a_status_and_no_line(
    bridge: Bridge, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", refused_endpoint())
    way = MetricsOverGrpc(bridge, 0.5)
    assert way.push() in ("gRPC UNAVAILABLE", "gRPC DEADLINE_EXCEEDED")
    way.stop()
    assert caplog.messages == []


def test_a_push_that_was_not_made_has_no_status_of_one_before(bridge: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", refused_endpoint())
    way = MetricsOverGrpc(bridge, 0.5)
    assert way.push() != "not sendable"
    way.stop()
    assert way.push() == "not sendable"


def test_requests_are_packed_as_asked(bridge: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the variable says: it was read before."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "deflate")
    given: list[object] = []
    monkeypatch.setattr(metrics_over_grpc, "OTLPMetricExporter", lambda **options: given.append(options["compression"]))
    for compression in (Compression.GZIP, Compression.NONE):
        MetricsOverGrpc(bridge, 1.0, compression)
    assert [getattr(each, "name", None) for each in given] == ["Gzip", "NoCompression"]
