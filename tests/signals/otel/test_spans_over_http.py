from collections.abc import Callable, Iterator

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.trace import Tracer

from support.collector import Collector, Refusal, Rejecting, attributes, collecting, refused_endpoint
from voicetap.signals.otel.exporters import NOTHING, TOO_LARGE, UNSENDABLE, Loss
from voicetap.signals.otel.spans_over_http import SpansOverHttp

Made = Callable[[str], SpansOverHttp]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[Made]:
    """Makes a way to an endpoint."""
    ways: list[SpansOverHttp] = []

    def make(endpoint: str) -> SpansOverHttp:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
        ways.append(SpansOverHttp(timeout=0.5))
        return ways[-1]

    yield make
    for way in ways:
        way.stop()


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


def spans(*names: str) -> list[ReadableSpan]:
    tracer: Tracer = TracerProvider(shutdown_on_exit=False).get_tracer("test")
    ended = []
    for name in names:
        span = tracer.start_span(name, attributes={"n": 1})
        span.end()
        assert isinstance(span, ReadableSpan)
        ended.append(span)
    return ended


@pytest.mark.parametrize("compression", ["none", "gzip", "deflate"])
def test_spans_arrive_with_the_headers_of_the_variables(
    made: Made, collector: Collector, compression: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", compression)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20x,x-team=voice")
    assert made(collector.endpoint).send(spans("a", "b")) == NOTHING
    assert [(span.name, attributes(span.attributes)) for span in collector.spans] == [("a", {"n": 1}), ("b", {"n": 1})]
    [request] = collector.requests
    assert (request.path, request.headers["content-type"]) == ("/v1/traces", "application/x-protobuf")
    assert (request.headers["authorization"], request.headers["x-team"]) == ("Bearer x", "voice")


@pytest.mark.parametrize(
    ("status", "reason"), [(400, "HTTP 400"), (401, "HTTP 401"), (413, TOO_LARGE), (429, "HTTP 429"), (302, "HTTP 302")]
)
def test_a_refused_batch_is_lost(made: Made, collector: Collector, status: int, reason: str) -> None:
    collector.behaviour = Refusal(status, {"Retry-After": "3600"})
    assert made(collector.endpoint).send(spans("a", "b")) == Loss(2, reason)
    assert len(collector.requests) == 1


def test_nobody_there(made: Made) -> None:
    assert made(refused_endpoint()).send(spans("a")) == Loss(1, "ConnectionRefusedError")


@pytest.mark.parametrize(("rejected", "lost"), [(1, 1), (2, 2), (7, 2), (-1, 0)])
def test_what_a_collector_takes_and_throws_away_is_lost(
    made: Made, collector: Collector, rejected: int, lost: int
) -> None:
    collector.behaviour = Rejecting(rejected)
    assert made(collector.endpoint).send(spans("a", "b")) == (Loss(lost, "rejected") if lost else NOTHING)


def test_an_answer_that_is_no_protobuf_is_one_all_the_same(made: Made, collector: Collector) -> None:
    collector.behaviour = Refusal(200, {"Content-Type": "text/html"}, b"<html>welcome</html>")
    assert made(collector.endpoint).send(spans("a")) == NOTHING


def test_a_span_that_cannot_be_encoded_asks_nobody(made: Made, collector: Collector) -> None:
    way = made(collector.endpoint)
    collector.behaviour = Refusal(500)
    assert way.send(spans("a")) == Loss(1, "HTTP 500")
    assert way.send(spans("\udc80")) == Loss(1, UNSENDABLE)
    assert len(collector.requests) == 1
