"""A registry of Prometheus in, the metrics of OTLP out."""

import time
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any

import prometheus_client
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.metrics import Exemplar
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    MetricsData,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from prometheus_client import CollectorRegistry
from prometheus_client.registry import Collector

from voicetap import __version__
from voicetap.signals import names
from voicetap.signals.otel.bridge import CUMULATIVE, DELTA, LOW_MEMORY, Bridge

RESOURCE = Resource({"service.name": "voicetap"})
SECOND = 1_000_000_000
BEGUN = 1_700_000_000 * SECOND
TRACE, SPAN = 0x0123456789ABCDEF0123456789ABCDEF, 0x00F1E2D3C4B5A697
SAMPLED = {"trace_id": f"{TRACE:032x}", "span_id": f"{SPAN:016x}"}


class Clock:
    """Nanoseconds since 1970, which pass when a test says so; the registry stamps its exemplars with the same."""

    def __init__(self) -> None:
        self.now = BEGUN

    def __call__(self) -> int:
        return self.now

    def seconds(self) -> float:
        return self.now / SECOND

    def after(self, seconds: float) -> None:
        self.now += int(seconds * SECOND)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("prometheus_client.metrics.time", SimpleNamespace(time=clock.seconds))
    return clock


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


def counter(metric: names.Metric, registry: CollectorRegistry) -> prometheus_client.Counter:
    return prometheus_client.Counter(metric.full_name, metric.help, metric.labels, registry=registry)


def gauge(metric: names.Metric, registry: CollectorRegistry) -> prometheus_client.Gauge:
    return prometheus_client.Gauge(metric.full_name, metric.help, metric.labels, registry=registry)


def histogram(metric: names.Metric, registry: CollectorRegistry) -> prometheus_client.Histogram:
    return prometheus_client.Histogram(
        metric.full_name, metric.help, metric.labels, registry=registry, buckets=metric.buckets
    )


def metrics(data: MetricsData) -> dict[str, Any]:
    (of_resource,) = data.resource_metrics
    (of_scope,) = of_resource.scope_metrics
    return {metric.name: metric.data for metric in of_scope.metrics}


def points(data: MetricsData, name: str) -> dict[tuple[str, ...], Any]:
    """The points of a metric, by the values of their attributes."""
    return {tuple(point.attributes.values()): point for point in metrics(data)[name].data_points}


def test_a_whole_registry(registry: CollectorRegistry, clock: Clock) -> None:
    active = gauge(names.SESSIONS_ACTIVE, registry)
    relayed = counter(names.RELAYED_BYTES, registry)
    turns = histogram(names.VAD_WAIT, registry)
    gauge(names.BUILD_INFO, registry).labels("1.2.3").set(1)
    counter(names.HANDSHAKES, registry)  # no children yet
    bridge = Bridge(registry, RESOURCE, clock=clock)

    clock.after(10)
    active.labels("gpt-realtime").set(2)
    relayed.labels("client").inc(1000)
    relayed.labels("server").inc(64, SAMPLED)
    turns.labels("gpt-realtime").observe(0.05)
    turns.labels("gpt-realtime").observe(0.25, SAMPLED)
    turns.labels("gpt-realtime").observe(4.0)
    clock.after(5)

    collected = bridge.collect()
    now = BEGUN + 15 * SECOND
    sampled = Exemplar({}, 0.25, BEGUN + 10 * SECOND, SPAN, TRACE)
    assert collected == MetricsData(
        [
            ResourceMetrics(
                RESOURCE,
                [
                    ScopeMetrics(
                        InstrumentationScope("voicetap", __version__),
                        [
                            Metric(
                                "voicetap.sessions_active",
                                "Relayed connections now",
                                "{session}",
                                Gauge([NumberDataPoint({"model": "gpt-realtime"}, BEGUN, now, 2.0)]),
                            ),
                            Metric(
                                "voicetap.relayed",
                                "Bytes handed to the other side",
                                "By",
                                Sum(
                                    [
                                        NumberDataPoint({"from": "client"}, BEGUN, now, 1000.0),
                                        NumberDataPoint(
                                            {"from": "server"},
                                            BEGUN,
                                            now,
                                            64.0,
                                            [Exemplar({}, 64.0, BEGUN + 10 * SECOND, SPAN, TRACE)],
                                        ),
                                    ],
                                    AggregationTemporality.CUMULATIVE,
                                    is_monotonic=True,
                                ),
                            ),
                            Metric(
                                "voicetap.vad_wait",
                                "From the real end of speech to the arrival of speech_stopped",
                                "s",
                                Histogram(
                                    [
                                        HistogramDataPoint(
                                            attributes={"model": "gpt-realtime"},
                                            start_time_unix_nano=BEGUN,
                                            time_unix_nano=now,
                                            count=3,
                                            sum=4.3,
                                            bucket_counts=[1, 0, 0, 1, 0, 0, 0, 0, 0, 1],
                                            explicit_bounds=[0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.0, 1.5, 3.0],
                                            min=None,  # type: ignore[arg-type]
                                            max=None,  # type: ignore[arg-type]
                                            exemplars=[sampled],
                                        )
                                    ],
                                    AggregationTemporality.CUMULATIVE,
                                ),
                            ),
                            Metric(
                                "voicetap.build_info",
                                "Always 1; the version that runs",
                                "",
                                Gauge([NumberDataPoint({"version": "1.2.3"}, BEGUN, now, 1.0)]),
                            ),
                        ],
                        schema_url="",
                    )
                ],
                schema_url="",
            )
        ]
    )


