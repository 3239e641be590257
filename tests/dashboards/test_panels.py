"""A load whose truth is known, played live through two processes that one Prometheus scrapes: what panels say of it."""

import re
from collections.abc import Iterator, Mapping
from math import inf

import pytest
import yaml

from dashboards.interpolation import interpolated
from load.account import Account, Labels, Values
from load.expected import BUCKETS, TIMED, at_most, le
from load.predictions import PREDICTIONS
from load.run import Load, Window, loaded
from load.truth import Truth, truth_of
from support.boards import COMPILED, Asked, asked, compiled_boards, panels
from support.promql_tree import selected
from support.requires import requires_program

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

ASKED = asked()
PREFIX = "voicetap_"
OF_VOICETAP = ("event_loop_lag_seconds", "observer_lag_seconds")
"""Histograms that have a sample each second, whatever is played."""
OF_A_TARGET = {"job", "instance", "__name__"}

each_expression = pytest.mark.parametrize("expression", ASKED, ids=str)


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Truth]:
    requires_program("prometheus")
    with loaded(tmp_path_factory.mktemp("load")) as load:
        yield truth_of(load)


def at(load: Load, promql: str, time: float, instance: str) -> dict[tuple[str, Labels], float]:
    """The series of an expression at a time, by name and labels."""
    return {
        (
            labels["__name__"].removeprefix(PREFIX),
            frozenset((name, value) for name, value in labels.items() if name not in OF_A_TARGET),
        ): value
        for labels, value in load.prometheus.query(promql, time)
        if labels["instance"] == instance
    }


def moved(load: Load, names: str, window: Window, instance: str) -> dict[tuple[str, Labels], float]:
    """How far each series of one instance moved in a window: exactly, for nothing is extrapolated."""
    promql = f'{{__name__=~"{PREFIX}({names})"}}'
    first = at(load, promql, window.end - window.seconds, instance)
    last = at(load, promql, window.end, instance)
    return {series: value - first.get(series, 0.0) for series, value in last.items()}


def windows(load: Load) -> Iterator[tuple[Window, list[Account]]]:
    """Both, with what each instance should have counted in it."""
    yield load.window, load.now
    yield Window(load.window.end - load.window.seconds, load.window.seconds), load.before


# Series by series.


def test_every_counter_of_either_process_has_moved_as_the_script_has_it(truth: Truth) -> None:
    """To the last event and byte; only what depends on a clock may be a little off."""
    wrong = []
    for window, accounts in windows(truth.load):
        for instance, account in zip(truth.load.instances, accounts, strict=True):
            found = moved(truth.load, ".*_total", window, instance)
            for metric, labels in sorted({*found, *account.counts}, key=str):
                expected, value = account.counts[metric, labels], found.get((metric, labels), 0.0)
                slack = truth.slack if metric in TIMED else 1e-6
                if abs(expected - value) > slack:
                    wrong.append(f"{instance} {metric} {dict(labels)}: {expected} expected, {value} found")
    assert wrong == []


def test_every_histogram_of_either_process_has_the_samples_of_the_script(truth: Truth) -> None:
    """Each bucket of each, but for those of voicetap itself; a sample near a bound may lie on either side."""
    wrong = []
    for window, accounts in windows(truth.load):
        for instance, account in zip(truth.load.instances, accounts, strict=True):
            found = moved(truth.load, ".*_bucket", window, instance)
            scripted = {(f"{metric}_bucket", labels) for metric, labels in account.samples if metric in BUCKETS}
            exposed = {(name, frozenset(one for one in labels if one[0] != "le")) for name, labels in found}
            for name, labels in sorted(scripted | exposed, key=str):
                metric = name.removesuffix("_bucket")
                samples = account.samples.get((metric, labels), [])
                for bound in (*BUCKETS[metric], inf) if metric not in OF_VOICETAP else ():
                    expected, value = at_most(bound, samples), found.get((name, labels | {("le", le(bound))}), 0.0)
                    if not expected.holds(value):
                        wrong.append(f"{instance} {metric} {dict(labels)} {bound}: {expected} expected, {value} found")
    assert wrong == []


def test_no_series_begins_in_the_middle(truth: Truth) -> None:
    """Else an increase would not have its first value, and no expression what it should."""
    everything = f'{{__name__=~"{PREFIX}.*"}}'
    for instance in truth.load.instances:
        begun = at(truth.load, everything, truth.window.end - truth.window.seconds, instance)
        there = at(truth.load, everything, truth.window.end, instance)
        assert [series for series, value in there.items() if value and series not in begun] == []


# Panel by panel.


def answer(load: Load, promql: str, **chosen: str) -> Mapping[Values, float]:
    """What Prometheus says at the end of the load, by the values of the labels in the order of their names."""
    seconds = load.window.seconds
    filled = interpolated(promql, range_seconds=seconds, rate_seconds=seconds, chosen=chosen)
    found = load.prometheus.query(filled, load.window.end)
    answers = {tuple(labels[name] for name in sorted(labels)): value for labels, value in found}
    assert len(answers) == len(found)
    return answers


def test_there_is_a_prediction_for_every_expression_and_an_expression_for_every_prediction() -> None:
    keys = [(one.board, one.panel, one.ref) for one in ASKED]
    assert sorted(keys) == sorted(PREDICTIONS)


