"""What a load comes to: how far each counter moves, and every sample of every histogram."""

from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias, TypeVar

Labels: TypeAlias = frozenset[tuple[str, str]]
Values: TypeAlias = tuple[str, ...]
"""Of some labels, in the order in which they were asked for."""
Wanted: TypeAlias = str | Container[str]
"""One value of a label, or several."""


class But(Container[str]):
    """All values of a label but these."""

    def __init__(self, *values: str) -> None:
        self._values = values

    def __contains__(self, value: object) -> bool:
        return value not in self._values


_Value = TypeVar("_Value")


class Sample(NamedTuple):
    """Of a histogram: what was scripted, and how much more it may have come to on the way."""

    low: float
    high: float

    def later(self, seconds: float) -> "Sample":
        """The same, off by so much at both ends; nothing is less than 0."""
        return Sample(max(0.0, self.low - seconds), self.high + seconds)


@dataclass
class Account:
    """Of one instance, or of several. Names are without the prefix; `from_` is the label `from`."""

    counts: defaultdict[tuple[str, Labels], float] = field(default_factory=lambda: defaultdict(float))
    samples: defaultdict[tuple[str, Labels], list[Sample]] = field(default_factory=lambda: defaultdict(list))

    def add(self, metric: str, value: float = 1, /, **labels: str) -> None:
        """A counter moves; by 0 it only is there."""
        self.counts[metric, _labels(labels)] += value

    def observe(self, metric: str, low: float, high: float | None = None, /, **labels: str) -> None:
        """A histogram gets a sample."""
        self.samples[metric, _labels(labels)].append(Sample(low, low if high is None else high))

    def open_for(self, seconds: float, /, model: str) -> None:
        """A session is among the active ones for so long."""
        self.observe("sessions_active", seconds, model=model)

    def later(self, seconds: float) -> "Account":
        """The same, where everything may have been so much later than scripted: a latency is off at both ends."""
        late = Account(self.counts.copy())
        for (metric, labels), samples in self.samples.items():
            # How sure or how much of something is no matter of time.
            off = 0.0 if metric.endswith("_ratio") else seconds
            late.samples[metric, labels] = [sample.later(off) for sample in samples]
        return late

    def merge(self, *others: "Account") -> "Account":
        """Adds them to this one, which is returned."""
        for other in others:
            for series, value in other.counts.items():
                self.counts[series] += value
            for series, samples in other.samples.items():
                self.samples[series] += samples
        return self

    def moved(self, metric: str, by: Sequence[str] = (), /, **wanted: Wanted) -> dict[Values, float]:
        """How far a counter's series moved that carry these labels: the sums for each combination of `by`."""
        sums: defaultdict[Values, float] = defaultdict(float)
        for labels, value in self._of(self.counts.items(), metric, wanted):
            sums[tuple(labels[name] for name in by)] += value
        return dict(sums)

    def total(self, metric: str, /, **wanted: Wanted) -> float:
        """All of them together."""
        return sum(self.moved(metric, **wanted).values())

    def seen(self, metric: str, by: Sequence[str] = (), /, **wanted: Wanted) -> dict[Values, list[Sample]]:
        """The samples of a histogram's series that carry these labels, for each combination of `by`."""
        found: dict[Values, list[Sample]] = {}
        for labels, samples in self._of(self.samples.items(), metric, wanted):
            found.setdefault(tuple(labels[name] for name in by), []).extend(samples)
        return found

    @staticmethod
    def _of(
        series: Iterable[tuple[tuple[str, Labels], _Value]], metric: str, wanted: dict[str, Wanted]
    ) -> Iterable[tuple[dict[str, str], _Value]]:
        chosen = {name.rstrip("_"): {value} if isinstance(value, str) else value for name, value in wanted.items()}
        for (name, labels), value in series:
            carried = dict(labels)
            if name == metric and all(carried[label] in values for label, values in chosen.items()):
                yield carried, value


def together(accounts: Iterable[Account]) -> Account:
    """What several instances come to."""
    return Account().merge(*accounts)


def _labels(labels: dict[str, str]) -> Labels:
    return frozenset((name.rstrip("_"), value) for name, value in labels.items())