def test_what_has_no_stream_is_left_out(registry: CollectorRegistry) -> None:
    prometheus_client.Counter("somebody_elses", "Of a library", registry=registry).inc()
    counter(names.SILENT_SESSIONS, registry)
    assert list(metrics(Bridge(registry, RESOURCE).collect())) == ["voicetap.silent_sessions"]


def test_the_process_and_python_have_their_conventional_streams(registry: CollectorRegistry) -> None:
    prometheus_client.ProcessCollector(registry=registry)
    prometheus_client.GCCollector(registry=registry)
    found = metrics(Bridge(registry, RESOURCE).collect())
    assert {name: (type(data), getattr(data, "is_monotonic", None)) for name, data in found.items()} == {
        "process.cpu.time": (Sum, True),
        "process.memory.usage": (Sum, False),
        "process.memory.virtual": (Sum, False),
        "process.unix.file_descriptor.count": (Sum, False),
        "cpython.gc.collections": (Sum, True),
        "cpython.gc.collected_objects": (Sum, True),
        "cpython.gc.uncollectable_objects": (Sum, True),
    }
    assert [point.attributes for point in found["cpython.gc.collections"].data_points] == [
        {"cpython.gc.generation": generation} for generation in range(3)
    ]


def test_cumulative_points_go_on_from_the_beginning(registry: CollectorRegistry, clock: Clock) -> None:
    silent = counter(names.SILENT_SESSIONS, registry)
    bridge = Bridge(registry, RESOURCE, clock=clock)
    seen = []
    for _ in range(3):
        silent.inc(2)
        clock.after(60)
        point = points(bridge.collect(), "voicetap.silent_sessions")[()]
        bridge.delivered()
        seen.append((point.start_time_unix_nano - BEGUN, point.time_unix_nano - BEGUN, point.value))
    assert seen == [(0, 60 * SECOND, 2.0), (0, 120 * SECOND, 4.0), (0, 180 * SECOND, 6.0)]


def test_differences_go_on_from_the_last_delivery(registry: CollectorRegistry, clock: Clock) -> None:
    silent = counter(names.SILENT_SESSIONS, registry)
    setup = histogram(names.SESSION_SETUP, registry)
    bridge = Bridge(registry, RESOURCE, differences=DELTA, clock=clock)
    seen = []
    for arrives in (True, False, False, True, True):
        silent.inc()
        setup.observe(0.25)
        clock.after(60)
        data = bridge.collect()
        of_silent, of_setup = points(data, "voicetap.silent_sessions")[()], points(data, "voicetap.session_setup")[()]
        span = (of_silent.start_time_unix_nano - BEGUN) // SECOND, (of_silent.time_unix_nano - BEGUN) // SECOND
        seen.append((span, of_silent.value, of_setup.count, of_setup.sum, of_setup.bucket_counts[3]))
        if arrives:
            bridge.delivered()
    assert seen == [
        ((0, 60), 1.0, 1, 0.25, 1),
        ((60, 120), 1.0, 1, 0.25, 1),  # lost
        ((60, 180), 2.0, 2, 0.5, 2),  # lost
        ((60, 240), 3.0, 3, 0.75, 3),
        ((240, 300), 1.0, 1, 0.25, 1),
    ]