@each_expression
def test_a_panel_says_what_the_load_predicts(truth: Truth, expression: Asked) -> None:
    predicted = PREDICTIONS[expression.board, expression.panel, expression.ref](truth)
    assert list(predicted.differences(answer(truth.load, expression.promql))) == []
    assert any(value.high > 0 for value in predicted.values()), "a load that does not move it shows nothing"


def without_a_matcher() -> Iterator[tuple[Asked, str]]:
    """Every expression that looks at some series only, as it would look at all of them.

    `usage` is left in: models of transcription and of answers have different names, so it makes no difference.
    """
    for expression in ASKED:
        for matcher in sorted(set(re.findall(r', \w+(?:=~|!~|!=|=)"[^"$]*"', expression.promql))):
            if not matcher.startswith(", usage"):
                yield expression, matcher


@pytest.mark.parametrize(("expression", "matcher"), [*without_a_matcher()], ids=str)
def test_a_panel_that_looks_at_too_much_is_found_out(truth: Truth, expression: Asked, matcher: str) -> None:
    predicted = PREDICTIONS[expression.board, expression.panel, expression.ref](truth)
    assert list(predicted.differences(answer(truth.load, expression.promql.replace(matcher, "")))) != []


def test_exemplars_of_every_panel_lead_to_traces(truth: Truth) -> None:
    """Those that Prometheus has kept are of spans that a collector has got."""
    spans = {
        (span.trace_id.hex(), span.span_id.hex()) for collector in truth.load.collectors for span in collector.spans
    }
    seconds, shown = truth.window.seconds, 0
    for promql in exemplified():
        filled = interpolated(promql, range_seconds=seconds, rate_seconds=seconds)
        found = {(one["trace_id"], one["span_id"]) for _, one in truth.load.prometheus.exemplars(filled)}
        assert found <= spans, promql
        shown += bool(found)
    assert shown >= 25


def exemplified() -> set[str]:
    """Expressions with which Grafana asks for exemplars too."""
    targets = [target for board in compiled_boards() for panel in panels(board) for target in panel["targets"]]
    return {target["expr"] for target in targets if target.get("exemplar")}


# Names.


def expressions() -> Iterator[tuple[str, str]]:
    """Of boards and of rules."""
    for expression in ASKED:
        yield str(expression), interpolated(expression.promql, range_seconds=60, rate_seconds=60)
    for path in sorted((COMPILED / "rules").glob("*.yaml")):
        for group in yaml.safe_load(path.read_text())["groups"]:
            for rule in group["rules"]:
                yield rule.get("alert") or rule["record"], rule["expr"]


def test_every_name_that_boards_and_rules_ask_for_is_one_that_is_exposed(truth: Truth) -> None:
    """Prometheus has such series, with such labels; what rules record has a colon in its name."""
    exposed: dict[str, set[str]] = {}
    for series in truth.load.prometheus.ask("series", **{"match[]": '{__name__=~".+"}'}):
        exposed.setdefault(series["__name__"], set()).update(series)
    described = truth.load.prometheus.metadata()
    asked_for = set()
    for where, promql in expressions():
        for selector in selected(promql):
            if ":" in selector.name:
                continue
            asked_for.add(selector.name)
            labels = selector.matchers.keys() | selector.grouped
            assert labels <= exposed.get(selector.name, set()), f"{where}: {selector}"
            if selector.name.startswith(PREFIX):
                family = re.sub("_(total|bucket|count|sum)$", "", selector.name)
                assert {selector.name, family} & described.keys(), where
    assert len(asked_for) > 60


# Two processes.


@pytest.mark.parametrize(
    "metric",
    [
        *("sessions_total", "turns_total", "transcriptions_total", "tokens_total", "cost_usd_total"),
        *("truncations_total", "interruptions_total", "relayed_bytes_total", "handshakes_total"),
    ],
)
def test_what_two_processes_say_is_added_up_by_prometheus(truth: Truth, metric: str) -> None:
    """Each has counted its own calls, and the sum is that of all: neither needs to know of the other."""
    promql = f'increase({PREFIX}{metric}{{job=~"$job", instance=~"$instance"}}[$__range])'
    for instance, alone in truth.apart.items():
        found = answer(truth.load, f"sum by (instance) ({promql})", instance=instance)
        assert list(alone.increase(metric).differences({(): found[instance,]})) == []
    both = answer(truth.load, f"sum({promql})")
    assert list(truth.now.increase(metric).differences(both)) == []
    first, second = (alone.increase(metric)[()] for alone in truth.apart.values())
    assert first.high < second.low or second.high < first.low, "each should have its own figure"


def test_a_quantile_over_two_processes_is_that_of_all_their_calls(truth: Truth) -> None:
    promql = (
        "histogram_quantile({}, sum by (le) (increase("
        'voicetap_turn_latency_seconds_bucket{{instance=~"$instance"}}[$__range])))'
    )
    apart = []
    for share in (0.5, 0.9, 0.97):
        together = answer(truth.load, promql.format(share))
        assert list(truth.now.quantile(share, "turn_latency_seconds").differences(together)) == []
        for instance, alone in truth.apart.items():
            found = answer(truth.load, promql.format(share), instance=instance)
            assert list(alone.quantile(share, "turn_latency_seconds").differences(found)) == []
            apart.append(found[()] != together[()])
    assert any(apart)
