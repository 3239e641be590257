"""Connections told to all makers of signals at once, as in a live process, and what each of them has said."""

import json
import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from math import inf
from typing import Any

import msgspec
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, Span, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample

from support.spanned import REQUESTED_AT, UPSTREAM, Counting
from voicetap.chunks import UpgradeRequest
from voicetap.facts import (
    Connection,
    ConnectionClosed,
    Fact,
    RateLimitReported,
    Sink,
    TraceIds,
    TranscriptionFinished,
    TranscriptionStarted,
)
from voicetap.prices import PriceTable
from voicetap.session.settings import Settings
from voicetap.signals.logs import LogLines
from voicetap.signals.logs.format import JsonLines
from voicetap.signals.logs.sink import log
from voicetap.signals.metrics import Metrics
from voicetap.signals.report import ReportSink
from voicetap.signals.spans import Spans

Json = Any


class GaugesAtHand(CollectorRegistry):
    """A registry whose gauges can be read without all the rest."""

    def __init__(self) -> None:
        super().__init__()
        self._of_gauges: list[Collector] = []

    def register(self, collector: Collector) -> None:
        super().register(collector)
        if any(family.type == "gauge" for family in collector.collect()):
            self._of_gauges.append(collector)

    def gauges(self) -> list[Metric]:
        """What they have now."""
        return [family for one in self._of_gauges for family in one.collect()]


_ENDS = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_count", "_sum")}
"""Of the names of samples."""


class Figures:
    """Samples by name, without the prefix."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._samples: dict[str, list[Sample]] = {}
        for family in families:
            for end in _ENDS.get(family.type, ()):
                self._samples[family.name.removeprefix("voicetap_") + end] = []
            for sample in family.samples:
                self._samples[sample.name.removeprefix("voicetap_")].append(sample)

    def total(self, name: str, /, **labels: str) -> float:
        """Sum of those that have these labels (`from_` is the label `from`)."""
        return sum(self.by("", name, **labels).values())

    def by(self, label: str, name: str, /, **labels: str) -> dict[str, float]:
        """The same for each value of a label; zeros left out."""
        wanted = {key.rstrip("_"): value for key, value in labels.items()}.items()
        sums: Counter[str] = Counter()
        for sample in self._samples[name]:
            if wanted <= sample.labels.items():
                sums[sample.labels.get(label, "")] += sample.value
        return {value: total for value, total in sums.items() if total}

    @property
    def exemplars(self) -> list[dict[str, str]]:
        """The labels of all of them."""
        found = [sample.exemplar for samples in self._samples.values() for sample in samples]
        return [dict(exemplar.labels) for exemplar in found if exemplar is not None]


class Unended(SimpleSpanProcessor):
    """Exports spans, and counts those that were begun and not ended."""

    def __init__(self, exporter: InMemorySpanExporter) -> None:
        super().__init__(exporter)
        self.count = 0

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        self.count += 1

    def on_end(self, span: ReadableSpan) -> None:
        self.count -= 1
        super().on_end(span)


class Watch:
    """Looks at the gauges while the connection lives; comes before the sink of metrics, and moves the clock."""

    name = "watch"

    def __init__(self, process: "Signalled") -> None:
        self._process = process
        self._pending: set[str | None] = set()
        self._reported: dict[str, RateLimitReported] = {}
        self.pending: list[tuple[int, float]] = []
        """How many transcriptions were pending, and how many of them the gauge had."""
        self.gauges = Figures(())
        """Those of the last moment."""
        self.limits: dict[str, float] = {}
        """What remained of each limit, if it had not been reset."""

    def receive(self, fact: Fact) -> None:
        if fact.at == fact.at:
            self._process.now = fact.at
        if isinstance(fact, RateLimitReported):
            self._reported[fact.name] = fact
        elif isinstance(fact, TranscriptionStarted | TranscriptionFinished):
            self.pending.append((len(self._pending), self._now().total("transcriptions_pending")))
            started = isinstance(fact, TranscriptionStarted)
            (self._pending.add if started else self._pending.discard)(fact.item_id)
        elif isinstance(fact, ConnectionClosed):
            self.gauges = self._now()
            self.limits = {name: told.remaining for name, told in self._reported.items() if self._in_force(told)}

    def _now(self) -> Figures:
        return Figures(self._process.registry.gauges())

    def _in_force(self, told: RateLimitReported) -> bool:
        reset_at = told.at + (inf if told.reset_seconds is None else told.reset_seconds)
        return told.remaining is not None and not reset_at <= self._process.now

    def close(self) -> None:
        """Nothing is held."""


class Connected:
    """One connection of the process: its sinks, in the order of a live one."""

    def __init__(self, process: "Signalled", number: int, target: str, prices: PriceTable, *, spans: bool) -> None:
        self.id = f"{number:016x}"
        self.ids = TraceIds()
        self.watch = Watch(process)
        asked = Settings(target)
        self._report = ReportSink("", prices=prices, model=asked.model, purpose=asked.purpose)
        connection = Connection(self.id, UpgradeRequest(target, (), 0.0), REQUESTED_AT)
        self.sinks: list[Sink] = [
            *([process.spans.connection(connection, self.ids)] if spans else []),
            self.watch,
            process.metrics.connection(connection, self.ids),
            process.logs.connection(connection, self.ids),
            self._report,
        ]

    def tell(self, facts: Iterable[Fact]) -> None:
        for fact in facts:
            for sink in self.sinks:
                sink.receive(fact)

    def close(self) -> None:
        for sink in self.sinks:
            sink.close()

    @property
    def report(self) -> dict[str, Json]:
        """As `voicetap replay --json` has it."""
        told: dict[str, Json] = msgspec.to_builtins(self._report.report)
        return told


class Signalled:
    """One process with a registry, and spans that are exported; its connections were all asked for at 0 s."""

    def __init__(self) -> None:
        self.now = 0.0
        """On the clock of facts."""
        self.registry = GaugesAtHand()
        self.metrics = Metrics(self.registry, clock=lambda: self.now, wall_clock=lambda: REQUESTED_AT + self.now)
        self.logs = LogLines()
        self._exporter = InMemorySpanExporter()
        self._unended = Unended(self._exporter)
        provider = TracerProvider(resource=Resource({}), shutdown_on_exit=False, id_generator=Counting())
        provider.add_span_processor(self._unended)
        self.spans = Spans(provider.get_tracer("voicetap"), UPSTREAM, content=False)
        self._connections = 0

    def connection(self, target: str, prices: PriceTable, *, spans: bool = True) -> Connected:
        """A new one."""
        self._connections += 1
        return Connected(self, self._connections, target, prices, spans=spans)

    @property
    def exported(self) -> tuple[ReadableSpan, ...]:
        return self._exporter.get_finished_spans()

    @property
    def spans_left_open(self) -> int:
        return self._unended.count

    def figures(self) -> "Figures":
        """What the registry has now."""
        return Figures(self.registry.collect())

    def openmetrics(self) -> str:
        """The page with exemplars."""
        return generate_openmetrics(self.registry).decode()


class _Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonLines())
        self.lines: list[dict[str, Json]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(self.format(record)))


@contextmanager
def log_lines() -> Iterator[list[dict[str, Json]]]:
    """The lines about sessions that are written meanwhile."""
    handler, level = _Lines(), log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield handler.lines
    finally:
        log.removeHandler(handler)
        log.setLevel(level)
