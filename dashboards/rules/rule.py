"""What Prometheus is told: recording rules, alerts, and the groups that they are evaluated in."""

from collections.abc import Sequence
from typing import Any, Literal

from msgspec import Struct

from . import links

Severity = Literal["critical", "warning", "info"]
"""`critical` wakes somebody, `warning` is work for the day, `info` explains other alerts."""

Data = dict[str, Any]
"""As Prometheus reads it from YAML."""


_UNITS = {"m": "minute", "h": "hour", "d": "day"}


def words(duration: str) -> str:
    """A duration of Prometheus as it follows `the last`: `15 minutes`, `hour`."""
    number, unit = int(duration[:-1]), _UNITS[duration[-1]]
    return unit if number == 1 else f"{number} {unit}s"


class RecordingRule(Struct, frozen=True):
    """A series that is computed once and used often."""

    name: str
    """`level:metric:operations`; the level is the labels that are kept, joined by `_`."""
    expression: str

    def as_data(self) -> Data:
        """One entry of `rules`."""
        return {"record": self.name, "expr": self.expression}


class Alert(Struct, frozen=True):
    """What somebody is told, and when."""

    name: str
    """CamelCase; also its heading in the runbook."""
    severity: Severity
    expression: str
    summary: str
    """One line, of what happens to callers. May have templates, as all texts here."""
    description: str
    """The figures, and what they are compared with."""
    board: str
    """The uid of the one to open."""
    lasting: str = ""
    """For how long the expression has to hold; empty where its windows say that already."""
    window: str = ""
    """A label that tells apart alerts of one name: the window that decides."""

    def as_data(self) -> Data:
        """One entry of `rules`."""
        return {
            "alert": self.name,
            "expr": self.expression,
            **({"for": self.lasting} if self.lasting else {}),
            "labels": {"severity": self.severity, **({"window": self.window} if self.window else {})},
            "annotations": {
                "summary": self.summary,
                "description": self.description,
                "runbook_url": links.runbook(self.name),
                "dashboard_url": links.board(self.board),
            },
        }


class Group(Struct, frozen=True):
    """Rules that are evaluated together, in order: later ones see what earlier ones recorded.

    How often, Prometheus's own `evaluation_interval` says; it must not be longer than what `share` adds up.
    """

    name: str
    rules: Sequence[RecordingRule | Alert]

    def as_data(self) -> Data:
        """One entry of `groups`."""
        return {"name": self.name, "rules": [rule.as_data() for rule in self.rules]}
