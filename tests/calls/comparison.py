"""What differs between the truth of a call and a report about it, one line each."""

from collections.abc import Iterator
from typing import Any

from calls.truth import Near

WHOLE = {"errors", "response_reasons", "rate_limits", "events.client", "events.server", "events.unknown"}
"""Tables by name: what is not in the truth may not be in the report either. Anywhere else more keys may stand."""


def differences(truth: Any, report: Any, place: str = "") -> Iterator[str]:
    """`key: expected, got` for each."""
    if isinstance(truth, dict) and isinstance(report, dict):
        for name, value in truth.items():
            below = f"{place}.{name}" if place else name
            if name not in report:
                yield f"{below}: expected {_told(value)}, got nothing"
            else:
                yield from differences(value, report[name], below)
        for name in report.keys() - truth.keys() if place in WHOLE else ():
            yield f"{place}.{name}: expected nothing, got {report[name]}"
    elif isinstance(truth, list) and isinstance(report, list) and len(truth) == len(report):
        for index, value in enumerate(truth):
            yield from differences(value, report[index], f"{place}[{index}]")
    elif not (truth.holds(report) if isinstance(truth, Near) else truth == report):
        yield f"{place}: expected {_told(truth)}, got {report}"


def _told(truth: Any) -> str:
    if isinstance(truth, Near):
        return f"{truth.value} ± {truth.tolerance:g}"
    if isinstance(truth, list):
        return f"[{', '.join(map(_told, truth))}]"
    if isinstance(truth, dict):
        return f"{{{', '.join(f'{name}: {_told(value)}' for name, value in truth.items())}}}"
    return repr(truth)
