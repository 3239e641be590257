"""The metrics of one process: what belongs to no connection, and the sinks of connections."""

from collections.abc import Callable, Sequence
from threading import Lock
from time import monotonic, time
from typing import ClassVar

from prometheus_client import CollectorRegistry

from ...facts import Connection, Fact, HttpAnswered, Sink, TraceIds
from .. import labels
from .by_model import ByModel
from .families import Families
from .live import LiveSessions
from .operator import OperatorLabel, OperatorLabels
from .sink import ConnectionMetrics, OfProcess
from .tools import ByName, Together, ToolCalls


class Metrics:
    """One registry, and the sink of facts that belong to no connection."""

    name: ClassVar[str] = "metrics"

    def __init__(
        self,
        registry: CollectorRegistry,
        operator_labels: Sequence[OperatorLabel] = (),
        tool_names: bool = False,
        *,
        clock: Callable[[], float] = monotonic,
        wall_clock: Callable[[], float] = time,
    ) -> None:
        """Registers all of names.METRICS; `clock` is that of the facts. Raises ValueError as `operator.check` does.

        `tool_names`: calls of tools are told apart by their names.
        """
        operator = OperatorLabels(operator_labels)
        live = LiveSessions(clock, wall_clock)
        tools: type[ToolCalls] = ByName if tool_names else Together
        self._families = Families(registry, live, operator.names, tools.more_labels)
        self._shared = OfProcess(
            self._families,
            ByModel(self._families, operator),
            tools(self._families.tool_calls),
            live,
            operator,
        )
        self._telling = Lock()

    def connection(self, connection: Connection, trace_ids: TraceIds) -> Sink:
        """The sink of a new connection."""
        return ConnectionMetrics(self._shared, connection, trace_ids)

    def receive(self, fact: Fact) -> None:
        """Take a fact that belongs to no connection."""
        if isinstance(fact, HttpAnswered):
            self._families.http_requests.child(labels.route(fact.target), labels.status(fact.status)).add()

    def close(self) -> None:
        """There is nothing to give back: what was counted stays."""

    def observer_lagged(self, seconds: float) -> None:
        """Chunks were looked at so many seconds after their read, at worst, since this was last told."""
        self._families.observer_lag.observe(seconds)

    def loop_lagged(self, seconds: float) -> None:
        """The event loop did what was due so many seconds late, at worst, since this was last told."""
        self._families.event_loop_lag.observe(seconds)

    def sink_failed(self, sink: str) -> None:
        """A sink of this name raised, and was given up for its connection. Any thread may tell."""
        with self._telling:
            self._families.sink_failures.child(labels.sink(sink)).add()

    def telemetry_dropped(self, signal: str, count: int) -> None:
        """So many spans, or pushes of metrics, did not reach their collector. Any thread may tell."""
        with self._telling:
            self._families.telemetry_dropped.child(labels.telemetry(signal)).add(count)
