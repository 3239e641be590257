"""The label of a model: servers name models, and some take any name that a client sends."""

from .. import labels
from ..identifiers import is_harmless

MOST = 20
"""Models that are kept apart in one process."""


class Models:
    """The first 20 models that servers named; any further one is `other`, and none is `unknown`."""

    def __init__(self, limit: int = MOST) -> None:
        self._limit = limit
        self._known: set[str] = set()

    def label(self, model: str | None) -> str:
        """The label of a model; `other` also for what no signal may show."""
        if model is None:
            return labels.UNKNOWN
        if model in self._known:
            return model
        if len(self._known) >= self._limit or not is_harmless(model):
            return labels.OTHER
        self._known.add(model)
        return model
