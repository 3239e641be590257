"""`python -m bench.stages`: where the processor time goes that understanding an event takes, stage by stage.

The frames of a spoken conversation are taken by more and more of the tap in one process: the frame decoder; then the
event decoder too; then the session; then the metrics, the logs and the spans; then the spans as OTLP, but for their way
to a collector. What a stage costs is the difference to the one before it. The stages take turns, round after round.
A busy machine moves the median of the rounds a lot and the 10th percentile little, so both stand there. `json.loads`
of the same payloads stands beside them for scale.

With `--pause 2.5` the frames come in batches with a pause before each, and everything costs twice as much: in a plain
loop all code and data stay in the caches, in a proxy that has others to wait for they do not.
"""

import argparse
import gc
import json
import platform
import statistics
from collections.abc import Callable, Iterable
from time import process_time_ns, time
from typing import ClassVar, NamedTuple

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from prometheus_client import CollectorRegistry
from rich.console import Console
from rich.table import Table

from bench.board import quantile
from bench.processes import pause
from bench.talk import Sent, talk
from voicetap.chunks import Chunk, Handshake, Side, UpgradeRequest
from voicetap.config import Origin
from voicetap.facts import Connection, Fact, Sink, TraceIds
from voicetap.observe.pipeline import Pipeline
from voicetap.prices import load_prices
from voicetap.realtime import Event, Malformed, Unknown, decode
from voicetap.session import Session
from voicetap.signals.logs import LogLines
from voicetap.signals.metrics import Metrics
from voicetap.signals.spans import Spans
from voicetap.wire import Message, MessageDecoder

TARGET = "/v1/realtime?model=gpt-realtime"
GAP = 0.05
"""Seconds of the conversation between two events."""

METRICS = Metrics(CollectorRegistry())

BATCH = 512
"""Spans that the SDK sends at a time, by default."""

PRICES = load_prices(None)

Run = Callable[[list[Chunk]], object]

Stage = Callable[[], Run]
"""Makes what takes the chunks: what a process or a connection does once is not counted."""

_REQUEST = UpgradeRequest(TARGET, (), 0.0)


class Pace(NamedTuple):
    """Events in batches, as a proxy finds them that others keep waiting; in a plain loop all code and data stay in the
    caches."""

    batch: int
    pause: float
    """Seconds."""


class Deaf:
    """A sink that is told everything and keeps nothing: what telling costs."""

    name: ClassVar[str] = "deaf"

    def receive(self, fact: Fact) -> None:
        """Let it go."""

    def close(self) -> None:
        """Nothing was kept."""


def frames() -> Run:
    """Bytes to messages."""
    decoders = {side: MessageDecoder(side, None) for side in Side}

    def run(chunks: list[Chunk]) -> None:
        for chunk in chunks:
            decoders[chunk.sender].receive(chunk.data)

    return run


def events() -> Run:
    """And messages to events."""

    def run(chunks: list[Chunk]) -> None:
        for _ in _decoded(chunks):
            pass

    return run


def facts() -> Run:
    """And events to facts."""
    session = Session(TARGET, 0.0, prices=PRICES)

    def run(chunks: list[Chunk]) -> None:
        for side, event, at in _decoded(chunks):
            session.receive(side, event, at)

    return run


class Encoder(SpanProcessor):
    """Makes OTLP of spans, as the exporter does before it sends them; but at once, where the SDK has a thread."""

    def __init__(self) -> None:
        self._waiting: list[ReadableSpan] = []

    def on_end(self, span: ReadableSpan) -> None:
        """Keep it until there is a batch."""
        self._waiting.append(span)
        if len(self._waiting) >= BATCH:
            self.encode()

    def encode(self) -> None:
        """Take what waits."""
        encode_spans(self._waiting).SerializeToString()
        self._waiting.clear()


def pipeline() -> Run:
    """The same in voicetap's own pipeline, with a sink that is told of the facts."""
    return _observed(lambda connection, ids: [Deaf()])


def metrics() -> Run:
    """And facts to metrics."""
    of_process = Metrics(CollectorRegistry())
    return _observed(lambda connection, ids: [of_process.connection(connection, ids)])


def logs() -> Run:
    """And facts to lines of the log."""
    return _observed(_metrics_and_logs())


def traces() -> Run:
    """And facts to spans, of which nothing is made; the metrics get exemplars."""
    return _observed(_all_sinks(TracerProvider(shutdown_on_exit=False)))


def export() -> Run:
    """And spans to OTLP."""
    provider, encoder = TracerProvider(shutdown_on_exit=False), Encoder()
    provider.add_span_processor(encoder)
    observe = _observed(_all_sinks(provider))

    def run(chunks: list[Chunk]) -> None:
        observe(chunks)
        encoder.encode()

    return run


