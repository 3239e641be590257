"""No alert goes untested: each has stories of health, of one failure, of its fault, and of the time after."""

import runpy
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from support.expressions import Rule, alert_rules, metrics_of
from support.promtool import FAULT, HEALTH, ONE_FAILURE, RESOLVED, Moment, Phase, Story, minutes

Key = tuple[str, str]
"""The name of an alert, and its window or nothing."""


@cache
def stories() -> list[Story]:
    """Those of all modules beside this one."""
    modules = sorted((Path(__file__).parent / "alerts").glob("test_*.py"))
    return [story for module in modules for story in runpy.run_path(str(module))["STORIES"]]


def key(rule: Rule) -> Key:
    return rule["alert"], rule["labels"].get("window", "")


def fires(moment: Moment, rule: Rule) -> bool:
    return key(rule) in {each.rule for each in moment.firing}


def first(story: Story, phase: Phase, holds: Callable[[Moment], bool]) -> int | None:
    """The minute of the first moment of that phase for which it holds."""
    found = [minutes(each.at) for each in story.moments if each.phase == phase and holds(each)]
    return min(found, default=None)


each_alert = pytest.mark.parametrize("rule", alert_rules(), ids=lambda rule: "-".join(filter(None, key(rule))))


@each_alert
def test_it_is_silent_in_health_told_of_in_its_fault_and_silent_again_after(rule: Rule) -> None:
    complete = []
    for story in stories():
        health = first(story, HEALTH, lambda moment: not fires(moment, rule))
        fault = first(story, FAULT, lambda moment: fires(moment, rule))
        resolved = first(story, RESOLVED, lambda moment: not fires(moment, rule))
        if health is not None and fault is not None and resolved is not None:
            assert health < fault < resolved, story.about
            complete.append(story)
    assert complete


@each_alert
def test_it_is_silent_at_one_failure_in_little_traffic(rule: Rule) -> None:
    about = [story for story in stories() if rule["alert"] in story.of]
    found = [story for story in about if any(each.phase == ONE_FAILURE for each in story.moments)]
    assert found
    for story in found:
        assert not any(fires(each, rule) for each in story.moments)
        # Silence says something only where there is something to hear.
        scraped = {series.partition("{")[0] for series in story.series}
        assert scraped & metrics_of(rule["expr"]), story.about


def test_no_story_is_of_an_alert_that_there_is_not() -> None:
    known = {rule["alert"] for rule in alert_rules()}
    told = {name for story in stories() for name in story.of} | {
        firing.alert for story in stories() for moment in story.moments for firing in moment.firing
    }
    assert told == known
