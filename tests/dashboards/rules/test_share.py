"""What is recorded of bad events among all."""

import pytest

from dashboards.promql import NotInCatalogue
from dashboards.rules.share import Share, above, counted
from voicetap.signals.names import RESPONSES, TURN_LATENCY

BY = ("job", "model")


def test_long_windows_are_added_up_from_what_is_recorded_and_short_ones_from_what_is_scraped() -> None:
    whole = counted(RESPONSES, by=BY)
    share = Share("voicetap_responses", BY, "failure", counted(RESPONSES, 'status="failed"', by=BY), whole)
    recorded = {rule.name: rule.expression for rule in share.rules(["1h", "3d"], ["3d"])}
    assert recorded["job_model:voicetap_responses:increase3d"] == (
        "sum_over_time(job_model:voicetap_responses:increase5m[3d:5m])"
    )
    assert recorded["job_model:voicetap_responses:failure_ratio_rate3d"] == (
        "sum_over_time(job_model:voicetap_responses:failure_increase5m[3d:5m])\n"
        "  / (job_model:voicetap_responses:increase3d > 0)"
    )
    assert recorded["job_model:voicetap_responses:failure_ratio_rate1h"] == (
        'sum by (job, model) (increase(voicetap_responses_total{status="failed"}[1h]))\n'
        "  / (sum by (job, model) (increase(voicetap_responses_total[1h])) > 0)"
    )


@pytest.mark.parametrize("bound", [1.0, 1.4], ids=["written differently over OTLP", "no bound of its buckets"])
def test_a_bound_has_to_be_one_that_can_be_asked_for(bound: float) -> None:
    with pytest.raises(ValueError, match=f"{bound:g} is no bound"):
        above(TURN_LATENCY, bound, by=BY)


def test_a_label_that_the_metric_does_not_have_breaks_the_build() -> None:
    with pytest.raises(NotInCatalogue, match="no label transcription_model"):
        counted(RESPONSES, by=("job", "transcription_model"))