def loads() -> Run:
    """For scale: frames, and the standard library's JSON."""
    decoders = {side: MessageDecoder(side, None) for side in Side}

    def run(chunks: list[Chunk]) -> None:
        for chunk in chunks:
            for found in decoders[chunk.sender].receive(chunk.data):
                assert type(found) is Message
                json.loads(found.payload)

    return run


STAGES: dict[str, Stage] = {
    "frames": frames,
    "+ events": events,
    "+ session": facts,
    "+ pipeline": pipeline,
    "+ metrics": metrics,
    "+ logs": logs,
    "+ traces": traces,
    "+ OTLP": export,
}
BESIDE: dict[str, Stage] = {"frames + json.loads": loads}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser("bench.stages", description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--exchanges", type=int, default=20, help="of the conversation")
    parser.add_argument("--pause", type=float, default=0.0, help="ms between two batches, in which caches grow cold")
    parser.add_argument("--batch", type=int, default=50, help="events between two pauses")
    arguments = parser.parse_args()
    pace = Pace(arguments.batch, arguments.pause / 1000) if arguments.pause else None
    whole = talk(arguments.exchanges)
    only_audio = [
        sent for sent in whole if sent[1].endswith((".append", "output_audio.delta")) or "session." in sent[1]
    ]
    console = Console(highlight=False)
    console.print(f"Python {platform.python_version()}, {platform.machine()}; ns of CPU an event", style="dim")
    for title, sents in (("a conversation", whole), ("its audio alone", only_audio)):
        console.print(_table(f"{title}: {len(sents)} events", _chunks(sents), arguments.rounds, pace))


def _table(title: str, chunks: list[Chunk], rounds: int, pace: Pace | None) -> Table:
    runs = STAGES | BESIDE
    costs: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, stage in runs.items():
            costs[name].append(_nanoseconds(stage(), chunks, pace) / len(chunks))
    table = Table(title=title, title_justify="left")
    for column in ("stage", "median", "10th percentile", "of which this stage"):
        table.add_column(column, justify="left" if column == "stage" else "right")
    before: float | None = None
    for name, found in costs.items():
        low = quantile(sorted(found), 0.1)
        own = "" if name in BESIDE or before is None else f"{low - before:,.0f}"
        table.add_row(name, f"{statistics.median(found):,.0f}", f"{low:,.0f}", own)
        before = low
    return table


def _nanoseconds(run: Run, chunks: list[Chunk], pace: Pace | None) -> int:
    gc.collect()
    total, size = 0, len(chunks) if pace is None else pace.batch
    for begin in range(0, len(chunks), size):
        if pace is not None:
            pause(pace.pause)
        batch = chunks[begin : begin + size]
        start = process_time_ns()
        run(batch)
        total += process_time_ns() - start
    return total


def _chunks(talk: Iterable[Sent]) -> list[Chunk]:
    return [Chunk(Side(sender), frame, index * GAP) for index, (sender, _, frame) in enumerate(talk)]


def _decoded(chunks: list[Chunk]) -> Iterable[tuple[Side, Event | Unknown | Malformed, float]]:
    decoders = {side: MessageDecoder(side, None) for side in Side}
    for chunk in chunks:
        for found in decoders[chunk.sender].receive(chunk.data):
            assert type(found) is Message
            yield chunk.sender, decode(chunk.sender, found), chunk.at


Sinks = Callable[[Connection, TraceIds], list[Sink]]


def _metrics_and_logs() -> Sinks:
    metrics, logs = Metrics(CollectorRegistry()), LogLines()
    return lambda connection, ids: [metrics.connection(connection, ids), logs.connection(connection, ids)]


def _all_sinks(provider: TracerProvider) -> Sinks:
    """In the order of voicetap's own process."""
    spans = Spans(provider.get_tracer("voicetap"), Origin(False, "127.0.0.1", 80), content=False)
    others = _metrics_and_logs()
    return lambda connection, ids: [spans.connection(connection, ids), *others(connection, ids)]


def _observed(sinks: Sinks) -> Run:
    request = UpgradeRequest(TARGET, (), 0.0)
    observed = Pipeline(request, sinks(Connection("bench", request, time()), TraceIds()), _raise, prices=PRICES)
    observed.answered(Handshake("101", (), 0.01, 0.01))

    def run(chunks: list[Chunk]) -> None:
        for chunk in chunks:
            for _ in observed.chunk(chunk) or ():
                pass

    return run


def _raise(sink: str) -> None:
    raise RuntimeError(f"the sink {sink} failed")


if __name__ == "__main__":
    main()
