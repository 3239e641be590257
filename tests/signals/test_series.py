from prometheus_client import CollectorRegistry, generate_latest

from voicetap.signals.names import Kind, Metric
from voicetap.signals.series import Tally, counter, gauge, histogram

CALLS = Metric("calls_total", Kind.COUNTER, "Calls", ("from", "end"))
SECONDS = Metric("call_seconds", Kind.HISTOGRAM, "How long", buckets=(0.5, 1.0))
PER_SIDE = Metric("side_seconds", Kind.HISTOGRAM, "How long", ("from",), (1.0,))
LIVE = Metric("calls", Kind.GAUGE, "Calls now")


def exposed(registry: CollectorRegistry) -> list[str]:
    return [line for line in generate_latest(registry).decode().splitlines() if not line.startswith("# HELP")]


def test_a_counter_has_its_expected_children_from_the_start_and_no_created() -> None:
    registry = CollectorRegistry()
    calls = counter(CALLS, registry, [("client", "good"), ("server", "good")])
    calls.labels("server", "bad").inc(2)
    assert exposed(registry) == [
        "# TYPE voicetap_calls_total counter",
        'voicetap_calls_total{end="good",from="client"} 0.0',
        'voicetap_calls_total{end="good",from="server"} 0.0',
        'voicetap_calls_total{end="bad",from="server"} 2.0',
    ]


def test_histograms_and_gauges() -> None:
    registry = CollectorRegistry()
    histogram(SECONDS, registry).observe(0.7)
    histogram(PER_SIDE, registry).labels("client").observe(3.0)
    gauge(LIVE, registry).inc()
    assert exposed(registry) == [
        "# TYPE voicetap_call_seconds histogram",
        'voicetap_call_seconds_bucket{le="0.5"} 0.0',
        'voicetap_call_seconds_bucket{le="1.0"} 1.0',
        'voicetap_call_seconds_bucket{le="+Inf"} 1.0',
        "voicetap_call_seconds_count 1.0",
        "voicetap_call_seconds_sum 0.7",
        "# TYPE voicetap_side_seconds histogram",
        'voicetap_side_seconds_bucket{from="client",le="1.0"} 0.0',
        'voicetap_side_seconds_bucket{from="client",le="+Inf"} 1.0',
        'voicetap_side_seconds_count{from="client"} 1.0',
        'voicetap_side_seconds_sum{from="client"} 3.0',
        "# TYPE voicetap_calls gauge",
        "voicetap_calls 1.0",
    ]


def test_a_tally_is_a_counter() -> None:
    registry = CollectorRegistry()
    calls = Tally(CALLS, registry, [("client", "good"), ("server", "good")])
    calls.count(("server", "good"))
    calls.count(("server", "bad"), 2)
    assert exposed(registry) == [
        "# TYPE voicetap_calls_total counter",
        'voicetap_calls_total{end="good",from="client"} 0.0',
        'voicetap_calls_total{end="good",from="server"} 1.0',
        'voicetap_calls_total{end="bad",from="server"} 2.0',
    ]
