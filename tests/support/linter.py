"""The rules of Grafana's dashboard-linter, which is a Go program that cannot be had everywhere, and some of our own.

Each takes a board as JSON and yields what is wrong with it. The names are those of the linter's documentation
(github.com/grafana/dashboard-linter, docs/rules), `own-…` where it has no such rule.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from grafana_foundation_sdk.models import units

from dashboards.interpolation import interpolated
from support.boards import Json, panels
from support.promql_tree import Selected, selected

Rule = Callable[[Json], Iterator[str]]
RULES: dict[str, Rule] = {}

RATE_SECONDS, RANGE_SECONDS = 311, 7013
"""Windows by which the two variables are told apart, and from one that somebody wrote."""
UNITS = {value for name, value in vars(units).items() if isinstance(value, str) and not name.startswith("_")}
TEMPLATED = {"type": "prometheus", "uid": "${datasource}"}
WITH_UNITS = {"stat", "timeseries", "table", "gauge", "bargauge", "heatmap"}


def rule(name: str) -> Callable[[Rule], Rule]:
    """Enter it under this name."""

    def enter(check: Rule) -> Rule:
        RULES[name] = check
        return check

    return enter


def _variable(board: Json, name: str) -> Json:
    return next((one for one in board["templating"]["list"] if one["name"] == name), {})


def _expressions(board: Json) -> Iterator[tuple[str, str]]:
    for panel in panels(board):
        for target in panel.get("targets", ()):
            yield f"{panel.get('title')} / {target.get('refId')}", target.get("expr", "")


def _selectors(board: Json) -> Iterator[tuple[str, Selected]]:
    for where, expression in _expressions(board):
        filled = interpolated(expression, range_seconds=RANGE_SECONDS, rate_seconds=RATE_SECONDS)
        for found in selected(filled):
            yield where, found


@rule("template-datasource-rule")
def _datasource_is_chosen(board: Json) -> Iterator[str]:
    found = [one for one in board["templating"]["list"] if one["type"] == "datasource"]
    if [(one["name"], one["label"], one["query"]) for one in found] != [("datasource", "Data source", "prometheus")]:
        yield f"{found}"


def _template(board: Json, name: str) -> Iterator[str]:
    wanted: dict[str, Any] = {
        "type": "query",
        "label": name.capitalize(),
        "datasource": TEMPLATED,
        "multi": True,
        "includeAll": True,
        "allValue": ".+",
    }
    found = _variable(board, name)
    for key, value in wanted.items():
        if found.get(key) != value:
            yield f"{key} is {found.get(key)!r}, not {value!r}"


@rule("template-job-rule")
def _job_is_chosen(board: Json) -> Iterator[str]:
    yield from _template(board, "job")


@rule("template-instance-rule")
def _instance_is_chosen(board: Json) -> Iterator[str]:
    yield from _template(board, "instance")


@rule("template-label-promql-rule")
def _variables_ask_for_values(board: Json) -> Iterator[str]:
    for variable in board["templating"]["list"]:
        if variable["type"] != "query":
            continue
        found = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["query"])
        if found is None or found[2] != variable["name"]:
            yield f"{variable['name']}: {variable['query']}"
            continue
        for each in selected(interpolated(found[1], range_seconds=1, rate_seconds=1)):
            if not each.name.startswith("voicetap_"):
                yield f"{variable['name']}: {each.name}"


@rule("template-on-time-change-reload-rule")
def _variables_follow_the_time_range(board: Json) -> Iterator[str]:
    for variable in board["templating"]["list"]:
        if variable["type"] == "query" and variable.get("refresh") != 2:
            yield variable["name"]


@rule("panel-datasource-rule")
def _panels_use_the_chosen_datasource(board: Json) -> Iterator[str]:
    for panel in panels(board):
        for one in (panel, *panel.get("targets", ())):
            if one.get("datasource") != TEMPLATED:
                yield f"{panel.get('title')}: {one.get('datasource')}"


@rule("panel-title-description-rule")
def _panels_say_what_they_show(board: Json) -> Iterator[str]:
    for panel in panels(board):
        for key in ("title", "description"):
            if not panel.get(key, "").strip():
                yield f"{panel.get('title')}: no {key}"


@rule("panel-units-rule")
def _panels_have_units(board: Json) -> Iterator[str]:
    for panel in panels(board):
        unit = panel["fieldConfig"]["defaults"].get("unit")
        if panel["type"] in WITH_UNITS and unit not in UNITS:
            yield f"{panel.get('title')}: {unit}"


@rule("panel-no-targets-rule")
def _panels_ask_something(board: Json) -> Iterator[str]:
    for panel in panels(board):
        if not panel.get("targets"):
            yield f"{panel.get('title')}"


@rule("target-promql-rule")
def _expressions_are_promql(board: Json) -> Iterator[str]:
    for where, expression in _expressions(board):
        try:
            selected(interpolated(expression, range_seconds=60, rate_seconds=60))
        except (ValueError, KeyError) as error:
            yield f"{where}: {error}"


def _matcher(board: Json, label: str) -> Iterator[str]:
    for where, expression in _expressions(board):
        for found in selected(interpolated(expression, range_seconds=60, rate_seconds=60, chosen={label: "CHOSEN"})):
            if found.matchers.get(label) != "=~CHOSEN":
                yield f"{where}: {found.name}"


@rule("target-job-rule")
def _expressions_follow_the_job(board: Json) -> Iterator[str]:
    yield from _matcher(board, "job")


@rule("target-instance-rule")
def _expressions_follow_the_instance(board: Json) -> Iterator[str]:
    yield from _matcher(board, "instance")


@rule("target-rate-interval-rule")
def _rates_have_grafanas_interval(board: Json) -> Iterator[str]:
    for where, found in _selectors(board):
        if found.function in ("rate", "irate") and found.window_seconds != RATE_SECONDS:
            yield f"{where}: {found.name}"


@rule("target-counter-agg-rule")
def _counters_are_never_shown_bare(board: Json) -> Iterator[str]:
    for where, found in _selectors(board):
        if found.name.endswith("_total") and found.function not in ("rate", "irate", "increase"):
            yield f"{where}: {found.name}"


@rule("uneditable-dashboard")
def _boards_come_from_files(board: Json) -> Iterator[str]:
    if board.get("editable") is not False:
        yield "editable"


@rule("own-window-rule")
def _windows_are_grafanas(board: Json) -> Iterator[str]:
    """A window that somebody wrote shows the same whatever the reader chooses."""
    for where, found in _selectors(board):
        if found.window_seconds not in (None, RATE_SECONDS, RANGE_SECONDS):
            yield f"{where}: {found.name}"


@rule("own-legend-rule")
def _legends_name_labels_that_are_left(board: Json) -> Iterator[str]:
    for panel in panels(board):
        for target in panel.get("targets", ()):
            named = set(re.findall(r"\{\{(\w+)\}\}", target.get("legendFormat", "")))
            filled = interpolated(target["expr"], range_seconds=60, rate_seconds=60)
            left = frozenset().union(*(found.grouped for found in selected(filled)))
            if named - left:
                yield f"{panel.get('title')} / {target['refId']}: {sorted(named - left)}"


@rule("own-links-rule")
def _boards_link_to_each_other(board: Json) -> Iterator[str]:
    wanted = {"type": "dashboards", "tags": ["voicetap"], "includeVars": True, "keepTime": True}
    if wanted not in [{key: link.get(key) for key in wanted} for link in board.get("links", ())]:
        yield f"{board.get('links')}"


@rule("own-repetition-rule")
def _no_expression_stands_twice(board: Json) -> Iterator[str]:
    """Within a panel, or alone in two; beside others an expression may be compared with something."""
    alone: dict[str, str] = {}
    for panel in panels(board):
        expressions = [target["expr"] for target in panel.get("targets", ())]
        if len(set(expressions)) < len(expressions):
            yield f"{panel['title']} asks one thing twice"
        if len(expressions) == 1 and expressions[0] in alone:
            yield f"{panel['title']} asks what {alone[expressions[0]]} asks"
        if len(expressions) == 1:
            alone[expressions[0]] = panel["title"]


@rule("own-place-rule")
def _panels_do_not_overlap(board: Json) -> Iterator[str]:
    taken: dict[tuple[int, int], str] = {}
    for panel in board["panels"]:
        place = panel["gridPos"]
        if place["x"] + place["w"] > 24:
            yield f"{panel.get('title')} is beyond the edge"
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                if (x, y) in taken:
                    yield f"{panel.get('title')} lies on {taken[x, y]}"
                    return
                taken[x, y] = panel["title"]


@rule("own-id-rule")
def _panels_have_ids_of_their_own(board: Json) -> Iterator[str]:
    ids = [panel.get("id") for panel in board["panels"]]
    if None in ids or len(set(ids)) < len(ids):
        yield f"{ids}"
