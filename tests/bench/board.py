"""Shared memory in which the two ends of the load note when each event left and came.

Four arrays of seconds on the monotonic clock, one pair a direction. Event `k` of session `s` is entry
`k * sessions + s`, which is also the order in which they fall due. 0.0 means: not yet.
"""

import mmap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Moments = memoryview[float]
else:
    Moments = memoryview


@dataclass(frozen=True)
class Direction:
    """The events of one direction."""

    sent: Moments
    arrived: Moments


@dataclass(frozen=True)
class Board:
    """All events of one run."""

    from_client: Direction
    from_server: Direction


def open_board(path: Path, entries: int) -> Board:
    """Map the file, which is made where it is missing; `entries` is the number of events a direction."""
    length = entries * 8
    with path.open("a+b") as file:
        file.truncate(4 * length)
        memory = memoryview(mmap.mmap(file.fileno(), 4 * length))
    arrays = [memory[index * length : (index + 1) * length].cast("d") for index in range(4)]
    return Board(Direction(arrays[0], arrays[1]), Direction(arrays[2], arrays[3]))


def clear(moments: Moments) -> None:
    """Back to "not yet"."""
    moments[:] = memoryview(bytes(len(moments) * 8)).cast("d")


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the sorted `values` lie."""
    return values[min(len(values) - 1, int(len(values) * share))]