def test_a_series_that_comes_later_comes_whole(registry: CollectorRegistry, clock: Clock) -> None:
    errors = counter(names.API_ERRORS, registry)
    errors.labels("a", "x").inc(5)
    bridge = Bridge(registry, RESOURCE, differences=DELTA, clock=clock)
    bridge.collect()
    bridge.delivered()
    errors.labels("b", "x").inc(3)
    found = points(bridge.collect(), "voicetap.api_errors")
    assert {key: point.value for key, point in found.items()} == {("a", "x"): 0.0, ("b", "x"): 3.0}


def test_what_the_preferences_make_of_each_instrument(registry: CollectorRegistry) -> None:
    """OTLP exporter, "Additional environment variable configuration": low memory spares the observed counters."""
    counter(names.SILENT_SESSIONS, registry)
    histogram(names.SESSION_SETUP, registry)
    prometheus_client.ProcessCollector(registry=registry)
    found = {
        preference: [
            metrics(Bridge(registry, RESOURCE, differences=preference).collect())[name].aggregation_temporality.name
            for name in (
                "voicetap.silent_sessions",
                "voicetap.session_setup",
                "process.cpu.time",
                "process.memory.usage",
            )
        ]
        for preference in (CUMULATIVE, DELTA, LOW_MEMORY)
    }
    assert found == {
        CUMULATIVE: ["CUMULATIVE", "CUMULATIVE", "CUMULATIVE", "CUMULATIVE"],
        DELTA: ["DELTA", "DELTA", "DELTA", "CUMULATIVE"],
        LOW_MEMORY: ["DELTA", "DELTA", "CUMULATIVE", "CUMULATIVE"],
    }


@pytest.mark.parametrize("differences", [CUMULATIVE, DELTA], ids=["cumulative", "delta"])
def test_an_exemplar_is_delivered_once(registry: CollectorRegistry, clock: Clock, differences: Any) -> None:
    setup = histogram(names.SESSION_SETUP, registry)
    bridge = Bridge(registry, RESOURCE, differences=differences, clock=clock)
    clock.after(1)
    setup.observe(0.25, SAMPLED)
    setup.observe(100.0, {**SAMPLED, "session_id": "sess_1"})
    clock.after(1)

    def exemplars() -> list[Exemplar]:
        return list(points(bridge.collect(), "voicetap.session_setup")[()].exemplars)

    first = [
        Exemplar({}, 0.25, BEGUN + SECOND, SPAN, TRACE),
        Exemplar({"session_id": "sess_1"}, 100.0, BEGUN + SECOND, SPAN, TRACE),
    ]
    assert exemplars() == first
    assert exemplars() == first  # the push before was lost
    bridge.delivered()
    clock.after(1)
    assert exemplars() == []

    setup.observe(0.25, SAMPLED)
    clock.after(1)
    assert exemplars() == [Exemplar({}, 0.25, BEGUN + 3 * SECOND, SPAN, TRACE)]


class Meanwhile(Collector):
    """What happens while the registry is read."""

    def __init__(self, happen: Callable[[], None]) -> None:
        self.happen = happen

    def describe(self) -> Iterable[prometheus_client.Metric]:
        """Asked for when it is registered."""
        return ()

    def collect(self) -> Iterable[prometheus_client.Metric]:
        self.happen()
        return ()


def test_an_exemplar_of_the_very_moment_is_delivered_once_too(registry: CollectorRegistry, clock: Clock) -> None:
    bridge = Bridge(registry, RESOURCE, clock=clock)
    steps = iter(["observe"])

    def happen() -> None:
        clock.after(1)
        if next(steps, None):
            setup.observe(0.25, SAMPLED)

    registry.register(Meanwhile(happen))
    setup = histogram(names.SESSION_SETUP, registry)
    delivered = []
    for _ in range(3):
        delivered.extend(points(bridge.collect(), "voicetap.session_setup")[()].exemplars)
        bridge.delivered()
    assert delivered == [Exemplar({}, 0.25, BEGUN + SECOND, SPAN, TRACE)]


def test_exemplars_can_be_left_out(registry: CollectorRegistry, clock: Clock) -> None:
    bridge = Bridge(registry, RESOURCE, exemplars=False, clock=clock)
    clock.after(1)
    histogram(names.SESSION_SETUP, registry).observe(0.25, SAMPLED)
    assert points(bridge.collect(), "voicetap.session_setup")[()].exemplars == []


