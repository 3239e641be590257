"""`python -m bench.growth`: what an event costs, and what a session holds, from the first minute of a call to the last.

A call of an hour, some 700 spoken exchanges, is told to voicetap's own pipeline with the sinks of `voicetap serve`; its
times are told by hand, so it takes seconds. Each set of sinks has a process of its own with many such calls at once;
the processes take turns, minute by minute.

Cost is processor time. Beside the calls that grow old, new ones take the same minute as their first, so that a machine
that grows slower is not taken for a call that grows dear: growth is the difference between the two.

Memory is what the process has resident, beyond what it had before the calls were made, divided by their number: that
counts what the allocators waste, which a sum over objects (tracemalloc) does not, and it slows nothing down. What was
freed is first given back to the system, where the C library can (`malloc_trim`).
"""

import argparse
import gc
import json
import math
import multiprocessing
import os
import platform
import random
import statistics
import sys
from collections.abc import Callable, Iterator
from ctypes import CDLL
from datetime import UTC, datetime
from functools import partial
from itertools import combinations, count
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from time import process_time_ns, time
from typing import Any

from matplotlib.figure import Figure
from opentelemetry.sdk.trace import TracerProvider
from prometheus_client import CollectorRegistry
from rich.console import Console
from rich.table import Table

from bench.talk import APPENDED, GENERATED, Sent, audio, exchange, opening
from voicetap.chunks import Chunk, Ending, Handshake, Side, UpgradeRequest
from voicetap.config import Origin
from voicetap.facts import Connection, Sink, TraceIds
from voicetap.observe.pipeline import Pipeline
from voicetap.prices import load_prices
from voicetap.signals.live import LiveView
from voicetap.signals.logs import LogLines
from voicetap.signals.metrics import Metrics
from voicetap.signals.spans import Spans

TARGET = "/v1/realtime?model=gpt-realtime"
RESULTS = Path(__file__).parent / "results"
EXCHANGES = 12
"""In a minute: 700 an hour, and some."""
PIECES = 64
"""Different pieces of audio; more of them would be no other to who only measures how long they are."""
SHOWN = (1, 2, 5, 10, 30, 60)
LEAST = 10
"""Minutes from which a slope is told: that of fewer is of the machine."""

Sinks = Callable[[Connection, TraceIds], list[Sink]]


def metrics_and_logs(registry: CollectorRegistry) -> Sinks:
    """Those of `voicetap serve` without more options."""
    metrics, logs = Metrics(registry), LogLines()
    return lambda connection, ids: [metrics.connection(connection, ids), logs.connection(connection, ids)]


def and_spans(registry: CollectorRegistry) -> Sinks:
    """With traces; nothing takes the spans away, and nothing keeps them."""
    tracer = TracerProvider(shutdown_on_exit=False).get_tracer("voicetap")
    spans, others = Spans(tracer, Origin(False, "127.0.0.1", 80), content=False), metrics_and_logs(registry)
    return lambda connection, ids: [spans.connection(connection, ids), *others(connection, ids)]


def and_page(registry: CollectorRegistry) -> Sinks:
    """With the live page. What it keeps is bounded for all calls of a process together."""
    view, others = LiveView(), metrics_and_logs(registry)
    return lambda connection, ids: [*others(connection, ids), view.connection(connection, ids)]


KINDS: dict[str, Callable[[CollectorRegistry], Sinks]] = {
    "metrics, logs": metrics_and_logs,
    "metrics, logs, spans": and_spans,
    "metrics, logs, page": and_page,
}


class Call:
    """One session, and the time in it."""

    def __init__(self, sinks: Sinks, number: int) -> None:
        request = UpgradeRequest(TARGET, (), 0.0)
        connection = Connection(f"{number:016x}", request, time())
        self._pipeline = Pipeline(request, sinks(connection, TraceIds()), _raise, prices=load_prices(None))
        self._pipeline.answered(Handshake("101", (), 0.01, 0.01))
        self._second = 0

    def take(self, chunks: list[Chunk]) -> None:
        """What was relayed; each second is told, as the observer does it."""
        pipeline = self._pipeline
        for chunk in chunks:
            if chunk.at >= self._second + 1:
                self._second = int(chunk.at)
                for side in Side:
                    pipeline.relayed(side, 100_000, self._second)
                pipeline.tick(self._second)
            for _ in pipeline.chunk(chunk) or ():
                pass

    def end(self, at: float) -> None:
        """Hang up."""
        self._pipeline.closed(Ending(Side.CLIENT, False, at))
        self._pipeline.close()


