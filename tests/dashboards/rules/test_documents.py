"""The rules as Prometheus reads them: names, labels, texts, thresholds."""

import re
import subprocess
from typing import Any

import pytest
import yaml

from dashboards import objectives
from dashboards.rules import alert_groups, as_yaml, recording_groups
from support.expressions import Rule, alert_rules, kept_by, metrics_of, recorded_in, recording_rules, selectors
from support.requires import REPOSITORY, requires_program
from voicetap.signals.metric import Kind
from voicetap.signals.names import METRICS

COMPILED = REPOSITORY / "dashboards" / "compiled" / "rules"
OF_PROMETHEUS: dict[str, set[str]] = {
    "up": set(),
    "process_resident_memory_bytes": set(),
    "process_start_time_seconds": set(),
}
"""What is not voicetap's own, and has the labels of the target alone."""
TARGET = {"job", "instance"}

each_alert = pytest.mark.parametrize("rule", alert_rules(), ids=lambda rule: rule["alert"])
each_record = pytest.mark.parametrize("rule", recording_rules().values(), ids=lambda rule: rule["record"])
each_rule = pytest.mark.parametrize(
    "rule", [*alert_rules(), *recording_rules().values()], ids=lambda rule: rule.get("alert") or rule["record"]
)


def exposed() -> dict[str, set[str]]:
    """Each series of the catalogue, and its labels."""
    found = dict(OF_PROMETHEUS)
    for metric in METRICS:
        labels = set(metric.labels)
        if metric.kind is Kind.HISTOGRAM:
            found |= {f"{metric.full_name}_sum": labels, f"{metric.full_name}_count": labels}
            found[f"{metric.full_name}_bucket"] = labels | {"le"}
        else:
            found[metric.full_name] = labels
    return found


def texts(rule: Rule) -> list[str]:
    """Everything in a rule that may ask Prometheus for something."""
    return [rule["expr"], *rule.get("annotations", {}).values()]


@pytest.mark.parametrize(
    ("name", "groups"), [("voicetap-recording", recording_groups()), ("voicetap-alerts", alert_groups())]
)
def test_the_compiled_file_is_fresh(name: str, groups: list[dict[str, Any]]) -> None:
    text = (COMPILED / f"{name}.yaml").read_text()
    assert text == as_yaml(groups), "run: make boards"
    assert yaml.safe_load(text) == {"groups": groups}
    assert text.startswith("# Written by `make boards`")


def test_promtool_has_nothing_to_say() -> None:
    promtool = requires_program("promtool")
    files = [str(path) for path in sorted(COMPILED.glob("*.yaml"))]
    command = [promtool, "check", "rules", "--lint=all", "--lint-fatal", *files]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert f"{len(alert_rules())} rules found" in checked.stdout
    assert f"{len(recording_rules())} rules found" in checked.stdout


def test_no_name_of_a_group_is_there_twice() -> None:
    names = [group["name"] for group in (*recording_groups(), *alert_groups())]
    assert len(names) == len(set(names))


@each_rule
def test_what_it_asks_for_is_exposed_with_these_labels(rule: Rule) -> None:
    found = exposed()
    asked = [each for text in texts(rule) for each in selectors(text)]
    for each in asked:
        assert each.metric in found
        assert each.labels.keys() <= found[each.metric] | TARGET, each.metric
    assert recorded_in(rule["expr"]) <= recording_rules().keys()


@each_rule
def test_what_it_groups_by_are_labels_of_what_it_asks_for(rule: Rule) -> None:
    found = exposed()
    labels = set().union(*(found[metric] | TARGET for metric in metrics_of(rule["expr"])))
    for kept in kept_by(rule["expr"]):
        assert set(kept) <= labels


@each_rule
def test_bounds_of_buckets_are_written_alike_by_prometheus_and_otlp(rule: Rule) -> None:
    """`1.0` on /metrics is `1` over OTLP; fractions are the same in both."""
    for each in selectors(rule["expr"]):
        if each.metric.endswith("_bucket"):
            [metric] = [metric for metric in METRICS if f"{metric.full_name}_bucket" == each.metric]
            assert float(each.labels["le"]) in metric.buckets
            assert not float(each.labels["le"]).is_integer()


