"""What the makers of signals say of one connection, side by side: each place where two of them differ.

All of this package is written from the documents (docs/metrics.md, docs/traces.md, docs/logs.md, docs/replay.md), not
from what makes the signals. The others are held against the report, since that is held against truths made by hand.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from math import isclose
from typing import Any

Json = Any
Report = Mapping[str, Json]
"""As `voicetap replay --json` has it."""
Pair = tuple[str, Json, Json]
"""What it is about, what is expected, and what is said."""

MS = 0.0011
"""Figures are rounded to the microsecond, on both sides."""
TIMEOUT_MS = 15_000
"""A transcription that took longer has timed out live; in a report its result counts all the same."""


def differences(pairs: Iterable[Pair]) -> list[str]:
    """One line for each pair that does not agree."""
    return [f"{what}: {expected} expected, {said} said" for what, expected, said in pairs if not same(expected, said)]


def same(expected: Json, said: Json) -> bool:
    """Equal; figures nearly so, lists of them in any order, and to the microsecond."""
    if isinstance(expected, list):
        pairs = zip(sorted(expected), sorted(said), strict=False)
        return len(expected) == len(said) and all(abs(one - other) <= MS for one, other in pairs)
    if isinstance(expected, float) or isinstance(said, float):
        return isinstance(said, int | float) and isclose(expected, said, rel_tol=1e-9, abs_tol=2e-6)
    return bool(expected == said)


def nonzero(counts: Mapping[str, float]) -> dict[str, float]:
    """What is 0 is not there."""
    return {name: count for name, count in counts.items() if count}


def bounded(counts: Mapping[str, int], known: Iterable[str]) -> dict[str, int]:
    """As a label has it: what is not known is `other`."""
    sums: Counter[str] = Counter()
    for name, count in counts.items():
        sums[name if name in known else "other"] += count
    return dict(sums)
