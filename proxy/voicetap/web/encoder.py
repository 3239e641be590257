"""A registry as text, byte for byte what prometheus_client writes, but with what never changes of it kept.

From scrape to scrape only numbers and exemplars change, but the library forms every line anew: names, labels and their
escapes, during which it holds the lock that the event loop needs. Here it forms each line once; after that only the
number behind it is written. For 1,200 lines of OpenMetrics that takes 1.3 ms where the library takes 9 (`make scrape`).
"""

from collections.abc import Callable, Iterable
from copy import copy
from typing import Protocol

from prometheus_client.core import Metric, Sample
from prometheus_client.samples import Exemplar
from prometheus_client.utils import floatToGoString

_ZERO = "0.0\n"
_number: Callable[[float], str] = floatToGoString


class Collector(Protocol):
    """What has metrics: a registry, or a part of one."""

    def collect(self) -> Iterable[Metric]:
        """Its metrics."""


class Encoder:
    """One format."""

    def __init__(self, encode: Callable[[Collector], bytes], *, exemplars: bool) -> None:
        """`encode` is the library's, of the same format; `exemplars` says whether that format has them.

        As many beginnings of lines are kept as there ever were series, so labels must be bounded.
        """
        self._encode = encode
        self._exemplars = exemplars
        self._known: dict[tuple[str, ...], _Known] = {}
        self._end = self._by_library(())

    def __call__(self, registry: Collector) -> bytes:
        """The text, in UTF-8."""
        return "".join([*map(self._family, registry.collect()), self._end]).encode()

    def _family(self, family: Metric) -> str:
        described = (family.name, family.documentation, family.type, family.unit)
        known = self._known.get(described)
        if known is None:
            known = self._known[described] = _Known(self._alone(family, []))
        heads, exemplars = known.heads, self._exemplars
        lines = [known.header]
        for name, labels, value, timestamp, exemplar, native_histogram in family.samples:
            key = (name, *labels, *labels.values())
            head = heads[key] if key in heads else heads.setdefault(key, self._head(family, known.header, name, labels))
            if head is None or timestamp is not None or native_histogram is not None:
                return self._alone(family, family.samples)
            if exemplar is not None and exemplars:
                lines.append(f"{head}{_number(value)}{_exemplar(exemplar)}\n")
            else:
                lines.append(f"{head}{_number(value)}\n")
        return "".join(lines)

    def _head(self, family: Metric, header: str, name: str, labels: dict[str, str]) -> str | None:
        """See what the library makes of such a sample: one line behind the header, or something of its own."""
        line = self._alone(family, [Sample(name, labels, 0.0)]).removeprefix(header)
        return line.removesuffix(_ZERO) if line.count("\n") == 1 and line.endswith(_ZERO) else None

    def _alone(self, family: Metric, samples: list[Sample]) -> str:
        """What the library makes of the family, had it these samples."""
        family = copy(family)
        family.samples = samples
        return self._by_library([family]).removesuffix(self._end)

    def _by_library(self, families: Iterable[Metric]) -> str:
        return self._encode(_Part(families)).decode()


class _Known:
    """What never changes of a family."""

    __slots__ = ("header", "heads")

    def __init__(self, header: str) -> None:
        self.header = header
        self.heads: dict[tuple[str, ...], str | None] = {}
        """Of a line, what stands before its number; None for a sample that the library puts elsewhere."""


class _Part:
    """Some families, as a registry has them."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def _exemplar(exemplar: Exemplar) -> str:
    """OpenMetrics 1.0, "Exemplars"."""
    labels = ",".join([f'{name}="{_escaped(value)}"' for name, value in sorted(exemplar.labels.items())])
    at = "" if exemplar.timestamp is None else f" {exemplar.timestamp}"
    return f" # {{{labels}}} {_number(exemplar.value)}{at}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
