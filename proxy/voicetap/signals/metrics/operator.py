"""Labels that the operator has named: each takes its value from a header of the upgrade request.

Whoever connects chooses the values, so there are few, and none is a credential. What the labels and headers may be
called is `config.parse_label`'s to say.
"""

import re
from collections.abc import Sequence
from typing import TypeAlias

from ...chunks import Header
from ...recording.credentials import without_credentials
from .. import labels, names
from . import tools

OperatorLabel: TypeAlias = tuple[str, bytes]
"""Name of the label, name of the header."""

COMBINATIONS = 20
"""Of their values that are kept apart in one process, that of requests without the headers included."""
LONGEST = 64
"""Characters of a value that are looked at."""

_STRANGE = re.compile(r"[^\w.:/@+ -]", re.ASCII)

_TAKEN = frozenset({"le", "quantile", "job", "instance", tools.LABEL}).union(
    *(metric.labels for metric in names.METRICS)
)
"""Prometheus gives a meaning to the first four."""


def check(wanted: Sequence[OperatorLabel]) -> None:
    """Raises ValueError, in one line, for a label that has a meaning already."""
    for label, _ in wanted:
        if label in _TAKEN:
            raise ValueError(f"the label {label!r} has a meaning already; choose another name")


class OperatorLabels:
    """Their names, and which values of them have been seen."""

    def __init__(self, wanted: Sequence[OperatorLabel], limit: int = COMBINATIONS) -> None:
        """Raises ValueError as `check` does."""
        check(wanted)
        self.names = tuple(label for label, _ in wanted)
        self._headers = [header.lower() for _, header in wanted]
        self.unknown = (labels.UNKNOWN,) * len(wanted)
        """The values of a request without the headers."""
        self.others = (labels.OTHER,) * len(wanted)
        """The values of those that are not kept apart."""
        self._known = {self.unknown}
        self._limit = limit

    def values(self, headers: Sequence[Header]) -> tuple[str, ...]:
        """Of a request with these headers; all of them are `other` where too many combinations have been seen."""
        if not self._headers:
            return ()
        found = tuple(_value(headers, header) for header in self._headers)
        if found in self._known:
            return found
        if len(self._known) >= self._limit:
            return self.others
        self._known.add(found)
        return found


def _value(headers: Sequence[Header], wanted: bytes) -> str:
    """Of the first header of that name; what is strange in a label is `_`."""
    text = next((value[:LONGEST].decode("latin-1") for name, value in headers if name.lower() == wanted), "")
    if not text:
        return labels.UNKNOWN
    return labels.OTHER if without_credentials(text) is not text else _STRANGE.sub("_", text)
