from collections.abc import Iterator
from threading import Event, Thread

import pytest
from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector, generate_latest

from support.exposed import Exposed
from voicetap.facts import (
    AnswerGenerated,
    AnswerSpoken,
    AudioBegan,
    ErrorReported,
    Fact,
    HandshakeAnswered,
    HttpAnswered,
    InputAudioReceived,
    Interrupted,
    PlaybackUnderran,
    RateLimitReported,
    ResponseFinished,
    ResponseStarted,
    SessionConfigured,
    SpeechStopped,
    Tokens,
    TranscriptionFinished,
    TranscriptionLate,
    TruncationFinished,
    TruncationMeasured,
    TurnAnswered,
    TurnEnded,
    UsageReported,
)
from voicetap.signals import labels
from voicetap.signals.metrics import Metrics
from voicetap.signals.metrics.by_model import PAIRS
from voicetap.signals.metrics.operator import COMBINATIONS
from voicetap.signals.metrics.series import Number


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


@pytest.mark.parametrize(
    ("name", "told", "line"),
    [
        (
            "telemetry_dropped",
            ("traces", 1),
            'telemetry_dropped_total{signal="traces"} 100.0',
        ),
        ("sink_failed", ("recording",), 'sink_failures_total{sink="recording"} 100.0'),
    ],
)
def test_any_thread_may_tell_of_what_was_lost(
    page: Exposed, monkeypatch: pytest.MonkeyPatch, name: str, told: tuple[object, ...], line: str
) -> None:
    monkeypatch.setattr(Number, "add", slowly)
    tell = getattr(page.metrics, name)
    threads = [Thread(target=lambda: [tell(*told) for _ in range(25)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert page.changed() == [line]


def slowly(self: Number, amount: float = 1) -> None:
    """Number.add, in which other threads go first."""
    before = self.value
    Event().wait(0.0001)
    self.value = before + amount


def test_labels_that_cannot_be_had_stop_the_start() -> None:
    with pytest.raises(ValueError, match="the label 'model' has a meaning already"):
        Metrics(CollectorRegistry(), [("model", b"x-model")])


def in_use(model: str | None, transcriber: str | None) -> Iterator[Fact]:
    """What makes every series that sessions of a model usually have, and all histograms."""
    yield HandshakeAnswered(0.0, "101", 0.1)
    if model is not None:
        yield SessionConfigured(0.0, None, model, True, True, transcriber)
    yield InputAudioReceived(0.0, 1.0)
    yield SpeechStopped(0.0, "item_1", 0.0, 0.5)
    yield ResponseStarted(0.0, "resp_1", 1, "vad", 0.0, 0.1)
    for trigger in labels.TRIGGERS:
        yield AudioBegan(0.0, "resp_1", None, None, trigger, 0.5)  # type: ignore[arg-type]
    yield TurnAnswered(0.0, 1, 1.0, 0.5, "curve")
    yield AnswerSpoken(0.0, "item_2", "resp_1")
    yield PlaybackUnderran(0.0, "resp_1", "item_2", 0.5)
    yield AnswerGenerated(0.0, "item_2", "resp_1", 2.0, 0.25)
    for phase in ("generating", "playing"):
        yield Interrupted(0.0, "resp_1", "item_2", 1, phase, "turn_detected")  # type: ignore[arg-type]
    yield TruncationFinished(0.0, "item_2", "client", "acknowledged", 500.0)
    yield TruncationMeasured(0.0, "item_2", 1, "client", 500.0, 2000.0, 1500.0)
    for status, reason in (("completed", None), ("cancelled", "turn_detected"), ("failed", "server_error")):
        yield ResponseFinished(0.0, "resp_1", 1, status, reason, 0.5)  # type: ignore[arg-type]
    for outcome in ("completed", "interrupted", "failed"):
        yield TurnEnded(0.0, 1, "speech", outcome, 1.0)  # type: ignore[arg-type]
    yield UsageReported(0.0, "response", "resp_1", None, model, SPENT, None, 0.1)
    yield UsageReported(0.0, "transcription", None, "item_1", transcriber, HEARD, None, 0.1)
    yield TranscriptionFinished(0.0, "item_1", "completed", None, None, transcriber, False, 0.5, 0.9)
    yield TranscriptionFinished(0.0, "item_3", "failed", "server_error", None, transcriber, False)
    yield TranscriptionLate(0.0, "item_3", "completed", transcriber)
    yield ErrorReported(0.0, "server_error", None)
    for name in labels.RATE_LIMITS:
        yield RateLimitReported(0.0, name, 2.0, 1.0, None)


SPENT = Tokens(input=132, input_text=112, input_audio=20, cached=64, output=40, output_text=10, output_audio=30)
HEARD = Tokens(input=20, input_audio=20, output=4, output_text=4)
USED = (("a", "t"), ("b", "u"), ("c", "v"))


def whole() -> CollectorRegistry:
    """With what the process says of itself besides."""
    registry = CollectorRegistry()
    for collector in (ProcessCollector, PlatformCollector, GCCollector):
        collector(registry=registry)
    return registry


def lines(registry: CollectorRegistry) -> int:
    """Those with samples, and those with texts about them."""
    return generate_latest(registry).count(b"\n")


def test_the_page_of_three_models_and_of_what_has_no_name_is_short_enough_to_be_scraped() -> None:
    registry = whole()
    page = Exposed(registry=registry)
    for model, transcriber in USED:
        page.connection(*in_use(model, transcriber))
    named = lines(registry)
    page.connection(*in_use(None, None))
    text = generate_latest(registry).decode()
    assert text.count("time_to_first_audio_seconds_count{") == 4 * 4
    assert text.count("rate_limit_limit{") == 4 * 3
    assert 1_000 < named < 1_300
    # 1,500 at most; 40 are for codes, types and outcomes that nobody foresees.
    assert 1_400 < lines(registry) <= 1_460


def of_tenants(page: Exposed, number: int) -> None:
    """Each uses all three models."""
    for tenant in range(number):
        for model, transcriber in USED:
            page.connection(*in_use(model, transcriber), headers=[(b"x-tenant", b"tenant-%d" % tenant)])


def test_a_combination_of_the_operators_labels_is_fifteen_lines_where_nothing_happens() -> None:
    registry = CollectorRegistry()
    page = Exposed(("tenant", b"x-tenant"), registry=registry)
    page.connection(*in_use("a", "t"))
    before = lines(registry)
    opened = (HandshakeAnswered(0.0, "101", None), SessionConfigured(0.0, None, "a", True, True, "t"))
    page.connection(*opened, headers=[(b"x-tenant", b"acme")])
    assert lines(registry) - before == 15


def test_the_page_with_labels_of_the_operator_has_a_bound_too() -> None:
    registry = whole()
    page = Exposed(("tenant", b"x-tenant"), registry=registry)
    of_tenants(page, COMBINATIONS - 1)
    assert lines(registry) < 5_000
    of_tenants(page, 100)
    before = lines(registry)
    of_tenants(page, 1_000)
    assert lines(registry) == before < 5_000


def test_models_with_labels_of_the_operator_are_sixty_and_then_the_labels_are_other() -> None:
    page = Exposed(("tenant", b"x-tenant"))
    for number in range(PAIRS + 20):
        model = f"model-{number % 8}"
        facts = (HandshakeAnswered(0.0, "101", None), SessionConfigured(0.0, None, model, True, True, model))
        page.connection(*facts, headers=[(b"x-tenant", b"tenant-%d" % (number // 8))])
    active = [line for line in page.changed("sessions_active") if 'model="model-' in line]
    assert len([line for line in active if 'tenant="tenant-' in line]) == PAIRS
    assert sum(float(line.split()[-1]) for line in active if 'tenant="other"' in line) == 20
