"""The label of what peers name as they like: models, tools."""

from .. import labels
from ..identifiers import is_harmless


class FirstNames:
    """The first names that came; any further one is `other`, and none is `unknown`."""

    def __init__(self, limit: int) -> None:
        """`limit` names are kept apart in one process."""
        self._limit = limit
        self._known: set[str] = set()

    def label(self, name: str | None) -> str:
        """The label of a name; `other` also for what no signal may show."""
        if name is None:
            return labels.UNKNOWN
        if name in self._known:
            return name
        if len(self._known) >= self._limit or not is_harmless(name):
            return labels.OTHER
        self._known.add(name)
        return name
