import logging

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider

from support.collector import collecting_grpc, refused_endpoint
from voicetap.signals.otel.exporters import NOTHING, UNSENDABLE, Loss

pytest.importorskip("opentelemetry.exporter.otlp.proto.grpc", reason="needs the extra grpc")

from voicetap.signals.otel.spans_over_grpc import SpansOverGrpc


def ended(name: str) -> ReadableSpan:
    span = TracerProvider(shutdown_on_exit=False).get_tracer("test").start_span(name)
    span.end()
    assert isinstance(span, ReadableSpan)
    return span


@pytest.mark.filterwarnings("ignore::DeprecationWarning:grpc")
def test_spans_arrive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20x")
    with collecting_grpc() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint)
        way = SpansOverGrpc(timeout=10.0)
        assert way.send([ended("a"), ended("b")]) == NOTHING
        assert way.send([ended("\udc80")]) == Loss(1, UNSENDABLE)
        way.stop()
    assert [span.name for span in collector.spans] == ["a", "b"]
    assert collector.requests[0].headers["authorization"] == "Bearer x"


def test_nobody_there_has_a_status_and_no_line(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", refused_endpoint())
    way = SpansOverGrpc(timeout=0.5)
    with caplog.at_level(logging.DEBUG):
        assert way.send([ended("a")]) in (Loss(1, "gRPC UNAVAILABLE"), Loss(1, "gRPC DEADLINE_EXCEEDED"))
    way.stop()
    assert caplog.messages == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning:grpc")
def test_a_batch_that_was_not_sent_has_no_status_of_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", refused_endpoint())
    way = SpansOverGrpc(timeout=0.5)
    assert way.send([ended("a")]).reason.startswith("gRPC ")
    assert way.send([ended("\udc80")]) == Loss(1, UNSENDABLE)
    way.stop()