def minutes() -> Iterator[list[Sent]]:
    """What is said in each minute."""
    dice = random.Random(1)
    pieces = [[audio(dice, size) for _ in range(PIECES)] for size in (APPENDED, GENERATED)]
    append, delta = (partial(dice.choice, of_size) for of_size in pieces)
    for minute in count():
        numbers = range(minute * EXCHANGES + 1, (minute + 1) * EXCHANGES + 1)
        yield [sent for number in numbers for sent in exchange(number, append, delta, number * 5_500)]


def chunks(sents: list[Sent], begin: float) -> list[Chunk]:
    """Evenly over a minute."""
    return [
        Chunk(Side(sender), frame, begin + 60 * index / len(sents)) for index, (sender, _, frame) in enumerate(sents)
    ]


def grow(kind: str, sessions: int, controls: int, pipe: Pipe) -> None:
    """The process of a kind: whenever asked, another minute; tells (ns an event, the same of new calls, bytes)."""
    registry = CollectorRegistry()
    sinks, of_controls = KINDS[kind](registry), KINDS[kind](CollectorRegistry())
    said = minutes()
    begun = chunks(opening(), 0.0)[:2]
    first = [Chunk(chunk.sender, chunk.data, chunk.at / 60) for chunk in begun]
    # What the process does once is done before anything is measured.
    _measured(of_controls, controls, first, chunks(next(minutes()), 1.0))
    before = resident()
    calls = [Call(sinks, number) for number in range(sessions)]
    for call in calls:
        call.take(first)
    pipe.send((resident() - before) / sessions)
    told = len(first)
    apart = max(1, sessions // controls)
    for minute in count():
        if pipe.recv() is None:
            break
        sents = next(said)
        now, new = chunks(sents, 1.0 + 60 * minute), chunks(sents, 1.0)
        old, young = [], []
        for index, call in enumerate(calls):
            gc.collect()
            start = process_time_ns()
            call.take(now)
            old.append((process_time_ns() - start) / len(now))
            if index % apart == 0:
                young += _measured(of_controls, 1, first, new)
        told += len(now)
        del sents, now, new
        pipe.send((statistics.median(old), statistics.median(young), (resident() - before) / sessions))
    pipe.send(
        (_counted(registry, "voicetap_events_total") - told * sessions, _counted(registry, "voicetap_surprises_total"))
    )


def _measured(sinks: Sinks, calls: int, first: list[Chunk], minute: list[Chunk]) -> list[float]:
    """ns an event of calls that begin with this minute."""
    costs = []
    for number in range(calls):
        call = Call(sinks, number)
        call.take(first)
        gc.collect()
        start = process_time_ns()
        call.take(minute)
        costs.append((process_time_ns() - start) / len(minute))
        call.end(100.0)
    return costs


def resident() -> int:
    """Bytes of the process in memory, without what it could give back."""
    gc.collect()
    if hasattr(_LIBC, "malloc_trim"):
        _LIBC.malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


_LIBC = CDLL(None)


def _counted(registry: CollectorRegistry, name: str) -> float:
    return sum(sample.value for metric in registry.collect() for sample in metric.samples if sample.name == name)


def _raise(sink: str) -> None:
    raise RuntimeError(f"the sink {sink} failed")


def main() -> None:
    """Measure, print, and write a table and a picture."""
    parser = argparse.ArgumentParser("bench.growth", description=__doc__)
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--sessions", type=int, default=50, help="that grow old together, of each kind")
    parser.add_argument("--controls", type=int, default=10, help="new ones beside them, each minute")
    parser.add_argument("--output", type=Path, default=RESULTS, help="a directory")
    arguments = parser.parse_args()
    result = measure(arguments.minutes, arguments.sessions, arguments.controls)
    result["command"] = ["python", "-m", "bench.growth", *sys.argv[1:]]
    name = f"growth-{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}"
    (arguments.output / f"{name}.json").write_text(json.dumps(result, indent=1))
    picture(result).savefig(arguments.output / f"{name}.png", dpi=120)
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 120
    for table in tables(result):
        console.print(table)
    console.print(f"Python {result['python']}, {platform.machine()}; {' '.join(result['command'])}", style="dim")
    console.print(f"written: {name}.json, {name}.png in {arguments.output.name}/", style="dim")


def measure(length: int, sessions: int, controls: int) -> dict[str, Any]:
    """All kinds, minute by minute in turns; stops where what was told was not what was understood."""
    context = multiprocessing.get_context("spawn")
    pipes: dict[str, Pipe] = {}
    kinds: dict[str, dict[str, list[float]]] = {}
    for kind in KINDS:
        pipes[kind], theirs = context.Pipe()
        context.Process(target=grow, args=(kind, sessions, controls, theirs), daemon=True).start()
        theirs.close()
        kinds[kind] = {"old": [], "young": [], "bytes": [pipes[kind].recv()]}
    for _ in range(length):
        for kind, pipe in pipes.items():
            pipe.send(True)
            old, young, held = pipe.recv()
            kinds[kind]["old"].append(old)
            kinds[kind]["young"].append(young)
            kinds[kind]["bytes"].append(held)
    for kind, pipe in pipes.items():
        pipe.send(None)
        missing, surprises = pipe.recv()
        if missing or surprises:
            raise SystemExit(f"refused: with {kind}, {missing:+g} events were counted, and {surprises:g} surprises")
    return {"python": platform.python_version(), "sessions": sessions, "controls": controls, "kinds": kinds}


def tables(result: dict[str, Any]) -> list[Table]:
    """Cost and memory at some of the minutes."""
    length = len(next(iter(result["kinds"].values()))["old"])
    shown = [minute for minute in SHOWN if minute <= length]
    columns = [f"minute {minute}" for minute in shown]
    cost = Table(
        "ns of CPU an event", *columns, "growth an hour", title="Cost (that of new calls)", title_justify="left"
    )
    held = Table("KiB a session", *columns, title="Memory", title_justify="left")
    for kind, curve in result["kinds"].items():
        of_minutes = [f"{curve['old'][at - 1]:,.0f} ({curve['young'][at - 1]:,.0f})" for at in shown]
        slope = growth(curve) if length >= LEAST else math.nan
        told = f"{slope:+,.0f} ({slope / statistics.median(curve['young']):+.1%})" if slope == slope else "too short"
        cost.add_row(kind, *of_minutes, told)
        held.add_row(kind, *(f"{curve['bytes'][at] / 1024:,.0f}" for at in shown))
    return [cost, held]


def growth(curve: dict[str, list[float]]) -> float:
    """By how many ns an event becomes dearer in an hour: the slope of what old calls take more than new ones, as the
    median of the slopes between all pairs of minutes (Theil and Sen), which a busy minute does not move."""
    more = [old - young for old, young in zip(curve["old"], curve["young"], strict=True)]
    pairs = combinations(enumerate(more), 2)
    return statistics.median((b - a) / (later - earlier) for (earlier, a), (later, b) in pairs) * 60


def picture(result: dict[str, Any]) -> Figure:
    """Both curves."""
    figure = Figure(figsize=(11, 4), layout="constrained")
    cost, held = figure.subplots(1, 2)
    for index, (kind, curve) in enumerate(result["kinds"].items()):
        minutes_of_it = range(1, len(curve["old"]) + 1)
        cost.plot(minutes_of_it, [ns / 1000 for ns in curve["old"]], color=f"C{index}", label=kind)
        cost.plot(minutes_of_it, [ns / 1000 for ns in curve["young"]], color=f"C{index}", alpha=0.4, linestyle=":")
        held.plot([size / 1024 for size in curve["bytes"]], color=f"C{index}", label=kind)
    cost.set(title="CPU an event, µs (dotted: of new calls)", xlabel="minute of the call", ylim=(0, None))
    held.set(title="Memory a session, KiB", xlabel="minute of the call", yscale="log")
    for axes in (cost, held):
        axes.grid(alpha=0.3)
        axes.legend(fontsize="small")
    return figure


if __name__ == "__main__":
    main()
