"""Fills in what Grafana fills into an expression, so that Prometheus can answer it without Grafana."""

import re
from collections.abc import Mapping

from .variables import EVERYTHING

_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_UNITS = ((3600, "h"), (60, "m"), (1, "s"))


def interpolated(expression: str, *, range_seconds: int, rate_seconds: int, chosen: Mapping[str, str] = {}) -> str:
    """The expression as Grafana sends it: `chosen` are regular expressions of variables, everything where not named.

    Raises KeyError for a variable that no board has.
    """
    values = {
        **dict.fromkeys(("job", "instance", "model", "transcription_model"), EVERYTHING),
        **chosen,
        "__range": duration(range_seconds),
        "__rate_interval": duration(rate_seconds),
    }
    return _VARIABLE.sub(lambda found: values[found[1] or found[2]], expression)


def duration(seconds: int) -> str:
    """In Prometheus's words, with the largest unit that divides it: 90 -> `90s`, 120 -> `2m`."""
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    return f"{seconds // size}{unit}"
