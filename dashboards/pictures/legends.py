"""Names of series, from a query's legend format."""

import re
from collections.abc import Mapping

_LABEL = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_AUTOMATIC = "__auto"


def name(legend: str, labels: Mapping[str, str], promql: str) -> str:
    """As Grafana names it: the format filled in; without a format by its only label, by all, or by the expression."""
    if legend != _AUTOMATIC:
        return _LABEL.sub(lambda found: labels.get(found[1], ""), legend)
    if len(labels) == 1:
        return next(iter(labels.values()))
    if labels:
        return "{" + ", ".join(f'{label}="{value}"' for label, value in sorted(labels.items())) + "}"
    return promql