def test_an_exemplar_without_a_trace_has_no_ids(registry: CollectorRegistry, clock: Clock) -> None:
    bridge = Bridge(registry, RESOURCE, clock=clock)
    clock.after(1)
    counter(names.SILENT_SESSIONS, registry).inc(1, {"session_id": "sess_1"})
    (exemplar,) = points(bridge.collect(), "voicetap.silent_sessions")[()].exemplars
    assert exemplar == Exemplar({"session_id": "sess_1"}, 1.0, BEGUN + SECOND)


def test_a_clock_that_is_set_back_makes_no_point_end_before_it_starts(
    registry: CollectorRegistry, clock: Clock
) -> None:
    silent = counter(names.SILENT_SESSIONS, registry)
    bridge = Bridge(registry, RESOURCE, differences=DELTA, clock=clock)
    clock.after(60)
    bridge.collect()
    bridge.delivered()
    clock.after(-3600)
    silent.inc()
    point = points(bridge.collect(), "voicetap.silent_sessions")[()]
    assert (point.start_time_unix_nano, point.time_unix_nano, point.value) == (clock.now + 3600 * SECOND,) * 2 + (1.0,)


def test_nothing_is_lost_or_sent_twice_when_a_collect_raises(registry: CollectorRegistry, clock: Clock) -> None:
    silent = counter(names.SILENT_SESSIONS, registry)
    failures = iter([False, True, False])

    def fail() -> None:
        if next(failures):
            raise RuntimeError("no")

    registry.register(Meanwhile(fail))
    bridge = Bridge(registry, RESOURCE, differences=DELTA, clock=clock)
    silent.inc(3)
    bridge.collect()
    bridge.delivered()
    silent.inc(4)
    with pytest.raises(RuntimeError):
        bridge.collect()
    silent.inc(5)
    assert points(bridge.collect(), "voicetap.silent_sessions")[()].value == 9.0


def test_by_default_the_clock_is_the_wall_clock(registry: CollectorRegistry) -> None:
    counter(names.SILENT_SESSIONS, registry)
    before = time.time_ns()
    point = points(Bridge(registry, RESOURCE).collect(), "voicetap.silent_sessions")[()]
    assert before <= point.start_time_unix_nano <= point.time_unix_nano <= time.time_ns()


MODELS = st.sampled_from(["gpt-realtime", "gpt-realtime-mini", "other"])
QUARTERS = st.integers(0, 100).map(lambda number: number / 4)
"""Their sums are exact."""
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("count"), MODELS, QUARTERS),
        st.tuples(st.just("observe"), MODELS, QUARTERS),
        st.tuples(st.just("push"), st.booleans()),
    )
)


@given(STEPS)
def test_the_differences_that_arrive_add_up_to_what_the_registry_holds(steps: list[tuple[Any, ...]]) -> None:
    registry = CollectorRegistry()
    audio = counter(names.INPUT_AUDIO, registry)
    waits = histogram(names.TURN_LATENCY, registry)
    clock = Clock()
    deltas = Bridge(registry, RESOURCE, differences=DELTA, clock=clock)
    sums: dict[tuple[str, tuple[str, ...]], list[float]] = {}
    ends: dict[tuple[str, tuple[str, ...]], int] = {}

    for step in (*steps, ("push", True)):
        clock.after(1)
        if step[0] == "count":
            audio.labels(step[1]).inc(step[2])
        elif step[0] == "observe":
            waits.labels(step[1]).observe(step[2])
        else:
            data = deltas.collect()
            if not step[1]:
                continue
            deltas.delivered()
            for key, point in _all_points(data):
                assert point.start_time_unix_nano == ends.get(key, point.start_time_unix_nano)
                ends[key] = point.time_unix_nano
                added = sums.get(key, [0.0] * len(_numbers(point)))
                sums[key] = [one + other for one, other in zip(added, _numbers(point), strict=True)]

    whole = dict(_all_points(Bridge(registry, RESOURCE).collect()))
    assert sums == {key: _numbers(point) for key, point in whole.items()}


def _all_points(data: MetricsData) -> list[tuple[tuple[str, tuple[str, ...]], Any]]:
    return [
        ((name, tuple(point.attributes.values())), point)
        for name, kind in metrics(data).items()
        for point in kind.data_points
    ]


def _numbers(point: Any) -> list[float]:
    if isinstance(point, NumberDataPoint):
        assert point.value >= 0
        return [point.value]
    assert len(point.bucket_counts) == len(point.explicit_bounds) + 1
    assert min(point.bucket_counts) >= 0
    assert sum(point.bucket_counts) == point.count
    return [*point.bucket_counts, point.sum]
