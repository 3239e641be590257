"""`python -m bench.stages`: where the processor time goes that understanding an event takes, stage by stage.

The frames of a spoken conversation are taken by more and more of the tap in one process: the frame decoder; then the
event decoder too; then the session; then the metrics. What a stage costs is the difference to the one before it. The
stages take turns, round after round; figures are medians of the rounds. `json.loads` of the same payloads stands beside
them for scale.
"""

import argparse
import gc
import json
import platform
import random
import statistics
from collections.abc import Callable, Iterable
from time import process_time_ns

from prometheus_client import CollectorRegistry
from rich.console import Console
from rich.table import Table

from bench.talk import Sent, exchange, opening
from voicetap.chunks import Chunk, Handshake, Side, UpgradeRequest
from voicetap.facts import Fact
from voicetap.observe.pipeline import Pipeline
from voicetap.realtime import decode
from voicetap.session import Session
from voicetap.signals.metrics import Metrics
from voicetap.wire import Message, MessageDecoder

TARGET = "/v1/realtime?model=gpt-realtime"
GAP = 0.05
"""Seconds of the conversation between two events."""

Run = Callable[[list[Chunk]], None]


class Deaf:
    """A sink that is told everything and keeps nothing: what telling costs."""

    name = "deaf"

    def receive(self, fact: Fact) -> None:
        """Let it go."""

    def close(self) -> None:
        """Nothing was kept."""


def frames(chunks: list[Chunk]) -> None:
    """Bytes to messages."""
    decoders = {side: MessageDecoder(side, None) for side in Side}
    for chunk in chunks:
        decoders[chunk.sender].receive(chunk.data)


def events(chunks: list[Chunk]) -> None:
    """And messages to events."""
    for _ in _decoded(chunks):
        pass


def facts(chunks: list[Chunk]) -> None:
    """And events to facts."""
    session = Session(TARGET, 0.0)
    for side, event, at in _decoded(chunks):
        session.receive(side, event, at)


def pipeline(chunks: list[Chunk]) -> None:
    """The same in voicetap's own pipeline, with a sink that is told of the facts."""
    _observe(chunks, Deaf())


def metrics(chunks: list[Chunk]) -> None:
    """And facts to metrics."""
    _observe(chunks, Metrics(CollectorRegistry()).connection())


def loads(chunks: list[Chunk]) -> None:
    """For scale: frames, and the standard library's JSON."""
    decoders = {side: MessageDecoder(side, None) for side in Side}
    for chunk in chunks:
        for found in decoders[chunk.sender].receive(chunk.data):
            assert type(found) is Message
            json.loads(found.payload)


STAGES: dict[str, Run] = {
    "frames": frames,
    "+ events": events,
    "+ session": facts,
    "+ pipeline": pipeline,
    "+ metrics": metrics,
}
BESIDE: dict[str, Run] = {"frames + json.loads": loads}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser("bench.stages", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--exchanges", type=int, default=20, help="of the conversation")
    arguments = parser.parse_args()
    dice = random.Random(1)
    talk = [*opening(), *(sent for n in range(1, arguments.exchanges + 1) for sent in exchange(n, dice))]
    only_audio = [sent for sent in talk if sent[1].endswith((".append", "output_audio.delta")) or "session." in sent[1]]
    console = Console(highlight=False)
    console.print(f"Python {platform.python_version()}, {platform.machine()}; ns of CPU an event, medians", style="dim")
    for title, sents in (("a conversation", talk), ("its audio alone", only_audio)):
        console.print(_table(f"{title}: {len(sents)} events", _chunks(sents), arguments.rounds))


def _table(title: str, chunks: list[Chunk], rounds: int) -> Table:
    runs = STAGES | BESIDE
    costs: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            costs[name].append(_nanoseconds(run, chunks) / len(chunks))
    table = Table(title=title, title_justify="left")
    for column in ("stage", "ns an event", "of which this stage"):
        table.add_column(column, justify="left" if column == "stage" else "right")
    before: list[float] | None = None
    for name, found in costs.items():
        own = "" if name in BESIDE or before is None else f"{statistics.median(_differences(found, before)):,.0f}"
        table.add_row(name, f"{statistics.median(found):,.0f}", own)
        before = found
    return table


def _differences(one: Iterable[float], other: Iterable[float]) -> list[float]:
    return [a - b for a, b in zip(one, other, strict=True)]


def _nanoseconds(run: Run, chunks: list[Chunk]) -> int:
    gc.collect()
    start = process_time_ns()
    run(chunks)
    return process_time_ns() - start


def _chunks(talk: Iterable[Sent]) -> list[Chunk]:
    return [Chunk(Side(sender), frame, index * GAP) for index, (sender, _, frame) in enumerate(talk)]


def _decoded(chunks: list[Chunk]) -> Iterable[tuple[Side, object, float]]:
    decoders = {side: MessageDecoder(side, None) for side in Side}
    for chunk in chunks:
        for found in decoders[chunk.sender].receive(chunk.data):
            assert type(found) is Message
            yield chunk.sender, decode(chunk.sender, found), chunk.at


def _observe(chunks: list[Chunk], sink: object) -> None:
    observed = Pipeline(UpgradeRequest(TARGET, (), 0.0), [sink], _raise)  # type: ignore[list-item]
    observed.answered(Handshake("101", (), 0.01, 0.01))
    for chunk in chunks:
        for _ in observed.chunk(chunk) or ():
            pass


def _raise(sink: str) -> None:
    raise RuntimeError(f"the sink {sink} failed")


if __name__ == "__main__":
    main()
