"""The boards, as Grafana gets them."""

import json
import re
import subprocess
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest
import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from dashboards import foreign
from dashboards.__main__ import compiled
from dashboards.interpolation import interpolated
from dashboards.panels import UNKNOWN
from support.boards import COMPILED, Asked, Json, asked, compiled_boards, panels
from support.linter import RULES
from support.promql_tree import selected
from support.requires import requires_program
from voicetap.signals.metric import Kind
from voicetap.signals.names import BUILD_INFO, METRICS

BOARDS = {board["uid"]: board for board in compiled_boards()}
each_board = pytest.mark.parametrize("uid", BOARDS)

LABELS = {
    f"{metric.full_name}{part}": {"job", "instance", *metric.labels, *(["le"] if part == "_bucket" else [])}
    for metric in (*METRICS, *(one for one in vars(foreign).values() if isinstance(one, foreign.Foreign)))
    for part in (("_bucket", "_sum", "_count") if metric.kind is Kind.HISTOGRAM else ("",))
}
"""Series -> its labels, of the catalogue and of what Prometheus adds to it."""


def test_there_are_the_five_boards() -> None:
    assert set(BOARDS) == {f"voicetap-{name}" for name in ("overview", "quality", "latency", "cost", "proxy")}


def test_what_is_committed_is_what_would_be_written() -> None:
    """If this fails: make boards."""
    written = dict(compiled())
    assert {path: path.read_text() for path in written if path.exists()} == written
    kept = {path for path in COMPILED.rglob("*") if path.is_file()}
    assert kept == {path for path in written if path.is_relative_to(COMPILED)}


@each_board
def test_grafanas_own_types_know_every_key(uid: str) -> None:
    """What they do not know, they drop."""
    there_and_back = json.loads(JSONEncoder().encode(Dashboard.from_json(deepcopy(BOARDS[uid]))))
    assert there_and_back == BOARDS[uid]


@pytest.mark.parametrize("rule", RULES)
@each_board
def test_a_board_keeps_the_rule(uid: str, rule: str) -> None:
    assert list(RULES[rule](BOARDS[uid])) == []


def _panel(board: Json, kind: str = "timeseries") -> Json:
    return next(panel for panel in panels(board) if panel["type"] == kind)


def _in_expression(old: str, new: str) -> Callable[[Json], None]:
    def spoil(board: Json) -> None:
        target = next(t for panel in panels(board) for t in panel["targets"] if old in t["expr"])
        target["expr"] = target["expr"].replace(old, new)

    return spoil


def _variable(board: Json, name: str) -> Json:
    found: Json = next(one for one in board["templating"]["list"] if one["name"] == name)
    return found


SPOILED: dict[str, Callable[[Json], object]] = {
    "template-datasource-rule": lambda board: _variable(board, "datasource").update(label="Source"),
    "template-job-rule": lambda board: _variable(board, "job").update(multi=False),
    "template-instance-rule": lambda board: _variable(board, "instance").update(allValue=".*"),
    "template-label-promql-rule": lambda board: _variable(board, "model").update(query="label_values(up, model)"),
    "template-on-time-change-reload-rule": lambda board: _variable(board, "job").update(refresh=1),
    "panel-datasource-rule": lambda board: _panel(board)["targets"][0]["datasource"].update(uid="prometheus"),
    "panel-title-description-rule": lambda board: _panel(board).update(description=" "),
    "panel-units-rule": lambda board: _panel(board)["fieldConfig"]["defaults"].update(unit="seconds"),
    "panel-no-targets-rule": lambda board: _panel(board).update(targets=[]),
    "target-promql-rule": _in_expression("sum", "sum ("),
    "target-job-rule": _in_expression('job=~"$job", ', ""),
    "target-instance-rule": _in_expression('instance=~"$instance"', 'instance="a"'),
    "target-rate-interval-rule": _in_expression("$__rate_interval", "5m"),
    "target-counter-agg-rule": _in_expression("rate(", "delta("),
    "uneditable-dashboard": lambda board: board.update(editable=True),
    "own-window-rule": _in_expression("$__range", "1h"),
    "own-legend-rule": lambda board: _panel(board)["targets"][0].update(legendFormat="{{colour}}"),
    "own-links-rule": lambda board: board["links"][0].update(keepTime=False),
    "own-repetition-rule": lambda board: board["panels"].append(deepcopy(_panel(board, "stat"))),
    "own-place-rule": lambda board: _panel(board)["gridPos"].update(y=0),
    "own-id-rule": lambda board: _panel(board).update(id=board["panels"][0]["id"]),
}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_finds_what_breaks_it(rule: str) -> None:
    board = deepcopy(BOARDS["voicetap-overview"])
    SPOILED[rule](board)
    assert list(RULES[rule](board))


