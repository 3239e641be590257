"""Numbers as a report has them, and tables and lists that do not grow with what a peer sends."""

from typing import TypeVar

T = TypeVar("T")

Number = int | float

MOST_ENTRIES = 100_000
"""Of a list; what comes after them is only counted."""

MOST_NAMES = 1_000
"""Of a table whose names come from a peer; what comes under further names is counted under OTHER."""

OTHER = "other"


def whole(number: float, digits: int = 3) -> Number:
    """Round; a number that is whole then comes out as one."""
    rounded = round(float(number), digits)
    return int(rounded) if rounded.is_integer() else rounded


def milliseconds(seconds: float) -> Number:
    """Seconds as milliseconds, to the microsecond."""
    return whole(seconds * 1000)


def count(table: dict[str, int], name: str, limit: int = MOST_NAMES) -> None:
    """Count one more of the name."""
    if name not in table and len(table) >= limit:
        name = OTHER
    table[name] = table.get(name, 0) + 1


class Overflow:
    """Counts what does not go into the lists any more."""

    def __init__(self, left_out: dict[str, int], limit: int = MOST_ENTRIES) -> None:
        """`left_out` is counted into, by the list's place in the report."""
        self._left_out = left_out
        self._limit = limit

    def append(self, entries: list[T], entry: T, place: str) -> None:
        """Append it, if there is room."""
        if len(entries) < self._limit:
            entries.append(entry)
        else:
            self._left_out[place] = self._left_out.get(place, 0) + 1
