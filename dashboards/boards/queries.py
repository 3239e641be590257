"""What boards ask: PromQL over the series that the variables at the top of a board select."""

from voicetap.signals.metric import Metric

from ..promql import increase, largest, least, quantile, rate, ratio, require_labels, selector, total

RATE = "$__rate_interval"
"""At least four scrapes, and no shorter than the distance of two points of a line: Grafana's own figure."""
RANGE = "$__range"
"""The time range of the board."""

_EVERYWHERE = ('job=~"$job"', 'instance=~"$instance"')
_WHERE_KNOWN = {"model": 'model=~"$model"', "transcription_model": 'transcription_model=~"$transcription_model"'}


def of(metric: Metric, *matchers: str, part: str = "") -> str:
    """The selected series of a metric."""
    known = [matcher for label, matcher in _WHERE_KNOWN.items() if label in metric.labels]
    return selector(metric, *_EVERYWHERE, *known, *matchers, part=part)


def of_any_model(metric: Metric, *matchers: str, part: str = "") -> str:
    """The same whichever model was chosen: what a figure without a model can be a share of."""
    return selector(metric, *_EVERYWHERE, *matchers, part=part)


def now(metric: Metric, *matchers: str, by: tuple[str, ...] = ()) -> str:
    """A gauge, added up over the processes."""
    require_labels(metric, *by)
    return total(of(metric, *matchers), *by)


def on_average(metric: Metric, *matchers: str, over: str, by: tuple[str, ...] = ()) -> str:
    """A gauge's mean over RATE or RANGE, added up over the processes."""
    require_labels(metric, *by)
    return total(f"avg_over_time({of(metric, *matchers)}[{over}])", *by)


def lowest(metric: Metric, *matchers: str, over: str, by: tuple[str, ...] = ()) -> str:
    """The least that a gauge was in RATE or RANGE, at any process: of what they share, and each sees for itself."""
    require_labels(metric, *by)
    return least(_minimum(metric, *matchers, over=over), *by)


def lowest_share(part: Metric, whole: Metric, *, over: str, by: tuple[str, ...] = ()) -> str:
    """The least that was left of a gauge's limit in RATE or RANGE, at any process, 0 to 1."""
    require_labels(part, *by)
    return least(ratio(_minimum(part, over=over), _minimum(whole, over=over)), *by)


def _minimum(metric: Metric, *matchers: str, over: str) -> str:
    return f"min_over_time({of(metric, *matchers)}[{over}])"


def per_second(metric: Metric, *matchers: str, by: tuple[str, ...] = (), part: str = "") -> str:
    """How fast a counter grows, for a line."""
    require_labels(metric, *by, part=part)
    return total(rate(of(metric, *matchers, part=part), RATE), *by)


def a_minute(metric: Metric, *matchers: str, by: tuple[str, ...] = ()) -> str:
    """The same in a minute: of what is seldom, a number that can be imagined."""
    return f"{per_second(metric, *matchers, by=by)} * 60"


def during(metric: Metric, *matchers: str, by: tuple[str, ...] = (), part: str = "", offset: str = "") -> str:
    """By how much a counter grew in the time range of the board; `offset=RANGE`: in the one before."""
    require_labels(metric, *by, part=part)
    return total(increase(of(metric, *matchers, part=part), RANGE, offset), *by)


def times(metric: Metric, *matchers: str, by: tuple[str, ...] = ()) -> str:
    """How often something happened in the time range of the board: a whole number, unlike Prometheus's increase."""
    return f"round({during(metric, *matchers, by=by)})"


def for_each(whole: Metric, part: Metric, *matchers: str, by: tuple[str, ...] = ()) -> str:
    """How much a counter grows for each one that another grows by, for a line; `matchers` are of `part`."""
    return ratio(per_second(part, *matchers, by=by), per_second(whole, by=by))


def share(metric: Metric, *some: str, over: str, by: tuple[str, ...] = ()) -> str:
    """Of what a counter counted in RATE or RANGE, what these matchers select, 0 to 1."""
    count = per_second if over == RATE else during
    return ratio(count(metric, *some, by=by), count(metric, by=by))


def busiest(number: int, metric: Metric, *matchers: str, by: tuple[str, ...]) -> str:
    """How fast counters grow, those alone that grew most in the time range of the board, by its end."""
    whole = total(f"increase({of(metric, *matchers)}[{RANGE}] @ end())", *by)
    return f"{per_second(metric, *matchers, by=by)}\n  and on ({', '.join(by)}) {largest(number, whole)}"


def share_within(metric: Metric, seconds: float, *, over: str, by: tuple[str, ...] = (), offset: str = "") -> str:
    """Of a histogram's samples, those of at most `seconds`, 0 to 1; `seconds` must be a bound of its buckets.

    `over` is RATE or RANGE.
    """
    require_labels(metric, *by)
    good = of(metric, _at_most(metric, seconds), part="_bucket")
    every = of(metric, part="_count")
    if over == RATE:
        return ratio(total(rate(good, RATE), *by), total(rate(every, RATE), *by))
    return ratio(total(increase(good, RANGE, offset), *by), total(increase(every, RANGE, offset), *by))


def beyond(metric: Metric, seconds: float, *, by: tuple[str, ...] = ()) -> str:
    """How many of a histogram's samples in the time range of the board were more than `seconds`, a bound of it."""
    within = during(metric, _at_most(metric, seconds), by=by, part="_bucket")
    return f"{during(metric, by=by, part='_count')}\n  - {within}"


def mean(metric: Metric, *matchers: str, over: str, by: tuple[str, ...] = ()) -> str:
    """Of a histogram's samples, in its unit. `over` is RATE or RANGE."""
    added = per_second if over == RATE else during
    return ratio(added(metric, *matchers, by=by, part="_sum"), added(metric, *matchers, by=by, part="_count"))


def percentile(share: float, metric: Metric, *matchers: str, by: tuple[str, ...] = ()) -> str:
    """Of a histogram, as a line, in its unit."""
    require_labels(metric, *by)
    return quantile(share, rate(of(metric, *matchers, part="_bucket"), RATE), *by)


def percentile_during(share: float, metric: Metric, *matchers: str, by: tuple[str, ...] = (), offset: str = "") -> str:
    """Of a histogram, over the time range of the board; `offset=RANGE`: over the one before."""
    require_labels(metric, *by)
    return quantile(share, increase(of(metric, *matchers, part="_bucket"), RANGE, offset), *by)


def buckets(metric: Metric, *matchers: str) -> str:
    """A histogram's samples per bucket, for a heatmap."""
    return total(increase(of(metric, *matchers, part="_bucket"), RATE), "le")


def _at_most(metric: Metric, seconds: float) -> str:
    """The bucket with this bound; a whole one is written as 3 by OTLP, and as 3.0 by Prometheus."""
    if seconds not in metric.buckets:
        raise ValueError(f"{seconds:g} s is no bound of {metric.full_name}")
    return f'le=~"{seconds:g}([.]0)?"' if seconds == int(seconds) else f'le="{seconds:g}"'
