"""What boards ask: PromQL over the series that the variables at the top of a board select."""

from voicetap.signals.metric import Metric
from voicetap.signals.names import BUILD_INFO

from ..promql import increase, least, quantile, rate, ratio, require_labels, rest, selector, total

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


def on_average(gauges: str, *by: str) -> str:
    """The mean of each over RATE, added up over the processes."""
    return total(f"avg_over_time({gauges}[{RATE}])", *by)


def of_voicetap(series: str, over: str = RATE) -> str:
    """Those of processes that have said in RATE or RANGE that they are voicetap: all jobs have some such series."""
    return f"({series} and on (job, instance) count_over_time({of(BUILD_INFO)}[{over}]))"


def last_told(metric: Metric, *, by: tuple[str, ...] = ()) -> str:
    """What a gauge was last in the time range of the board, the least of all processes: of what they share."""
    require_labels(metric, *by)
    return least(f"last_over_time({of(metric)}[{RANGE}])", *by)


def lowest_share(part: Metric, whole: Metric, *, over: str, by: tuple[str, ...] = ()) -> str:
    """The least that was left of a gauge's limit in RATE or RANGE, at any process, 0 to 1."""
    require_labels(part, *by)
    left, limit = f"min_over_time({of(part)}[{over}])", f"max_over_time({of(whole)}[{over}])"
    return least(ratio(left, limit), *by)


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


def counted(series: str, over: str, *by: str, offset: str = "") -> str:
    """By how much counters grew in RANGE, or how fast they grow in RATE: for shares, where it is one or the other.

    `offset=RANGE` is the time range before.
    """
    return total(rate(series, RATE) if over == RATE else increase(series, RANGE, offset), *by)


def share(metric: Metric, *matchers: str, over: str, by: tuple[str, ...] = (), offset: str = "") -> str:
    """Of what a counter counted in RATE or RANGE, what these matchers select, 0 to 1."""
    require_labels(metric, *by)
    part, whole = of(metric, *matchers), of(metric)
    return ratio(counted(part, over, *by, offset=offset), counted(whole, over, *by, offset=offset))


def share_within(metric: Metric, seconds: float, *, over: str, by: tuple[str, ...] = ()) -> str:
    """Of a histogram's samples, those of at most `seconds`, 0 to 1; `seconds` must be a bound of its buckets.

    `over` is RATE or RANGE.
    """
    require_labels(metric, *by)
    good = of(metric, _at_most(metric, seconds), part="_bucket")
    return ratio(counted(good, over, *by), counted(of(metric, part="_count"), over, *by))


def share_beyond(metric: Metric, seconds: float, *, over: str, by: tuple[str, ...] = ()) -> str:
    """Those of more."""
    return rest(share_within(metric, seconds, over=over, by=by))


def beyond(metric: Metric, seconds: float) -> str:
    """How many of a histogram's samples in the time range of the board were more than `seconds`, a bound of it."""
    within = during(metric, _at_most(metric, seconds), part="_bucket")
    return f"round({during(metric, part='_count')}\n  - {within})"


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