@each_record
def test_a_recorded_series_says_its_level_metric_and_operations(rule: Rule) -> None:
    level, metric, operations = rule["record"].split(":")
    assert re.fullmatch(r"(?:[a-z_]+_ratio_rate|(?:[a-z_]+_)?increase)\d+[mhdw]", operations)
    [window] = set(re.findall(r"\[(\w+)(?:\]|:)", rule["expr"])) or {"5m"}
    assert operations.endswith(window)
    assert metric in {each.full_name.removesuffix("_total") for each in METRICS}
    assert level in {"job", "job_model", "job_transcription_model"}
    for kept in kept_by(rule["expr"]):
        assert "_".join(kept) == level
    for recorded in recorded_in(rule["expr"]):
        assert recorded.partition(":")[0] == level


def test_replicas_are_added_up_by_what_is_recorded() -> None:
    for rule in recording_rules().values():
        assert kept_by(rule["expr"]) or recorded_in(rule["expr"])
        assert "instance" not in rule["expr"]


def test_every_recorded_series_is_used() -> None:
    recorded = recording_rules()
    used: set[str] = set()
    needed = set().union(*(recorded_in(rule["expr"]) for rule in alert_rules()))
    while needed - used:
        name = (needed - used).pop()
        used.add(name)
        needed |= recorded_in(recorded[name]["expr"])
    assert recorded.keys() == used


def test_a_group_records_what_its_later_rules_need() -> None:
    """Rules of a group are evaluated one after the other; groups at times of their own."""
    for group in recording_groups():
        before: set[str] = set()
        for rule in group["rules"]:
            assert recorded_in(rule["expr"]) <= before
            before.add(rule["record"])


@each_alert
def test_an_alert_is_complete(rule: Rule) -> None:
    assert re.fullmatch(r"Voicetap([A-Z][a-z]+)+", rule["alert"])
    assert rule["labels"]["severity"] in {"critical", "warning", "info"}
    said = rule["annotations"]
    assert said.keys() == {"summary", "description", "runbook_url", "dashboard_url"}
    assert len(said["summary"]) < 100
    assert not said["summary"].endswith(".")
    assert said["description"].endswith(".")
    assert said["runbook_url"].endswith(f"/dashboards/README.md#{rule['alert'].lower()}")
    assert re.fullmatch(r"/d/voicetap-[a-z]+\?var-job=\{\{ \$labels\.job \| urlquery \}\}", said["dashboard_url"])


@each_alert
def test_the_board_of_an_alert_is_there(rule: Rule) -> None:
    uid = rule["annotations"]["dashboard_url"].removeprefix("/d/").partition("?")[0]
    assert (REPOSITORY / "dashboards" / "compiled" / "boards" / f"{uid}.json").exists()


@each_alert
def test_its_texts_speak_of_labels_that_it_has(rule: Rule) -> None:
    used = set(re.findall(r"\$labels\.(\w+)", " ".join(rule["annotations"].values())))
    recorded = [recording_rules()[name]["expr"] for name in recorded_in(rule["expr"])]
    kept = [set(labels) for text in (rule["expr"], *recorded) for labels in kept_by(text)]
    assert any(used <= labels for labels in (*kept, TARGET)), (used, kept)


@each_alert
def test_its_thresholds_are_objectives(rule: Rule) -> None:
    without = re.sub(r'\[[^\]]*\]|"[^"]*"|offset \w+|[a-z_]+:[a-z_]+:\w+', "", rule["expr"])
    numbers = {float(number) for number in re.findall(r"(?<![\w.])\d+(?:\.\d+)?", without)}
    # 0 and 1 are no thresholds: of `up`, of a limit that there is, of a counter that has grown.
    assert numbers - {0, 1} <= objective_numbers()


@each_alert
def test_how_long_it_has_to_hold_is_an_objective_too(rule: Rule) -> None:
    assert rule.get("for") in {None, objectives.LASTING, objectives.DOWN_FOR}


def objective_numbers() -> set[float]:
    """All that dashboards/objectives.py has, and the budgets of its objectives."""
    found: set[float] = set()
    for value in vars(objectives).values():
        parts = value if isinstance(value, tuple) else (value,)
        if isinstance(value, objectives.Objective):
            parts = (*parts, value.budget)
        flat = [each for part in parts for each in (part if isinstance(part, tuple) else (part,))]
        found |= {float(each) for each in flat if isinstance(each, int | float)}
    return found


def test_no_file_is_compiled_that_nobody_writes() -> None:
    assert {path.name for path in COMPILED.iterdir()} == {"voicetap-recording.yaml", "voicetap-alerts.yaml"}