def test_grafanas_types_drop_what_is_misspelt() -> None:
    board = deepcopy(BOARDS["voicetap-overview"])
    _panel(board)["fieldConfig"]["defaults"]["unti"] = "s"
    assert json.loads(JSONEncoder().encode(Dashboard.from_json(deepcopy(board)))) != board


def test_promtool_takes_every_expression(tmp_path: Path) -> None:
    promtool = requires_program("promtool")
    rules = [{"record": f"panel:{number}", "expr": each.filled()} for number, each in enumerate(asked())]
    file = tmp_path / "rules.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "boards", "rules": rules}]}))
    run = subprocess.run([promtool, "check", "rules", str(file)], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert f"{len(rules)} rules found" in run.stdout


@each_board
def test_a_board_has_every_choice_that_its_expressions_follow(uid: str) -> None:
    """What Grafana does not know it leaves as it is, and `$model` as a pattern is found in nothing."""
    assert _unknown_choices(BOARDS[uid]) == set()


def test_a_choice_that_a_board_does_not_have_is_found() -> None:
    board = deepcopy(BOARDS["voicetap-overview"])
    board["templating"]["list"].remove(_variable(board, "transcription_model"))
    assert _unknown_choices(board) == {"transcription_model"}


def _unknown_choices(board: Json) -> set[str]:
    expressions = [target["expr"] for panel in panels(board) for target in panel["targets"]]
    expressions += [each["expr"] for each in board["annotations"]["list"]]
    expressions += [each["query"] for each in board["templating"]["list"] if each["type"] == "query"]
    followed = set(re.findall(r"\$\{?(\w+)", " ".join(expressions)))
    return followed - {one["name"] for one in board["templating"]["list"]} - {"__range", "__rate_interval"}


@each_board
def test_a_figure_without_data_is_neither_good_nor_bad(uid: str) -> None:
    """Grafana gives it the colour of what is below all bounds; what is shown is 0 at least."""
    figures = [panel for panel in panels(BOARDS[uid]) if panel["type"] == "stat"]
    steps = [panel["fieldConfig"]["defaults"]["thresholds"]["steps"][:2] for panel in figures]
    assert steps
    assert {(nothing["value"], nothing["color"], least["value"]) for nothing, least in steps} == {(None, UNKNOWN, 0)}


@each_board
def test_what_every_job_has_is_asked_of_voicetaps_processes_alone(uid: str) -> None:
    """All jobs may be chosen, and then those are meant that voicetap runs in."""
    board = BOARDS[uid]
    expressions = [target["expr"] for panel in panels(board) for target in panel["targets"]]
    expressions += [each["expr"] for each in board["annotations"]["list"] if "ALERTS" not in each["expr"]]
    foreign_names = {one.full_name for one in vars(foreign).values() if isinstance(one, foreign.Foreign)}
    for expression in expressions:
        found = selected(interpolated(expression, range_seconds=60, rate_seconds=60))
        if any(each.name in foreign_names for each in found):
            known = [each for each in found if each.name == BUILD_INFO.full_name]
            assert len(known) == sum(each.name in foreign_names for each in found), expression
            assert all({"job", "instance"} <= each.grouped for each in known), expression


@pytest.mark.parametrize("each", asked(), ids=str)
def test_an_expression_asks_for_what_there_is(each: Asked) -> None:
    for found in selected(each.filled()):
        assert found.name in LABELS
        assert found.matchers.keys() | found.grouped <= LABELS[found.name], found.name


def test_every_metric_of_the_catalogue_is_on_some_board() -> None:
    """What is measured and never shown is measured in vain."""
    shown = {found.name for each in asked() for found in selected(each.filled())}
    parts = ("", "_bucket", "_sum", "_count")
    assert [m.name for m in METRICS if not any(f"{m.full_name}{part}" in shown for part in parts)] == []
