"""A story of what Prometheus scrapes, and what it tells of it at which moment: checked by `promtool test rules`.

    Story(
        "three tracks of ten minutes",
        {'voicetap_sink_failures_total{job="voicetap", instance="a", sink="traces"}': grows((60, 0), (10, 1))},
        Moment("1h", HEALTH),
        Moment("1h10m", FAULT, Firing("VoicetapSinkFailures", …)),
    )

A moment names everything that fires in the group of alerts that is looked at; what it does not name must be silent.
"""

import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import yaml

from dashboards.rules import alert_groups, as_yaml, recording_groups
from dashboards.rules.links import RUNBOOK

from .requires import requires_program

Phase = Literal["health", "one failure", "fault", "resolved"]
HEALTH: Phase = "health"
"""Traffic goes on as it should."""
ONE_FAILURE: Phase = "one failure"
"""There is little traffic, and one bad event in it."""
FAULT: Phase = "fault"
RESOLVED: Phase = "resolved"
"""The fault is over, and so is the alert."""

_UP = 'up{job="voicetap", instance="10.0.0.1:9464"}'

STEP = 5
"""Minutes between two evaluations. Prometheus makes one each minute, and so may tell of something a little sooner."""


class Firing(NamedTuple):
    """One alert, as the receiver gets it."""

    alert: str
    severity: str
    labels: Mapping[str, str]
    """Of the series that it is about; `window`, where the alert has one."""
    summary: str
    description: str
    board: str
    """As in the link: `/d/voicetap-proxy?var-job=voicetap`."""

    @property
    def rule(self) -> tuple[str, str]:
        """What tells alerts apart: the name, and the window or nothing."""
        return self.alert, self.labels.get("window", "")


class Moment(NamedTuple):
    """What fires at a time."""

    at: str
    phase: Phase
    firing: Sequence[Firing] = ()


class Story(NamedTuple):
    """What is scraped, and what is told of it."""

    about: str
    of: tuple[str, ...]
    """The alerts that it is about, by name."""
    series: Mapping[str, str]
    """What is scraped, every minute: promtool's notation, made by grows() and stays()."""
    moments: Sequence[Moment]


def grows(*phases: tuple[float, float]) -> str:
    """A counter from 0 on: for so many minutes by so much in each."""
    value, values = 0.0, [0.0]
    for length, step in phases:
        values += [value + step * (minute + 1) for minute in range(round(length))]
        value += step * round(length)
    return _listed(values)


def stays(*phases: tuple[float, float | None]) -> str:
    """A gauge: for so many minutes so much; None: it is not there."""
    return _listed(value for length, value in phases for _ in range(round(length)))


def _listed(values: Iterable[float | None]) -> str:
    # promtool's `7+0.1x14` adds up its own errors, and what is a billionth less than before is the reset of a counter.
    return " ".join("_" if value is None else f"{value:.6f}" for value in values)


def minutes(duration: str) -> int:
    """`1h30m` -> 90."""
    found = re.fullmatch(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?", duration)
    assert found, duration
    days, hours, rest = (int(part or 0) for part in found.groups())
    return (days * 24 + hours) * 60 + rest


def holds(story: Story, directory: Path) -> None:
    """Fail the test where promtool finds something else. The target is up, unless the story says otherwise."""
    promtool = requires_program("promtool")
    [group] = [group for group in alert_groups() if set(story.of) <= _alerts_of(group).keys()]
    needed = [each for each in recording_groups() if any(rule["record"] in str(group) for rule in each["rules"])]
    targets = any(series.startswith("up{") for series in story.series)
    scraped = {**({} if targets else {_UP: "1+0.0x10000"}), **story.series}
    (directory / "rules.yaml").write_text(as_yaml([*needed, group]))
    test = {
        "rule_files": ["rules.yaml"],
        "evaluation_interval": f"{STEP}m",
        "group_eval_order": [each["name"] for each in (*needed, group)],
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": series, "values": values} for series, values in scraped.items()],
                "alert_rule_test": [
                    _expectation(moment, name) for moment in story.moments for name in _alerts_of(group)
                ],
            }
        ],
    }
    (directory / "test.yaml").write_text(yaml.safe_dump(test, sort_keys=False, width=1000))
    command = [promtool, "test", "rules", "test.yaml"]
    ran = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=100)
    assert ran.returncode == 0, f"{story.about}\n{ran.stdout}{ran.stderr}"


def _alerts_of(group: Mapping[str, Any]) -> dict[str, None]:
    return {rule["alert"]: None for rule in group["rules"]}


def _expectation(moment: Moment, name: str) -> dict[str, Any]:
    assert minutes(moment.at) % STEP == 0, f"nothing is evaluated at {moment.at}"
    firing = [each for each in moment.firing if each.alert == name]
    return {"eval_time": moment.at, "alertname": name, "exp_alerts": [_as_promtool_has_it(each) for each in firing]}


def _as_promtool_has_it(firing: Firing) -> dict[str, Any]:
    return {
        "exp_labels": {"severity": firing.severity, **firing.labels},
        "exp_annotations": {
            "summary": firing.summary,
            "description": firing.description,
            "runbook_url": f"{RUNBOOK}#{firing.alert.lower()}",
            "dashboard_url": firing.board,
        },
    }


def names(stories: Iterable[Story]) -> list[str]:
    """For the ids of parametrised tests."""
    return [story.about for story in stories]
