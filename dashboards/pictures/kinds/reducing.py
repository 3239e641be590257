"""One figure of a series."""

import math
from collections.abc import Callable, Sequence

from ..asking import Series
from ..reading import Panel, Unknown

_REDUCERS: dict[str, Callable[[Sequence[float]], float]] = {
    "lastNotNull": lambda values: values[-1],
    "mean": lambda values: sum(values) / len(values),
}


def reduced(panel: Panel, series: Series) -> float | None:
    """By the panel's own calculation; None where there is no number. Raises Unknown."""
    match panel.options["reduceOptions"]["calcs"]:
        case [str(name)] if name in _REDUCERS:
            values = [value for _, value in series.points if not math.isnan(value)]
            return _REDUCERS[name](values) if values else None
        case calcs:
            raise Unknown(f"{panel.title}: the calculation {calcs}")
