"""Bad events among all, as a share that is recorded over the windows of burn rates.

Numbers of all replicas are added up before they are divided, by the same labels: a mean of ratios would give an idle
process the weight of a busy one. Where nothing happened there is no ratio; where only bad things did, it is 1.

Windows below a day are computed from what was scraped. Longer ones add up increases of five minutes that are recorded
first: to read three days of every replica's samples each minute would cost more than everything else here. So after
the rules are installed, those windows fill up from then on.
"""

from collections.abc import Callable, Sequence

from msgspec import Struct

from voicetap.signals.metric import Metric

from ..objectives import LAST_KNOWN
from ..promql import increase, ratio, require_labels, selector, total
from .rule import RecordingRule

STEP = "5m"
"""Of what longer windows are added up from."""

Count = Callable[[str], str]
"""PromQL for how many there were in a window."""


def counted(metric: Metric, *matchers: str, by: tuple[str, ...], part: str = "") -> Count:
    """By how much counters grew, those of a histogram too; one series for each combination of `by`."""
    require_labels(metric, *by, part=part)
    series = selector(metric, *matchers, part=part)
    return lambda window: total(increase(series, window), *by)


def above(metric: Metric, bound: float, *, by: tuple[str, ...]) -> Count:
    """A histogram's samples above one of its bounds. No whole number: OTLP writes `1` where Prometheus writes `1.0`."""
    if bound not in metric.buckets or bound == int(bound):
        raise ValueError(f"{bound:g} is no bound of {metric.full_name} that is written alike everywhere")
    every = counted(metric, by=by, part="_count")
    within = counted(metric, f'le="{bound:g}"', by=by, part="_bucket")
    return lambda window: f"({every(window)}\n  - {within(window)})"


class Share(Struct, frozen=True):
    """Bad events among all."""

    subject: str
    """The metric in the names of what is recorded, without `_total`."""
    level: tuple[str, ...]
    """The labels that are kept."""
    bad: str
    """What they are called: `failure`."""
    part: Count
    whole: Count
    among: str = ""
    """What the whole is called, where it is not all that the metric counts."""

    def ratio(self, window: str) -> str:
        """The recorded share, 0 to 1."""
        return self._name(f"{self.bad}_ratio_rate{window}")

    def last_ratio(self, window: str) -> str:
        """The same, or what it was when there last was something to have a share in."""
        return f"last_over_time({self.ratio(window)}[{LAST_KNOWN}])"

    def events(self, window: str) -> str:
        """The recorded number of all events; there for windows that are asked for as `guarded`."""
        return self._name(f"{self.among}_increase{window}" if self.among else f"increase{window}")

    def rules(self, windows: Sequence[str], guarded: Sequence[str]) -> list[RecordingRule]:
        """What has to be recorded, in order. `windows` of the ratio, `guarded` of the number of events."""
        recorded = (STEP, *guarded)
        rules = [RecordingRule(self._bad(STEP), self.part(STEP)), RecordingRule(self.events(STEP), self.whole(STEP))]
        rules += [RecordingRule(self.events(window), _during(window, self.events, self.whole)) for window in guarded]
        for window in windows:
            part = self._bad(STEP) if window == STEP else _during(window, self._bad, self.part)
            whole = self.events(window) if window in recorded else _during(window, self.events, self.whole)
            rules.append(RecordingRule(self.ratio(window), ratio(part, whole)))
        return rules

    def _bad(self, window: str) -> str:
        return self._name(f"{self.bad}_increase{window}")

    def _name(self, operations: str) -> str:
        return f"{'_'.join(self.level)}:{self.subject}:{operations}"


def _during(window: str, recorded: Callable[[str], str], count: Count) -> str:
    if window.endswith(("d", "w")):
        return f"sum_over_time({recorded(STEP)}[{window}:{STEP}])"
    return count(window)
