"""What a description lists: the most frequent values of a label, as Prometheus finds them when the alert fires."""

from voicetap.signals.metric import Metric

from ..promql import increase, require_labels, selector, total

_MOST = 3


def most_frequent(metric: Metric, label: str, window: str, *matchers: str, of: tuple[str, ...] = ("job",)) -> str:
    """`server_error (30), rate_limit_exceeded (4)`, or `none`: a template that asks Prometheus.

    `of` are labels that the metric and the alert have in common. Counters that grew by less than one half are none.
    """
    require_labels(metric, label, *of)
    series = selector(metric, *(f'{each}="%s"' for each in of), *matchers)
    asked = f"sort_desc(topk({_MOST}, {total(increase(series, window), label)} >= 0.5))"
    values = " ".join(f"$labels.{each}" for each in of)
    return (
        f"{{{{ range $place, $each := printf `{asked}` {values} | query }}}}{{{{ if $place }}}}, {{{{ end }}}}"
        f'{{{{ $each.Labels.{label} }}}} ({{{{ $each.Value | printf "%.0f" }}}}){{{{ else }}}}none{{{{ end }}}}'
    )
