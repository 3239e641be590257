from collections.abc import Iterator
from threading import Thread

import pytest
from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector, generate_latest

from support.exposed import Exposed
from voicetap.facts import (
    AudioBegan,
    Fact,
    HandshakeAnswered,
    HttpAnswered,
    RateLimitReported,
    SessionConfigured,
    TranscriptionFinished,
    TurnAnswered,
)
from voicetap.signals import labels
from voicetap.signals.metrics import Metrics


@pytest.fixture
def page() -> Exposed:
    return Exposed()


def test_plain_requests_and_the_proxy_itself(page: Exposed) -> None:
    page.metrics.receive(HttpAnswered(1.0, "/v1/realtime/client_secrets?x=1", 200))
    page.metrics.receive(HttpAnswered(1.0, "/v1/chat", 302))
    page.metrics.observer_lagged(0.3)
    page.metrics.loop_lagged(0.002)
    page.metrics.sink_failed("metrics")
    page.metrics.sink_failed("made up")
    page.metrics.telemetry_dropped("traces", 512)
    page.metrics.telemetry_dropped("metrics", 1)
    page.metrics.telemetry_dropped("made up", 2)
    page.metrics.close()
    assert page.counted() == [
        'http_requests_total{route="/realtime/client_secrets",status="2xx"} 1.0',
        'http_requests_total{route="other",status="3xx"} 1.0',
        "observer_lag_seconds_count 1.0",
        'sink_failures_total{sink="metrics"} 1.0',
        'sink_failures_total{sink="other"} 1.0',
        'telemetry_dropped_total{signal="traces"} 512.0',
        'telemetry_dropped_total{signal="metrics"} 1.0',
        'telemetry_dropped_total{signal="other"} 2.0',
        "event_loop_lag_seconds_count 1.0",
    ]


def test_facts_that_the_process_has_no_metric_for_are_let_go(page: Exposed) -> None:
    page.metrics.receive(HandshakeAnswered(1.0, "101", None))
    assert page.changed() == []


def test_any_thread_may_tell_of_lost_telemetry(page: Exposed) -> None:
    def tell() -> None:
        for _ in range(5_000):
            page.metrics.telemetry_dropped("traces", 1)

    threads = [Thread(target=tell) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert page.changed() == ['telemetry_dropped_total{signal="traces"} 20000.0']


def test_labels_that_cannot_be_had_stop_the_start() -> None:
    with pytest.raises(ValueError, match="the label 'model' has a meaning already"):
        Metrics(CollectorRegistry(), [("model", b"x-model")])


def in_use(model: str, transcriber: str | None) -> Iterator[Fact]:
    """What makes every series that sessions of a model have."""
    yield HandshakeAnswered(0.0, "101", 0.1)
    yield SessionConfigured(0.0, None, model, True, True, transcriber)
    for trigger in labels.TRIGGERS:
        yield AudioBegan(0.0, "resp_1", None, None, trigger, 0.5)  # type: ignore[arg-type]
    yield TurnAnswered(0.0, 1, 1.0, 0.5, "curve")
    yield TranscriptionFinished(0.0, "item_1", "completed", None, None, transcriber, False, 0.5, 0.9)
    for name in labels.RATE_LIMITS:
        yield RateLimitReported(0.0, name, 2.0, 1.0, None)


def test_the_page_of_three_models_is_short_enough_to_be_scraped() -> None:
    registry = CollectorRegistry()
    for collector in (ProcessCollector, PlatformCollector, GCCollector):
        collector(registry=registry)
    page = Exposed(registry=registry)
    for model, transcriber in (("a", "t"), ("b", "u"), ("c", None)):
        page.connection(*in_use(model, transcriber))
    page.connection(HandshakeAnswered(0.0, "101", 0.1))
    text = generate_latest(registry).decode()
    assert text.count("rate_limit_limit{") == 9
    assert text.count("time_to_first_audio_seconds_count{") == 12
    assert 1_000 < text.count("\n") <= 1_500
