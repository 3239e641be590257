import os
from collections.abc import Callable

import prometheus_client
import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsPartialSuccess,
    ExportMetricsServiceResponse,
)
from opentelemetry.sdk.resources import Resource
from prometheus_client import CollectorRegistry

from support.collector import Behaviour, Collector, Refusal, Resetting, collecting, refused_endpoint
from voicetap.signals import names
from voicetap.signals.otel.bridge import DELTA, Bridge
from voicetap.signals.otel.metrics_over_http import MetricsOverHttp
from voicetap.signals.otel.quiet import quiet_exporters

RELAYED = names.RELAYED_BYTES


@pytest.fixture
def relayed() -> prometheus_client.Counter:
    return prometheus_client.Counter(RELAYED.full_name, RELAYED.help, RELAYED.labels, registry=CollectorRegistry())


@pytest.fixture
def way_to(monkeypatch: pytest.MonkeyPatch, relayed: prometheus_client.Counter) -> Callable[[str], MetricsOverHttp]:
    """Makes a way that pushes the differences of `relayed`."""
    for name in [name for name in os.environ if name.startswith("OTEL_")]:
        monkeypatch.delenv(name)
    quiet_exporters({})

    def way(endpoint: str, timeout: float = 5.0) -> MetricsOverHttp:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
        registry = CollectorRegistry()
        registry.register(relayed)
        return MetricsOverHttp(Bridge(registry, Resource({}), differences=DELTA), timeout)

    return way


def arrived(collector: Collector) -> list[float]:
    """The value of the only series in each request."""
    metrics = [request.resource_metrics[0].scope_metrics[0].metrics for request in collector.metric_requests]
    return [metric.sum.data_points[0].as_double for (metric,) in metrics]


def test_pushes_go_on_where_the_last_one_that_arrived_ended(
    way_to: Callable[[str], MetricsOverHttp], relayed: prometheus_client.Counter
) -> None:
    troubles = []
    with collecting() as collector:
        way = way_to(collector.endpoint)
        for behaviour in (Behaviour(), Refusal(400), Refusal(404), Behaviour(), Behaviour()):
            collector.behaviour = behaviour
            relayed.labels("client").inc(10)
            troubles.append(way.push())
        way.stop()
    assert troubles == [None, "HTTP 400", "HTTP 404", None, None]
    assert arrived(collector) == [10.0, 10.0, 20.0, 30.0, 10.0]


def test_what_became_of_a_push_is_told_in_words_that_quote_nobody(
    way_to: Callable[[str], MetricsOverHttp], relayed: prometheus_client.Counter
) -> None:
    relayed.labels("client")
    assert way_to(refused_endpoint(), 0.1).push() == "ConnectionRefusedError"
    with collecting(Resetting()) as collector:
        assert way_to(collector.endpoint, 0.1).push() == "ConnectionResetError"
    with collecting(Refusal(429, {"Retry-After": "3600"}, b"sk-canary")) as collector:
        assert way_to(collector.endpoint).push() == "HTTP 429"


def test_what_cannot_be_sent_is_not_blamed_on_the_collector(
    way_to: Callable[[str], MetricsOverHttp], relayed: prometheus_client.Counter
) -> None:
    relayed.labels("client").inc()
    with collecting(Refusal(400)) as collector:
        way = way_to(collector.endpoint)
        assert way.push() == "HTTP 400"
        relayed.labels("client").inc(1, {"trace_id": "1", "span_id": "f" * 20})  # no span id, so no protobuf
        assert way.push() == "not sendable"
    assert len(collector.requests) == 1


def test_points_that_a_collector_rejects_are_told_of_and_not_sent_again(
    way_to: Callable[[str], MetricsOverHttp], relayed: prometheus_client.Counter
) -> None:
    """OTLP, "Partial Success": the client must not retry."""
    partial = ExportMetricsPartialSuccess(rejected_data_points=1, error_message="sk-canary")
    body = ExportMetricsServiceResponse(partial_success=partial).SerializeToString()
    relayed.labels("client").inc(3)
    with collecting(Refusal(200, body=body)) as collector:
        way = way_to(collector.endpoint)
        assert (way.push(), way.push()) == ("rejected", "rejected")
    assert arrived(collector) == [3.0, 0.0]


def test_a_warning_alone_is_no_rejection(
    way_to: Callable[[str], MetricsOverHttp], relayed: prometheus_client.Counter
) -> None:
    """OTLP: a partial success that rejects nothing conveys a message."""
    partial = ExportMetricsPartialSuccess(error_message="use the other port")
    body = ExportMetricsServiceResponse(partial_success=partial).SerializeToString()
    relayed.labels("client")
    with collecting(Refusal(200, body=body)) as collector:
        assert way_to(collector.endpoint).push() is None


@pytest.mark.parametrize("body", [b"<html>Welcome</html>", b"\xff" * 10_000], ids=["a page", "too much"])
def test_an_answer_that_is_not_otlp_is_still_an_answer(
    body: bytes, way_to: Callable[[str], MetricsOverHttp], relayed: prometheus_client.Counter
) -> None:
    relayed.labels("client")
    with collecting(Refusal(200, body=body)) as collector:
        assert way_to(collector.endpoint).push() is None
