"""The runbook has what each alert needs, and what it names is there."""

import json
import re
from functools import cache

import pytest

from dashboards import objectives
from support.expressions import alert_rules
from support.requires import REPOSITORY
from voicetap.signals.names import METRICS

ALERTS = list(dict.fromkeys(rule["alert"] for rule in alert_rules()))
SHORT = "InLowTraffic"
"""Alerts whose entry leads to that of another one."""

each_alert = pytest.mark.parametrize("alert", ALERTS)


@cache
def page() -> str:
    return (REPOSITORY / "dashboards" / "README.md").read_text()


@cache
def entries() -> dict[str, str]:
    """Each heading of the runbook, and what stands below it."""
    runbook = page().partition("\n## Runbook\n")[2]
    parts = re.split(r"^### (\S+)$", runbook, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@cache
def rows() -> dict[str, list[str]]:
    """The table of alerts: severity, when, objectives."""
    found = re.findall(r"^\| \[(\w+)\]\(#(\w+)\) \| (.+) \|$", page(), flags=re.MULTILINE)
    assert all(name.lower() == anchor for name, anchor, _ in found)
    return {name: cells.split(" | ") for name, _, cells in found}


def test_every_alert_has_a_heading_and_every_heading_an_alert() -> None:
    assert list(entries()) == ALERTS


@each_alert
def test_an_entry_says_what_it_is_where_to_look_and_what_to_do(alert: str) -> None:
    parts = re.findall(r"^\*\*([^*]+)\*\*", entries()[alert], flags=re.MULTILINE)
    said = [part for part in parts if " > " not in part]
    if alert.endswith(SHORT):
        assert f"(#{alert.removesuffix(SHORT).lower()})" in entries()[alert]
        assert said == ["Tune."]
    else:
        assert said == ["For callers.", "Look at", "Causes, and what to do", "Tune."]


def test_the_table_has_every_alert_with_its_severities() -> None:
    severities: dict[str, list[str]] = {}
    for rule in alert_rules():
        found = severities.setdefault(rule["alert"], [])
        found.extend({rule["labels"]["severity"]} - set(found))
    assert {name: cells[0] for name, cells in rows().items()} == {
        name: ", ".join(found) for name, found in severities.items()
    }
    assert list(rows()) == ALERTS


@each_alert
def test_the_figures_of_the_table_are_the_objectives(alert: str) -> None:
    _, when, named = rows()[alert]
    for name in re.findall(r"`(\w+)`", named):
        for figure in figures(name):
            assert re.search(rf"(?<![\w.]){re.escape(figure)}(?!\w)", when), (name, figure)
    if alert.endswith(SHORT):
        assert (
            f"in {objectives.FEW.window} or in {objectives.FEW.long}, and more than {objectives.FEW.ratio:.0%}" in when
        )


def figures(name: str) -> list[str]:
    """A constant of dashboards/objectives.py, as people write it."""
    value = getattr(objectives, name)
    if isinstance(value, objectives.Objective):
        return [f"{100 * value.budget:g}%"]
    if isinstance(value, objectives.Few):
        # Where the number alone counts, the window of the alert is named apart.
        return [str(value.bad)]
    if name.endswith("_BYTES"):
        return [f"{value // 2**20} MiB" if value >= 2**20 else f"{value // 2**10} KiB"]
    if name.endswith(("_RATIO", "_LEFT")):
        return [f"{100 * value:g}%"]
    if name in ("BURNS", "LATENCY_BURNS", "JOB"):
        return []
    return [value if isinstance(value, str) else f"{value:g}"]


def test_the_rates_and_numbers_above_the_table_are_those_of_the_burns() -> None:
    told = " ".join(page().partition("\n## Alerts\n")[2].partition("\n| alert")[0].split())
    rates = [f"{burn.rate:g}" for burn in objectives.BURNS]
    assert f"at {rates[0]} or {rates[1]} times its rate" in told
    assert "the ticket when three days burn it at its rate" in told
    assert rates[2:] == ["1"]
    assert f"({', '.join(str(burn.events) for burn in objectives.BURNS)})" in told
    assert f"the last figure stands for an hour ({objectives.LAST_KNOWN})" in told


@each_alert
def test_what_it_can_be_tuned_by_is_an_objective(alert: str) -> None:
    tune = entries()[alert].partition("**Tune.**")[2]
    names = re.findall(r"`([A-Z_]+)`", tune)
    assert names
    assert [name for name in names if not hasattr(objectives, name)] == []


@each_alert
def test_panels_that_it_names_are_on_their_boards(alert: str) -> None:
    named = re.findall(r"\*\*([^*]+?)\s>\s([^*]+?)\*\*", " ".join(entries()[alert].split()))
    assert [f"{board} > {panel}" for board, panel in named if panel not in panels()[board]] == []


@cache
def panels() -> dict[str, set[str]]:
    """The titles of the panels of each board."""
    boards = [json.loads(path.read_text()) for path in (REPOSITORY / "dashboards/compiled/boards").glob("*.json")]
    return {
        board["title"].rpartition(" / ")[2]: {
            panel.get("title") for row in board["panels"] for panel in (row, *row.get("panels", ()))
        }
        for board in boards
    }


def test_log_lines_that_it_names_are_written() -> None:
    documented = (REPOSITORY / "docs" / "logs.md").read_text()
    for entry in entries().values():
        for line in re.findall(r"^\d\. Log: `([^`…]+)`", entry, flags=re.MULTILINE):
            assert f"| `{line}` |" in documented


def test_metrics_that_it_names_are_in_the_catalogue() -> None:
    named = set(re.findall(r"\bvoicetap_[a-z_]+", page()))
    assert named <= {metric.full_name for metric in METRICS}
