"""PromQL, composed from the catalogue of metrics: what the catalogue does not have cannot be asked for."""

import re

from voicetap.signals.metric import Kind, Metric

_MATCHER = re.compile(r'([a-z_]+)(=|!=|=~|!~)"[^"]*"')
_TARGET_LABELS = frozenset({"job", "instance"})
"""What Prometheus adds to everything that it scrapes."""
_PARTS = ("_bucket", "_sum", "_count")
"""Series of a histogram."""


class NotInCatalogue(ValueError):
    """A label that the metric does not have, or a part that its kind does not have."""


def selector(metric: Metric, *matchers: str, part: str = "") -> str:
    """The series of a metric: `voicetap_turns_total{outcome="failed"}`; of a histogram `part` says which.

    Raises NotInCatalogue.
    """
    if (part in _PARTS) != (metric.kind is Kind.HISTOGRAM):
        raise NotInCatalogue(f"{metric.full_name} has no part {part!r}")
    for matcher in matchers:
        found = _MATCHER.fullmatch(matcher)
        if found is None:
            raise NotInCatalogue(f"{matcher} is no matcher")
        require_labels(metric, found[1], part=part)
    return f"{metric.full_name}{part}" + (f"{{{', '.join(matchers)}}}" if matchers else "")


def require_labels(metric: Metric, *labels: str, part: str = "") -> None:
    """Raise NotInCatalogue where the series of a metric lack one of them."""
    known = _TARGET_LABELS | set(metric.labels) | ({"le"} if part == "_bucket" else set())
    for label in labels:
        if label not in known:
            raise NotInCatalogue(f"{metric.full_name}{part} has no label {label}")


def rate(series: str, window: str) -> str:
    """Of a counter, per second."""
    return f"rate({series}[{window}])"


def increase(series: str, window: str, offset: str = "") -> str:
    """Of a counter, as a number that need not be whole: Prometheus extrapolates to the window's ends.

    With `offset`, that of a window which ended so long ago.
    """
    return f"increase({series}[{window}]{f' offset {offset}' if offset else ''})"


def total(expression: str, *by: str) -> str:
    """The sum, one for each combination of these labels."""
    return f"sum by ({', '.join(by)}) ({expression})" if by else f"sum({expression})"


def least(expression: str, *by: str) -> str:
    """The smallest, one for each combination of these labels."""
    return f"min by ({', '.join(by)}) ({expression})" if by else f"min({expression})"


def greatest(expression: str, *by: str) -> str:
    """The largest, one for each combination of these labels."""
    return f"max by ({', '.join(by)}) ({expression})" if by else f"max({expression})"


def ratio(part: str, whole: str) -> str:
    """A share, 0 to 1; no series where there is nothing to have a share in, rather than NaN."""
    return f"{part}\n  / ({whole} > 0)"


def rest(share: str) -> str:
    """What remains of the whole; rounding does not take it below 0."""
    return f"clamp_min(1 - {share}, 0)"


def some(counts: str) -> str:
    """Without the series that are 0: what can be foreseen and did not happen."""
    return f"{counts} > 0"


def quantile(share: float, buckets: str, *by: str) -> str:
    """Of a histogram, in its unit; `buckets` are increases or rates of its `_bucket` series.

    No series where there were no samples, rather than NaN.
    """
    return f"histogram_quantile({share:g}, {total(buckets, *by, 'le')}) >= 0"
