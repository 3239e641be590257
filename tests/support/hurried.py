"""What is shipped for Prometheus and Alertmanager, where a minute of waiting takes a second.

Only waiting is hurried: how often rules are evaluated, how long an alert is pending, how long Alertmanager gathers and
is silent. Expressions, windows, thresholds, labels, texts, routes and inhibitions are those that are shipped.
"""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

TIMES = 60
WAITING = frozenset({"interval", "for", "keep_firing_for", "group_wait", "group_interval", "repeat_interval"})
"""Keys of durations that nothing is computed over."""
_MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_PART = re.compile(r"(\d+)(ms|s|m|h|d|w)")


def hurried(shipped: Any) -> Any:
    """The same data, but for the durations under the keys of `WAITING`."""
    match shipped:
        case Mapping():
            return {key: _sooner(value) if key in WAITING else hurried(value) for key, value in shipped.items()}
        case list():
            return [hurried(value) for value in shipped]
        case _:
            return shipped


def hurried_rules(shipped: Iterable[Path], directory: Path) -> list[Path]:
    """Copies of rule files, under their own names."""
    copies = []
    for file in shipped:
        copy = directory / file.name
        # As JSON it is YAML too.
        copy.write_text(json.dumps(hurried(yaml.safe_load(file.read_text()))))
        copies.append(copy)
    return copies


def hurried_routes(shipped: Path, address: str) -> dict[str, Any]:
    """Alertmanager's configuration, whose webhooks all lead to `address`, `host:port`."""
    configuration: dict[str, Any] = hurried(yaml.safe_load(shipped.read_text()))
    hooks = [hook for receiver in configuration["receivers"] for hook in receiver.get("webhook_configs", [])]
    assert hooks, "there is nothing to send to"
    for hook in hooks:
        hook["url"] = urlsplit(hook["url"])._replace(netloc=address).geturl()
    return configuration


def _sooner(duration: str) -> str:
    parts = _PART.findall(duration)
    assert "".join(map("".join, parts)) == duration, duration
    return f"{sum(int(count) * _MS[unit] for count, unit in parts) // TIMES}ms"
