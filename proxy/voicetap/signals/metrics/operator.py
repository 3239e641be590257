"""Labels that the operator has named: each takes its value from a header of the upgrade request.

Whoever connects chooses the values, so there are few, and none is a credential.
"""

import re
from collections.abc import Sequence
from typing import TypeAlias

from ...chunks import Header
from ...recording.credentials import key_is_credential, without_credentials
from .. import labels, names

OperatorLabel: TypeAlias = tuple[str, bytes]
"""Name of the label, name of the header."""

MOST = 3
"""Labels."""
COMBINATIONS = 50
"""Of their values that are kept apart in one process, that of requests without the headers included."""
LONGEST = 64
"""Characters of a value that are looked at."""

_LABEL = re.compile(r"(?!__)[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_HEADER = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""RFC 9110 section 5.6.2."""
_STRANGE = re.compile(r"[^\w.:/@+ -]", re.ASCII)

_OF_PROMETHEUS = frozenset({"le", "quantile", "job", "instance"})
_SUBPROTOCOL = b"sec-websocket-protocol"
"""Browsers send the key in it."""


def check(wanted: Sequence[OperatorLabel]) -> None:
    """Raises ValueError, in one line, for what cannot be had."""
    if len(wanted) > MOST:
        raise ValueError(f"{len(wanted)} labels; there may be {MOST}")
    taken = _OF_PROMETHEUS.union(*(metric.labels for metric in names.METRICS))
    seen: set[str] = set()
    for label, header in wanted:
        if not _LABEL.fullmatch(label):
            raise ValueError(f"{label!r} is no name of a label: letters, digits and _, no digit first, no __ first")
        if label in taken:
            raise ValueError(f"the label {label!r} has a meaning already; choose another name")
        if label in seen:
            raise ValueError(f"the label {label!r} is there twice")
        seen.add(label)
        if not _HEADER.fullmatch(header):
            raise ValueError(f"{header.decode('latin-1')!r} is no name of a header")
        if key_is_credential(header.decode()) or header.lower() == _SUBPROTOCOL:
            raise ValueError(f"the header {header.decode()!r} carries a credential, and may be no label")


class OperatorLabels:
    """Their names, and which values of them have been seen."""

    def __init__(self, wanted: Sequence[OperatorLabel], limit: int = COMBINATIONS) -> None:
        """Raises ValueError as `check` does."""
        check(wanted)
        self.names = tuple(label for label, _ in wanted)
        self._headers = [header.lower() for _, header in wanted]
        self.unknown = (labels.UNKNOWN,) * len(wanted)
        """The values of a request without the headers."""
        self._others = (labels.OTHER,) * len(wanted)
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
            return self._others
        self._known.add(found)
        return found


def _value(headers: Sequence[Header], wanted: bytes) -> str:
    """Of the first header of that name; what is strange in a label is `_`."""
    text = next((value[:LONGEST].decode("latin-1") for name, value in headers if name.lower() == wanted), "")
    if not text:
        return labels.UNKNOWN
    return labels.OTHER if without_credentials(text) is not text else _STRANGE.sub("_", text)
