"""The two files of rules that Prometheus reads, as data and as YAML."""

from collections.abc import Sequence

import yaml

from .alerts import alerts
from .rule import Data
from .shares import recording_rules

_LINE = 100
"""Longer texts become blocks, which need no quotes and are not folded."""


def recording_groups() -> list[Data]:
    """What is computed once for all alerts."""
    return [group.as_data() for group in recording_rules()]


def alert_groups() -> list[Data]:
    """All alerts; they need what recording_groups() records."""
    return [group.as_data() for group in alerts()]


def as_yaml(groups: Sequence[Data]) -> str:
    """A file of rules."""
    text = yaml.dump({"groups": list(groups)}, Dumper=_Blocks, sort_keys=False, allow_unicode=True, width=10 * _LINE)
    return f"# Written by `make boards` from dashboards/rules; do not edit.\n{text}"


class _Blocks(yaml.SafeDumper):
    """Writes texts of several lines as blocks."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar(
        "tag:yaml.org,2002:str", text, style="|" if "\n" in text or len(text) > _LINE else None
    )


_Blocks.add_representer(str, _text)
