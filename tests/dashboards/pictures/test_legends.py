"""What series are called."""

import pytest

from dashboards.pictures.legends import name

LABELS = {"model": "gpt-realtime", "outcome": "failed"}


@pytest.mark.parametrize(
    ("legend", "labels", "called"),
    [
        ("half", LABELS, "half"),
        ("{{model}}: {{ outcome }}", LABELS, "gpt-realtime: failed"),
        ("{{model}} {{absent}}", LABELS, "gpt-realtime "),
        ("__auto", {"model": "gpt-realtime"}, "gpt-realtime"),
        ("__auto", LABELS, '{model="gpt-realtime", outcome="failed"}'),
        ("__auto", {}, "sum(up)"),
    ],
)
def test_a_series_is_called_after_its_labels(legend: str, labels: dict[str, str], called: str) -> None:
    assert name(legend, labels, "sum(up)") == called
