"""The children of tool calls: of all tools together, or told apart by the tool's name where the operator wants that."""

from typing import ClassVar, Protocol

from .. import labels
from .first_names import FirstNames
from .series import Number, Numbers

LABEL = "tool"
MOST = 50
"""Tools that are kept apart in one process."""

Outcomes = dict[str, Number]
"""By the outcome."""


class ToolCalls(Protocol):
    """One way to count them."""

    more_labels: ClassVar[tuple[str, ...]]
    """Of `tool_calls_total`."""

    def __init__(self, calls: Numbers) -> None:
        """`calls` is the metric; what can be foreseen of it is made at once."""

    def of(self, tool: str | None) -> Outcomes:
        """Those of a tool by its name, made if need be; None for one that has none."""


class Together:
    """The name of a tool does not matter."""

    more_labels: ClassVar[tuple[str, ...]] = ()

    def __init__(self, calls: Numbers) -> None:
        self._outcomes = {outcome: calls.child(outcome) for outcome in labels.TOOL_OUTCOMES}

    def of(self, tool: str | None) -> Outcomes:
        """All of them."""
        return self._outcomes


class ByName:
    """A tool has children of its own, all outcomes at once, from the first call on; there may be 50 of them."""

    more_labels: ClassVar[tuple[str, ...]] = (LABEL,)

    def __init__(self, calls: Numbers) -> None:
        self._calls = calls
        self._names = FirstNames(MOST)
        self._of: dict[str, Outcomes] = {}
        self.of(None)

    def of(self, tool: str | None) -> Outcomes:
        """Those with the tool's name, with `other` or `unknown`."""
        label = self._names.label(tool)
        found = self._of.get(label)
        if found is None:
            found = self._of[label] = {outcome: self._calls.child(outcome, label) for outcome in labels.TOOL_OUTCOMES}
        return found
