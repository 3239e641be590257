import re

from voicetap.signals.names import METRICS, Kind


def test_names_follow_the_conventions_of_prometheus() -> None:
    for metric in METRICS:
        assert re.fullmatch(r"[a-z][a-z_]*[a-z]", metric.name), metric.name
        assert metric.name.endswith("_total") == (metric.kind is Kind.COUNTER), metric.name
        assert bool(metric.buckets) == (metric.kind is Kind.HISTOGRAM), metric.name
        assert metric.help
        assert not metric.help.endswith("."), metric.name
        if metric.kind is Kind.HISTOGRAM:
            assert metric.name.endswith("_seconds"), metric.name


def test_every_metric_is_there_once() -> None:
    names = [metric.name for metric in METRICS]
    assert len(set(names)) == len(names)


def test_buckets_rise() -> None:
    for metric in METRICS:
        assert list(metric.buckets) == sorted(set(metric.buckets))
