"""Whether several accounts of one call agree, figure by figure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from smoke.accounts import Account, Figure, Range


@dataclass(frozen=True)
class Row:
    """One figure, as each source has it."""

    group: str
    name: str
    figures: Mapping[str, Figure]
    """Source -> figure, of those sources that count it."""

    @property
    def agreed(self) -> bool:
        """All exact figures are the same, to a millionth, and within the bounds of the others."""
        exact = [figure for figure in self.figures.values() if not isinstance(figure, Range)]
        ranges = [figure for figure in self.figures.values() if isinstance(figure, Range)]
        return all(math.isclose(one, other, rel_tol=1e-6) for one, other in pairwise(exact)) and all(
            bounds.low <= figure <= bounds.high for bounds in ranges for figure in exact
        )


def compare(accounts: Mapping[str, Account]) -> list[Row]:
    """Source -> account; a row for each figure that any of them has."""
    groups = dict.fromkeys(group for account in accounts.values() for group in account)
    rows = []
    for group in groups:
        counting = {source: account[group] for source, account in accounts.items() if group in account}
        names = dict.fromkeys(name for figures in counting.values() for name in figures)
        rows += [Row(group, name, {source: of.get(name, 0) for source, of in counting.items()}) for name in names]
    return rows
