"""Figures that are known as far as a load can know them, and tables of them by the labels of a legend."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import inf

from load.account import Values

ROUNDING = 1e-6
"""Relative: times of today as floating point are good for a quarter of a microsecond."""


@dataclass(frozen=True)
class Between:
    """From `low` to `high`, both included."""

    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Whether it is one of them; NaN never is."""
        slack = ROUNDING * max(1.0, abs(self.low), abs(value))
        return self.low - slack <= value <= self.high + slack

    def __add__(self, other: "Between") -> "Between":
        return Between(self.low + other.low, self.high + other.high)

    def __sub__(self, other: "Between") -> "Between":
        return Between(self.low - other.high, self.high - other.low)

    def __mul__(self, other: "Between | float") -> "Between":
        by = exactly(other) if isinstance(other, int | float) else other
        return Between(self.low * by.low, self.high * by.high)

    def __truediv__(self, other: "Between | float") -> "Between":
        by = exactly(other) if isinstance(other, int | float) else other
        return Between(self.low / by.high, self.high / by.low if by.low else inf)

    def __str__(self) -> str:
        return f"{self.low:.6g}" if self.low == self.high else f"{self.low:.6g} to {self.high:.6g}"


def exactly(value: float) -> Between:
    """It is known."""
    return Between(value, value)


class Table(dict[Values, Between]):
    """What an expression gives: for each combination of labels, in the order of their names. A sum has one, ()."""

    def __add__(self, other: "Table") -> "Table":
        nothing = exactly(0.0)
        return Table({key: self.get(key, nothing) + other.get(key, nothing) for key in {**self, **other}})

    def __sub__(self, other: "Table") -> "Table":
        return Table({key: value - other.get(key, exactly(0.0)) for key, value in self.items()})

    def __mul__(self, other: float) -> "Table":
        return Table({key: value * other for key, value in self.items()})

    def __truediv__(self, other: "Table | float") -> "Table":
        """By a table: where that has something."""
        if isinstance(other, int | float):
            return Table({key: value / other for key, value in self.items()})
        nothing = exactly(0.0)
        return Table({key: self.get(key, nothing) / value for key, value in other.items() if value.high > 0})

    def differences(self, found: Mapping[Values, float]) -> Iterable[str]:
        """One line for each figure that is another; what is 0 may be missing, on either side."""
        for key in sorted({**self, **found}):
            expected, value = self.get(key, exactly(0.0)), found.get(key, 0.0)
            if not expected.holds(value):
                yield f"{', '.join(key) or 'the value'}: {expected} expected, {value:.6g} found"


def one(value: Between | float) -> Table:
    """A table of one figure, without labels."""
    return Table({(): value if isinstance(value, Between) else exactly(value)})


def each(table: Table, change: Callable[[Between], Between]) -> Table:
    """The same, with each figure changed."""
    return Table({key: change(value) for key, value in table.items()})
