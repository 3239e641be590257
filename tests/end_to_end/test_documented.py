"""docs/metrics.md is what the catalogue says, and asks only for metrics that there are; made pages are up to date."""

import re
import subprocess
import sys

import pytest

from support.promql import Example, examples
from support.requires import REPOSITORY
from voicetap.signals.names import METRICS

PAGE = REPOSITORY / "docs" / "metrics.md"
SUFFIXES = ("_bucket", "_sum", "_count")


@pytest.mark.parametrize("page", ["metrics", "scaling"])
def test_the_page_is_up_to_date(page: str) -> None:
    command = [sys.executable, f"docs/{page}.py"]
    written = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    assert (REPOSITORY / "docs" / f"{page}.md").read_text() == written, f"docs/{page}.md is out of date: make docs"


def test_every_metric_has_its_row() -> None:
    rows = re.findall(r"^\| `(voicetap_\w+)` \|", PAGE.read_text(), re.MULTILINE)
    assert sorted(rows) == sorted(metric.full_name for metric in METRICS)


def test_every_label_has_its_row() -> None:
    rows = set(re.findall(r"^\| `(\w+)`(?: of `voicetap_\w+`)? \|", PAGE.read_text(), re.MULTILINE))
    assert {label for metric in METRICS for label in metric.labels} - rows == set()


def test_examples_ask_for_metrics_that_there_are() -> None:
    found = examples(PAGE)
    assert len(found) > 10
    known = {metric.full_name for metric in METRICS}
    for example in found:
        for name in re.findall(r"voicetap_\w+", example.promql):
            assert known & {name, *(name.removesuffix(suffix) for suffix in SUFFIXES)}, example


def test_an_example_is_a_question_and_what_prometheus_is_asked() -> None:
    assert examples(PAGE)[0] == Example(
        "What share of connections never became a session?",
        'sum(rate(voicetap_session_starts_total{outcome!="started"}[5m]))\n'
        "  / sum(rate(voicetap_session_starts_total[5m]))",
    )
