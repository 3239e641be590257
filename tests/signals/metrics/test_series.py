from math import inf, nan

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics

from support.exposed import SPAN
from voicetap.signals.metric import Kind, Metric
from voicetap.signals.metrics.series import Children, Histogram, Numbers, Trace

CALLS = Metric("calls_total", Kind.COUNTER, "Calls", ("from", "end"))
SECONDS = Metric("call_seconds", Kind.HISTOGRAM, "How long", buckets=(0.5, 1.0))
PER_SIDE = Metric("side_seconds", Kind.HISTOGRAM, "How long", ("from",), buckets=(1.0,))
LIVE = Metric("calls", Kind.GAUGE, "Calls now")
TRACE = Trace(SPAN.trace_id, SPAN.span_id, 12.5)
EXEMPLAR = '# {span_id="b7ad6b7169203331",trace_id="0af7651916cd43dd8448eb211c80319c"}'


def exposed(registry: CollectorRegistry) -> list[str]:
    return [line for line in generate_latest(registry).decode().splitlines() if not line.startswith("# HELP")]


def openmetrics(registry: CollectorRegistry) -> list[str]:
    return [line for line in generate_openmetrics(registry).decode().splitlines() if not line.startswith("# ")]


def test_a_counter_has_its_expected_children_from_the_start_and_the_others_from_their_first_addition_on() -> None:
    registry = CollectorRegistry()
    calls = Numbers(CALLS, registry)
    calls.child("client", "good")
    calls.child("server", "bad", expected=False).add(2)
    calls.child("server", "odd", expected=False)
    calls.child("client", "good").add()
    calls.child("server", "good")
    assert exposed(registry) == [
        "# TYPE voicetap_calls_total counter",
        'voicetap_calls_total{end="good",from="client"} 1.0',
        'voicetap_calls_total{end="bad",from="server"} 2.0',
        'voicetap_calls_total{end="good",from="server"} 0.0',
    ]


def test_a_counter_may_have_more_labels_than_its_metric() -> None:
    registry = CollectorRegistry()
    Numbers(CALLS, registry, ["tenant"]).child("client", "good", "acme").add(0.5)
    assert exposed(registry)[1:] == ['voicetap_calls_total{end="good",from="client",tenant="acme"} 0.5']


def test_children_are_those_that_are_foreseen_and_the_others_from_their_first_addition_on() -> None:
    registry = CollectorRegistry()
    calls = Numbers(CALLS, registry)
    ends = Children(calls, lambda end: ("client", end), ["good", "bad"])
    ends["bad"].add()
    ends["odd"].add(0)
    assert exposed(registry)[1:] == [
        'voicetap_calls_total{end="good",from="client"} 0.0',
        'voicetap_calls_total{end="bad",from="client"} 1.0',
    ]
    ends["odd"].add(2)
    assert exposed(registry)[3:] == ['voicetap_calls_total{end="odd",from="client"} 2.0']
    assert ends["odd"] is ends["odd"] is calls.child("client", "odd")


def test_a_gauge_goes_up_and_down_and_is_there_at_zero() -> None:
    registry = CollectorRegistry()
    live = Numbers(LIVE, registry).child()
    live.move(2)
    live.move(-1)
    assert exposed(registry) == ["# TYPE voicetap_calls gauge", "voicetap_calls 1.0"]
    live.move(-1)
    assert exposed(registry) == ["# TYPE voicetap_calls gauge", "voicetap_calls 0.0"]


def test_histograms() -> None:
    registry = CollectorRegistry()
    seconds = Histogram(SECONDS, registry).child()
    for value in (0.25, 0.5, 0.75, 3.0):
        seconds.observe(value)
    sides = Histogram(PER_SIDE, registry)
    sides.child("server", expected=False)
    sides.child("other")
    sides.child("client", expected=False).observe(0.0)
    assert exposed(registry) == [
        "# TYPE voicetap_call_seconds histogram",
        'voicetap_call_seconds_bucket{le="0.5"} 2.0',
        'voicetap_call_seconds_bucket{le="1.0"} 3.0',
        'voicetap_call_seconds_bucket{le="+Inf"} 4.0',
        "voicetap_call_seconds_count 4.0",
        "voicetap_call_seconds_sum 4.5",
        "# TYPE voicetap_side_seconds histogram",
        'voicetap_side_seconds_bucket{from="other",le="1.0"} 0.0',
        'voicetap_side_seconds_bucket{from="other",le="+Inf"} 0.0',
        'voicetap_side_seconds_count{from="other"} 0.0',
        'voicetap_side_seconds_sum{from="other"} 0.0',
        'voicetap_side_seconds_bucket{from="client",le="1.0"} 1.0',
        'voicetap_side_seconds_bucket{from="client",le="+Inf"} 1.0',
        'voicetap_side_seconds_count{from="client"} 1.0',
        'voicetap_side_seconds_sum{from="client"} 0.0',
    ]


@pytest.mark.parametrize("value", [None, nan, inf, -inf, -0.5])
def test_what_is_not_known_or_no_number_is_no_sample(value: float | None) -> None:
    registry = CollectorRegistry()
    calls = Numbers(CALLS, registry).child("client", "good")
    seconds = Histogram(SECONDS, registry).child()
    before = openmetrics(registry)
    calls.add(value, TRACE)
    seconds.observe(value, TRACE)
    assert openmetrics(registry) == before


def test_an_exemplar_has_the_span_the_value_and_the_time_of_the_latest_sample_that_has_one() -> None:
    registry = CollectorRegistry()
    calls = Numbers(CALLS, registry).child("client", "good")
    calls.add(1, TRACE)
    calls.add(2)
    seconds = Histogram(SECONDS, registry).child()
    seconds.observe(0.75, Trace("0" * 32, "0" * 16, 1.0))
    seconds.observe(0.625, TRACE)
    seconds.observe(1.5)
    assert openmetrics(registry) == [
        f'voicetap_calls_total{{end="good",from="client"}} 3.0 {EXEMPLAR} 1.0 12.5',
        'voicetap_call_seconds_bucket{le="0.5"} 0.0',
        f'voicetap_call_seconds_bucket{{le="1.0"}} 2.0 {EXEMPLAR} 0.625 12.5',
        'voicetap_call_seconds_bucket{le="+Inf"} 3.0',
        "voicetap_call_seconds_count 3.0",
        "voicetap_call_seconds_sum 2.875",
    ]


def test_the_labels_of_an_exemplar_are_within_the_limit_of_openmetrics() -> None:
    labels = TRACE.exemplar(1.0).labels
    assert sum(len(name) + len(value) for name, value in labels.items()) == 63
