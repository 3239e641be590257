"""Composing expressions from the catalogue."""

import pytest

from dashboards.promql import (
    NotInCatalogue,
    greatest,
    increase,
    least,
    quantile,
    rate,
    ratio,
    rest,
    selector,
    some,
    total,
)
from voicetap.signals.names import SESSIONS_ACTIVE, TURN_LATENCY, TURNS


def test_a_selector_names_the_metric_and_what_it_must_match() -> None:
    assert selector(SESSIONS_ACTIVE) == "voicetap_sessions_active"
    assert selector(TURNS, 'outcome="failed"', 'job=~"a|b"') == 'voicetap_turns_total{outcome="failed", job=~"a|b"}'


def test_a_part_of_a_histogram() -> None:
    assert selector(TURN_LATENCY, 'le="1.5"', part="_bucket") == 'voicetap_turn_latency_seconds_bucket{le="1.5"}'


@pytest.mark.parametrize(
    ("metric", "matcher", "part", "problem"),
    [
        (TURNS, 'colour="red"', "", "voicetap_turns_total has no label colour"),
        (TURNS, "outcome=failed", "", "outcome=failed is no matcher"),
        (TURNS, 'outcome="failed"', "_count", "voicetap_turns_total has no part '_count'"),
        (TURN_LATENCY, 'model="a"', "", "voicetap_turn_latency_seconds has no part ''"),
        (TURN_LATENCY, 'le="1.5"', "_count", "voicetap_turn_latency_seconds_count has no label le"),
    ],
)
def test_what_the_catalogue_does_not_have(metric: object, matcher: str, part: str, problem: str) -> None:
    with pytest.raises(NotInCatalogue) as raised:
        selector(metric, matcher, part=part)  # type: ignore[arg-type]
    assert str(raised.value) == problem


def test_functions() -> None:
    assert rate("a", "5m") == "rate(a[5m])"
    assert increase("a", "5m") == "increase(a[5m])"
    assert increase("a", "5m", "1h") == "increase(a[5m] offset 1h)"
    assert total("a") == "sum(a)"
    assert total("a", "job", "model") == "sum by (job, model) (a)"
    assert ratio("a", "b") == "a\n  / (b > 0)"
    assert some("a") == "a > 0"
    assert rest("a\n  / (b > 0)") == "clamp_min(1 - a\n  / (b > 0), 0)"
    assert least("a") == "min(a)"
    assert least("a", "job") == "min by (job) (a)"
    assert greatest("a") == "max(a)"
    assert greatest("a", "job") == "max by (job) (a)"
    assert quantile(0.95, "a", "model") == "histogram_quantile(0.95, sum by (model, le) (a)) >= 0"
