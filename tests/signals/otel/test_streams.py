"""The names of metrics in OpenTelemetry, and that Prometheus comes back to its own from them."""

import re
from typing import Any

import pytest
from opentelemetry.sdk.metrics import (
    Counter,
    Histogram,
    MeterProvider,
    ObservableCounter,
    ObservableGauge,
    ObservableUpDownCounter,
    UpDownCounter,
)
from opentelemetry.semconv._incubating.metrics import cpython_metrics, process_metrics
from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector

from support.requires import REPOSITORY
from support.translated import translated_name
from voicetap.signals.metric import Kind, Metric
from voicetap.signals.metrics import Metrics
from voicetap.signals.names import METRICS
from voicetap.signals.otel.streams import STREAMS, Stream

SOURCES = REPOSITORY / "proxy" / "voicetap" / "signals"
KINDS = {Counter: "counter", ObservableCounter: "counter", Histogram: "histogram"}


def in_prometheus(stream: Stream) -> str:
    return translated_name(stream.name, stream.unit, KINDS.get(stream.instrument, "gauge"))


def stream_of(metric: Metric) -> Stream:
    return STREAMS[metric.full_name.removesuffix("_total" if metric.kind is Kind.COUNTER else "")]


@pytest.mark.parametrize(
    ("name", "unit", "kind", "expected"),
    [
        ("http.server.request.duration", "s", "histogram", "http_server_request_duration_seconds"),
        ("system.network.dropped", "{packet}", "counter", "system_network_dropped_total"),
        ("system.network.io", "By", "counter", "system_network_io_bytes_total"),
        ("system.memory.utilization", "1", "gauge", "system_memory_utilization_ratio"),
        ("heard_ratio", "1", "histogram", "heard_ratio"),
        ("gc__seconds.spent", "s", "counter", "gc_seconds_spent_total"),
        ("total.things", "", "counter", "things_total"),
    ],
)
def test_the_rule(name: str, unit: str, kind: str, expected: str) -> None:
    assert translated_name(name, unit, kind) == expected


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_prometheus_gives_every_metric_of_the_catalogue_its_name_back(metric: Metric) -> None:
    assert in_prometheus(stream_of(metric)) == metric.full_name


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_names_and_units_are_in_the_form_of_opentelemetry(metric: Metric) -> None:
    """Names as the API defines their syntax, below one namespace; the unit and the kind are no part of them."""
    stream = stream_of(metric)
    assert re.fullmatch(r"voicetap\.[a-z][a-z0-9_]*[a-z0-9]", stream.name)
    assert not re.search(r"_(total|seconds|bytes)$", stream.name)
    assert re.fullmatch(r"s|By|1||{[a-z_]+}", stream.unit)


def test_no_two_families_share_a_stream() -> None:
    assert len({stream.name for stream in STREAMS.values()}) == len(STREAMS)


INSTRUMENTS = {Counter: ObservableCounter, UpDownCounter: ObservableUpDownCounter}


def conventional(module: Any) -> dict[str, Stream]:
    """Name -> stream of each metric that the semantic conventions know, as their package creates its instrument."""
    meter = MeterProvider(shutdown_on_exit=False).get_meter("test")
    names = {key.lower(): value for key, value in vars(module).items() if key.isupper()}
    streams = {}
    for key, name in names.items():
        create = getattr(module, f"create_{key}")
        if "callbacks" not in create.__annotations__:
            made = create(meter)
            kind = next(kind for kind in INSTRUMENTS if isinstance(made, kind))
            streams[name] = Stream(made.name, made.unit, INSTRUMENTS[kind])
    return streams


def test_the_process_and_python_are_named_by_the_semantic_conventions() -> None:
    known = {**conventional(process_metrics), **conventional(cpython_metrics)}
    ours = [stream for stream in STREAMS.values() if not stream.name.startswith("voicetap.")]
    assert len(ours) == 7
    assert [(stream.name, stream.unit, stream.instrument) for stream in ours] == [
        (known[stream.name].name, known[stream.name].unit, known[stream.name].instrument) for stream in ours
    ]


def test_only_what_has_no_convention_is_left_out() -> None:
    registry = CollectorRegistry()
    Metrics(registry)
    for collector in (ProcessCollector, PlatformCollector, GCCollector):
        collector(registry=registry)
    families = {family.name for family in registry.collect()}
    assert families - STREAMS.keys() == {"process_max_fds", "process_start_time_seconds", "python_info"}


def test_generations_are_numbers() -> None:
    assert STREAMS["python_gc_collections"].attributes({"generation": "2"}) == {"cpython.gc.generation": 2}


DOCUMENT = REPOSITORY / "docs" / "otlp.md"
KINDS_IN_WORDS = {
    Counter: "monotonic sum",
    ObservableCounter: "monotonic sum",
    ObservableUpDownCounter: "sum",
    ObservableGauge: "gauge",
    Histogram: "histogram",
}


def test_the_streams_in_the_documentation_are_these() -> None:
    rows = re.findall(
        r"^\| `([a-z_]+)` \| `([a-z_.]+)` \| (?:`(.*?)`)? ?\| (.*?) \|$", DOCUMENT.read_text(), re.MULTILINE
    )
    assert len(rows) == 13
    for family, name, unit, described in rows:
        stream = STREAMS[family if family in STREAMS else family.removesuffix("_total")]
        assert (name, unit) == (stream.name, stream.unit)
        assert described.startswith((KINDS_IN_WORDS[stream.instrument], "the same"))
    documented = {name for _, name, *_ in rows}
    assert {stream.name for stream in STREAMS.values() if not stream.name.startswith("voicetap.")} <= documented


def test_every_variable_that_is_read_is_in_the_documentation() -> None:
    """Those of both signals stand there without the name of the signal."""
    sources = [path.read_text() for path in SOURCES.rglob("*.py")]
    read = {name for source in sources for name in re.findall(r"[\"'](OTEL_[A-Z_]+[A-Z])[\"']", source)}
    told = set(re.findall(r"OTEL_[A-Z_]+[A-Z]", DOCUMENT.read_text()))
    assert len(read) > 20
    common = {re.sub(r"_OTLP_(TRACES|METRICS)_(ENDPOINT|TIMEOUT)$", r"_OTLP_\2", name) for name in read}
    assert common - told == set()
