"""What an expression of the rules looks at, read from its text and not from what composed it."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from dashboards.rules import alert_groups, recording_groups

Rule = dict[str, Any]


class Selector(NamedTuple):
    """A metric with the labels that are asked for."""

    metric: str
    labels: dict[str, str]
    """Of matchers, with what they are compared with."""


@cache
def recording_rules() -> dict[str, Rule]:
    """By name."""
    return {rule["record"]: rule for group in recording_groups() for rule in group["rules"]}


def alert_rules() -> list[Rule]:
    """All, in order."""
    return [rule for group in alert_groups() for rule in group["rules"]]


def recorded_in(expression: str) -> set[str]:
    """The recorded series that it looks at."""
    return set(re.findall(r"[a-z_]+:[a-z_]+:[a-z_0-9]+", expression))


def selectors(expression: str) -> Iterator[Selector]:
    """The scraped ones that it looks at, without what it takes from recorded series."""
    pattern = r"(?<![:\w])((?:voicetap|process)_[a-z_]+|up)(?![:\w(])(?:\{([^}]*)\})?"
    for metric, matchers in re.findall(pattern, expression):
        yield Selector(metric, dict(re.findall(r'([a-z_]+)(?:=~|!~|!=|=)"([^"]*)"', matchers)))


def metrics_of(expression: str) -> set[str]:
    """The scraped metrics behind it, those behind recorded series too."""
    recorded = recording_rules()
    found = {each.metric for each in selectors(expression)}
    return found.union(*(metrics_of(recorded[name]["expr"]) for name in recorded_in(expression)))


def kept_by(expression: str) -> list[tuple[str, ...]]:
    """The labels that each of its aggregations keeps, as they are written."""
    return [tuple(re.split(r",\s*", labels)) for labels in re.findall(r"by \(([^)]*)\)", expression)]
