"""A process's metrics as they stand on its page, and connections whose facts become samples of them."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics

from voicetap.chunks import Header, UpgradeRequest
from voicetap.facts import Connection, Fact, Sink, SpanIds, TraceIds
from voicetap.signals.metrics import Metrics, OperatorLabel

REQUESTED_AT = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC).timestamp()
SPAN = SpanIds("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331")


class Exposed:
    """One registry, on clocks that the test moves. Those of facts begin at 100 s, when it is noon."""

    def __init__(
        self, *operator_labels: OperatorLabel, tool_names: bool = False, registry: CollectorRegistry | None = None
    ) -> None:
        """`registry` may have other metrics already."""
        self.now = 100.0
        self.registry = registry or CollectorRegistry()
        self.metrics = Metrics(
            self.registry,
            operator_labels,
            tool_names,
            clock=lambda: self.now,
            wall_clock=lambda: REQUESTED_AT + self.now - 100.0,
        )
        self.ids = TraceIds()
        """Of all connections: a test has one that matters."""
        self._fresh = fresh(operator_labels, tool_names)

    def connection(self, *facts: Fact, headers: Sequence[Header] = ()) -> Sink:
        """The sink of a new one, which has received these."""
        connection = Connection("5e55100000000001", UpgradeRequest("/v1/realtime", headers, 100.0), REQUESTED_AT)
        sink = self.metrics.connection(connection, self.ids)
        for fact in facts:
            sink.receive(fact)
        return sink

    def lines(self) -> list[str]:
        """All samples."""
        return samples(self.registry)

    def openmetrics(self) -> str:
        """The page with exemplars."""
        return generate_openmetrics(self.registry).decode()

    def changed(self, *names: str) -> list[str]:
        """The samples that are not 0, and were not there at the beginning; of these metrics, or of all."""
        found = [line for line in self.lines() if line not in self._fresh and not line.endswith(" 0.0")]
        return [line for line in found if line.startswith(names)] if names else found

    def counted(self) -> list[str]:
        """Those that changed, of each histogram only the number of its samples."""
        return [line for line in self.changed() if not re.match(r"\w+_(bucket|sum)[{ ]", line)]


@cache
def fresh(operator_labels: tuple[OperatorLabel, ...], tool_names: bool) -> frozenset[str]:
    """The samples of a process that has seen nothing yet."""
    registry = CollectorRegistry()
    Metrics(registry, operator_labels, tool_names)
    return frozenset(samples(registry))


def samples(registry: CollectorRegistry) -> list[str]:
    """All of them, without the prefix of their names, as Prometheus's own text has them."""
    lines = generate_latest(registry).decode().splitlines()
    return [line.removeprefix("voicetap_") for line in lines if not line.startswith("#")]
