"""What boards ask."""

import pytest

from dashboards.boards.queries import (
    RANGE,
    RATE,
    beyond,
    buckets,
    during,
    last_told,
    lowest_share,
    mean,
    now,
    of,
    of_any_model,
    per_second,
    percentile,
    percentile_during,
    share,
    share_beyond,
    share_within,
)
from dashboards.promql import NotInCatalogue
from voicetap.signals.names import (
    DEAD_AIR,
    RATE_LIMIT_LIMIT,
    RATE_LIMIT_REMAINING,
    SESSIONS_ACTIVE,
    TOOL_ROUND_TRIP,
    TRANSCRIPTIONS,
    TURN_LATENCY,
    TURNS,
)

WHERE = 'job=~"$job", instance=~"$instance"'


def test_each_metric_is_selected_by_the_variables_that_it_has_a_label_for() -> None:
    assert of(DEAD_AIR) == f"voicetap_dead_air_total{{{WHERE}}}"
    assert of(TURNS, 'outcome="failed"') == f'voicetap_turns_total{{{WHERE}, model=~"$model", outcome="failed"}}'
    assert of(TRANSCRIPTIONS).endswith(', transcription_model=~"$transcription_model"}')
    assert of_any_model(TURNS) == f"voicetap_turns_total{{{WHERE}}}"


def test_sums() -> None:
    active = f'voicetap_sessions_active{{{WHERE}, model=~"$model"}}'
    turns = f'voicetap_turns_total{{{WHERE}, model=~"$model"}}'
    assert now(SESSIONS_ACTIVE) == f"sum({active})"
    assert per_second(TURNS, by=("outcome",)) == f"sum by (outcome) (rate({turns}[$__rate_interval]))"
    assert during(TURNS) == f"sum(increase({turns}[$__range]))"
    assert during(TURNS, offset=RANGE) == f"sum(increase({turns}[$__range] offset $__range))"


def test_a_share_in_the_time_range_and_in_the_one_before() -> None:
    where = f'{WHERE}, model=~"$model"'
    failed, turns = f'voicetap_turns_total{{{where}, outcome="failed"}}', f"voicetap_turns_total{{{where}}}"
    assert share(TURNS, 'outcome="failed"', over=RANGE, offset=RANGE) == (
        f"sum(increase({failed}[$__range] offset $__range))\n  / (sum(increase({turns}[$__range] offset $__range)) > 0)"
    )
    assert share(TURNS, 'outcome="failed"', over=RATE, by=("model",)) == (
        f"sum by (model) (rate({failed}[$__rate_interval]))\n  / (sum by (model) (rate({turns}[$__rate_interval])) > 0)"
    )


def test_what_processes_share_is_what_the_least_of_them_was_told() -> None:
    where = f'{WHERE}, model=~"$model"'
    left, limit = (f"voicetap_rate_limit_{which}{{{where}}}" for which in ("remaining", "limit"))
    assert last_told(RATE_LIMIT_LIMIT, by=("name",)) == f"min by (name) (last_over_time({limit}[$__range]))"
    assert lowest_share(RATE_LIMIT_REMAINING, RATE_LIMIT_LIMIT, over=RANGE) == (
        f"min(min_over_time({left}[$__range])\n  / (max_over_time({limit}[$__range]) > 0))"
    )


def test_a_label_that_is_gone_is_no_label_to_sum_by() -> None:
    with pytest.raises(NotInCatalogue):
        per_second(TURNS, by=("colour",))


def test_histograms() -> None:
    where = f'{WHERE}, model=~"$model"'
    bucket = f"voicetap_turn_latency_seconds_bucket{{{where}}}"
    assert (
        percentile(0.5, TURN_LATENCY) == f"histogram_quantile(0.5, sum by (le) (rate({bucket}[$__rate_interval]))) >= 0"
    )
    during_range = f"histogram_quantile(0.95, sum by (model, le) (increase({bucket}[$__range]))) >= 0"
    assert percentile_during(0.95, TURN_LATENCY, by=("model",)) == during_range
    assert buckets(TURN_LATENCY) == f"sum by (le) (increase({bucket}[$__rate_interval]))"


@pytest.mark.parametrize(("over", "function"), [(RATE, "rate"), (RANGE, "increase")])
def test_a_share_of_a_histogram(over: str, function: str) -> None:
    where = f'{WHERE}, model=~"$model"'
    good = f'sum({function}(voicetap_turn_latency_seconds_bucket{{{where}, le="1.5"}}[{over}]))'
    every = f"sum({function}(voicetap_turn_latency_seconds_count{{{where}}}[{over}]))"
    assert share_within(TURN_LATENCY, 1.5, over=over) == f"{good}\n  / ({every} > 0)"
    assert share_beyond(TURN_LATENCY, 1.5, over=over) == f"clamp_min(1 - {good}\n  / ({every} > 0), 0)"


def test_a_bound_that_is_not_written_alike_everywhere() -> None:
    """Over OTLP the bucket of 3.0 may be called 3."""
    where = f'{WHERE}, model=~"$model"'
    within = f'sum(increase(voicetap_turn_latency_seconds_bucket{{{where}, le=~"3([.]0)?"}}[$__range]))'
    every = f"sum(increase(voicetap_turn_latency_seconds_count{{{where}}}[$__range]))"
    assert share_within(TURN_LATENCY, 3.0, over=RANGE) == f"{within}\n  / ({every} > 0)"
    assert beyond(TURN_LATENCY, 3.0) == f"round({every}\n  - {within})"


def test_a_bound_that_there_is_not() -> None:
    with pytest.raises(ValueError, match=r"1\.4 s is no bound"):
        share_within(TURN_LATENCY, 1.4, over=RATE)


@pytest.mark.parametrize(("over", "function"), [(RATE, "rate"), (RANGE, "increase")])
def test_a_mean(over: str, function: str) -> None:
    added, number = (
        f"sum by (instance) ({function}(voicetap_tool_round_trip_seconds_{part}{{{WHERE}}}[{over}]))"
        for part in ("sum", "count")
    )
    assert mean(TOOL_ROUND_TRIP, over=over, by=("instance",)) == f"{added}\n  / ({number} > 0)"
