"""A fault is on the boards what it is for the alerts, so that a figure and an alert never contradict each other."""

from collections.abc import Callable

import pytest

from dashboards.boards import faults
from dashboards.boards.queries import RANGE, RATE
from dashboards.interpolation import interpolated
from dashboards.rules import shares
from dashboards.rules.share import Share
from support.expressions import alert_rules
from support.promql_tree import selected

CHOSEN = {"job", "instance", "model", "transcription_model"}
"""What the reader of a board chooses, and an alert does not."""

SAME: list[tuple[Callable[[str], str], Share]] = [
    (faults.transcriptions_failed, shares.FAILED_TRANSCRIPTIONS),
    (faults.transcriptions_that_never_came, shares.MISSING_TRANSCRIPTIONS),
    (faults.responses_failed, shares.FAILED_RESPONSES),
    (faults.handshakes_failed, shares.FAILED_HANDSHAKES),
    (faults.sessions_not_started, shares.FAILED_STARTS),
    (faults.dead_air, shares.UNANSWERED_TURNS),
]


def looked_at(promql: str) -> list[tuple[str, dict[str, str]]]:
    """The series of an expression, whatever is chosen of them."""
    return [
        (each.name, {label: value for label, value in each.matchers.items() if label not in CHOSEN})
        for each in selected(interpolated(promql, range_seconds=3600, rate_seconds=3600))
    ]


@pytest.mark.parametrize("over", [RANGE, RATE])
@pytest.mark.parametrize(("fault", "share"), SAME, ids=lambda each: getattr(each, "__name__", ""))
def test_a_share_is_of_the_same_series_as_its_alerts(fault: Callable[[str], str], share: Share, over: str) -> None:
    assert looked_at(fault(over)) == looked_at(share.part("1h")) + looked_at(share.whole("1h"))


def test_abnormal_ends_are_those_of_their_alerts() -> None:
    expressions = [rule["expr"] for rule in alert_rules() if rule["alert"] == "VoicetapAbnormalCloses"]
    assert expressions
    for expression in expressions:
        assert looked_at(expression)[:2] == looked_at(faults.abnormal_ends(RANGE))


def test_calls_do_not_start_where_their_handshake_fails_or_no_session_follows() -> None:
    refused, _ = looked_at(faults.handshakes_failed(RANGE))
    not_started, connections = looked_at(faults.sessions_not_started(RANGE))
    assert looked_at(faults.calls_not_started(RANGE)) == [refused, not_started, refused, connections]
