import re

from voicetap.signals.names import METRICS, Kind

UNITS = {"_seconds": "s", "_bytes": "By", "_ratio": "1"}
"""Of what a name ends with, `_total` apart."""


def test_names_follow_the_conventions_of_prometheus() -> None:
    for metric in METRICS:
        assert re.fullmatch(r"[a-z][a-z_]*[a-z]", metric.name), metric.name
        assert metric.name.endswith("_total") == (metric.kind is Kind.COUNTER), metric.name
        assert bool(metric.buckets) == (metric.kind is Kind.HISTOGRAM), metric.name
        assert metric.help
        assert not metric.help.endswith("."), metric.name


def test_base_units_are_in_the_names() -> None:
    for metric in METRICS:
        ending = re.search(r"_(seconds|bytes|ratio)$", metric.name.removesuffix("_total"))
        assert metric.unit == UNITS[ending[0]] if ending else metric.unit not in UNITS.values(), metric.name
        assert ending or metric.kind is not Kind.HISTOGRAM, metric.name


def test_labels_can_be_labels_and_are_no_words_of_prometheus() -> None:
    for metric in METRICS:
        assert len(set(metric.labels)) == len(metric.labels), metric.name
        for label in metric.labels:
            assert re.fullmatch(r"[a-z][a-z_]*", label), metric.name
            assert label not in {"le", "quantile", "job", "instance"}, metric.name


def test_every_metric_is_there_once() -> None:
    for names in ([metric.full_name for metric in METRICS], [metric.otel_name for metric in METRICS]):
        assert len(set(names)) == len(names)


def test_buckets_rise() -> None:
    for metric in METRICS:
        assert list(metric.buckets) == sorted(set(metric.buckets))


def test_latencies_have_the_bounds_of_the_usual_objectives() -> None:
    latencies = [
        metric for metric in METRICS if "latency" in metric.name or metric.name == "time_to_first_audio_seconds"
    ]
    assert len(latencies) == 4
    for metric in latencies:
        assert {0.5, 0.8, 1.0, 1.5} <= set(metric.buckets), metric.name
