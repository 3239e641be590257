"""`python -m bench.scrape`: what a scrape costs, and what those who talk meanwhile notice of it.

First the text, in this process: a registry that 200 sessions of three models have filled is written by
prometheus_client and by voicetap, in both formats. Then whole scrapes: `voicetap serve` between the ends of the load,
as in `bench`, and none, one or five scrapers that each ask once a second, as a Prometheus does.
"""

import argparse
import gc
import gzip
import http.client
import platform
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import cycle

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.exposition import choose_encoder
from rich.console import Console
from rich.table import Table

from bench.pacing import PACES
from bench.peers import PEERS, Command, Place
from bench.processes import pause
from bench.result import Setting, Turn
from bench.talk import talk
from bench.turn import Cores, take_turn
from voicetap.chunks import Chunk, Handshake, Side, UpgradeRequest
from voicetap.facts import Connection, SpanIds, TraceIds
from voicetap.observe.pipeline import Pipeline
from voicetap.prices import load_prices
from voicetap.signals.metrics import Metrics
from voicetap.web.encoder import Encoder

TARGET = "/v1/realtime?model=gpt-realtime"
MODELS = (b"gpt-realtime", b"gpt-realtim2", b"gpt-realtim3")
"""Of the same length, so that one can stand for the other in a frame."""
PROMETHEUS = {"Accept": "application/openmetrics-text;version=1.0.0", "Accept-Encoding": "gzip"}
"""What Prometheus asks for, as far as it matters."""
INTERVAL = 1.0
GAP = 0.05
"""Seconds of the conversation between two events."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser("bench.scrape", description=__doc__)
    parser.add_argument("--sessions", type=int, default=200)
    parser.add_argument("--rate", type=float, default=10.0, help="events a second, session and direction")
    parser.add_argument("--seconds", type=float, default=8.0, help="of a turn")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pace", choices=PACES, default="independent")
    parser.add_argument("--only", choices=("text", "load"))
    arguments = parser.parse_args()
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 120
    console.print(f"Python {platform.python_version()}, {platform.machine()}", style="dim")
    if arguments.only != "load":
        console.print(_texts(arguments.sessions, arguments.rounds * 20))
    if arguments.only != "text":
        console.print(_scrapes(_setting(arguments)))


def _setting(arguments: argparse.Namespace) -> Setting:
    return Setting(
        command=sys.argv,
        rounds=arguments.rounds,
        seconds=arguments.seconds,
        sessions=arguments.sessions,
        rate=arguments.rate,
        size=6144,
        pace=arguments.pace,
        peers={_VOICETAP.name: _VOICETAP.what},
        traffic="turns",
    )


def _texts(sessions: int, rounds: int) -> Table:
    """Both formats, by both writers."""
    columns = ("", "lines", "exemplars", "KiB", "collected", "prometheus_client", "voicetap", "gzip 1", "gzip 6")
    title = f"the text, after {sessions} sessions of {len(MODELS)} models; ms of CPU, medians of {rounds}"
    table = Table(*columns, title=title)
    for exemplars in (False, True):
        registry = filled(sessions, exemplars=exemplars)
        table.add_row("text", *_text(registry, "", rounds))
        table.add_row("OpenMetrics", *_text(registry, PROMETHEUS["Accept"], rounds))
    return table


def _text(registry: CollectorRegistry, accept: str, rounds: int) -> list[str]:
    """The cells of one format."""
    library, _ = choose_encoder(accept)
    ours = Encoder(library, exemplars=bool(accept))
    text = library(registry)
    assert ours(registry).count(b"\n") == text.count(b"\n")
    costs = _costs(
        rounds,
        lambda: list(registry.collect()),
        lambda: library(registry),
        lambda: ours(registry),
        lambda: gzip.compress(text, 1, mtime=0),
        lambda: gzip.compress(text, 6, mtime=0),
    )
    packed = [f" ({len(gzip.compress(text, level)) / 1024:.0f} KiB)" for level in (1, 6)]
    return [
        *(str(text.count(b"\n")), str(text.count(b" # {")), f"{len(text) / 1024:.0f}"),
        *(f"{cost * 1e3:.1f}{more}" for cost, more in zip(costs, ["", "", "", *packed], strict=True)),
    ]


def _costs(rounds: int, *works: Callable[[], object]) -> list[float]:
    """Seconds of processor time, medians. Between two turns there is a pause, as there is between scrapes."""
    found: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, taken in zip(works, found, strict=True):
            gc.collect()
            pause(0.01)
            begin = time.thread_time()
            work()
            taken.append(time.thread_time() - begin)
    return [statistics.median(taken) for taken in found]


def filled(sessions: int, *, exemplars: bool) -> CollectorRegistry:
    """The registry of a process through which so many sessions talk, an exchange each so far."""
    registry = CollectorRegistry()
    for collector in (ProcessCollector, PlatformCollector, GCCollector):
        collector(registry=registry)
    metrics, prices, said = Metrics(registry), load_prices(None), talk(1)
    request = UpgradeRequest(TARGET, (), time.monotonic())
    for number, model in zip(range(sessions), cycle(MODELS)):
        ids = TraceIds()
        if exemplars:
            ids.current = SpanIds(f"{number + 1:032x}", f"{number + 1:016x}")
        connection = Connection(f"{number:016x}", request, time.time())
        pipeline = Pipeline(request, [metrics.connection(connection, ids)], _raise, prices=prices)
        pipeline.answered(Handshake("101", (), request.at, 0.01))
        for index, (sender, _, frame) in enumerate(said):
            chunk = Chunk(Side(sender), frame.replace(MODELS[0], model), request.at + index * GAP * (1 + number % 7))
            for _ in pipeline.chunk(chunk) or ():
                pass
    return registry


def _raise(sink: str) -> None:
    raise RuntimeError(f"the sink {sink} failed")


_VOICETAP = next(peer for peer in PEERS if peer.name == "voicetap")
_WAYS = {"as it is": None, "switch interval 1 ms": 0.001, "switch interval 5 ms": 0.005}


def _scrapes(setting: Setting) -> Table:
    load = f"{setting.sessions} sessions, {setting.rate:g} events/s each way"
    columns = ("", "scrapers", "a scrape p50, ms", "max, ms", "KiB", "on the way p50, ms", "p99, ms", "CPU us an event")
    table = Table(*columns, title=f"{load}; medians of {setting.rounds} rounds of {setting.seconds:g} s")
    for way, switch_interval in _WAYS.items():
        for scrapers in (0, 1, 5):
            turns, scraped = _turns(setting, switch_interval, scrapers, table)
            if turns:
                took = [each.seconds * 1e3 for each in scraped] or [0.0]
                table.add_row(
                    *(way, str(scrapers), f"{statistics.median(took):.1f}", f"{max(took):.1f}"),
                    f"{max((each.size for each in scraped), default=0) / 1024:.0f}",
                    f"{statistics.median(turn.latency_p50 for turn in turns) * 1e3:.2f}",
                    f"{statistics.median(turn.latency_p99 for turn in turns) * 1e3:.2f}",
                    f"{statistics.median(turn.cpu_microseconds or 0 for turn in turns):.1f}",
                )
    return table


def _turns(
    setting: Setting, switch_interval: float | None, scrapers: int, table: Table
) -> tuple[list[Turn], list["_Scrape"]]:
    """All rounds of one way; a turn that is refused stands in the table with the reason."""
    turns, scraped = [], []
    for number in range(setting.rounds):
        with _scraping(scrapers, switch_interval) as (command, found):
            turn = take_turn(replace(_VOICETAP, command=command), number, setting, Cores(load=0, peer=1))
        if turn.refused is None:
            turns.append(turn)
            scraped += found
        else:
            table.add_row("refused", str(scrapers), turn.refused)
    return turns, scraped


class _Scrape:
    """One scrape."""

    def __init__(self, seconds: float, size: int) -> None:
        self.seconds = seconds
        self.size = size


@contextmanager
def _scraping(
    scrapers: int, switch_interval: float | None
) -> Iterator[tuple[Callable[[Place], Command], list[_Scrape]]]:
    """A command for a peer that is scraped from its start to the end of the block."""
    over = threading.Event()
    found: list[_Scrape] = []
    threads: list[threading.Thread] = []

    def command(place: Place) -> Command:
        for number in range(scrapers):
            thread = threading.Thread(target=_scrape, args=(place.admin, number * 0.01, over, found))
            threads.append(thread)
            thread.start()
        assert _VOICETAP.command is not None
        usual = _VOICETAP.command(place)
        if switch_interval is None:
            return usual
        program = (
            f"import sys; sys.setswitchinterval({switch_interval}); from voicetap.cli import main; sys.exit(main())"
        )
        return [sys.executable, "-c", program, *usual[3:]]

    try:
        yield command, found
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _scrape(port: int, offset: float, over: threading.Event, found: list[_Scrape]) -> None:
    """Scrape once a second; how long each took, but for the first one, which makes what is kept for the others."""
    over.wait(offset)
    first = True
    while not over.is_set():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        begin = time.monotonic()
        try:
            connection.request("GET", "/metrics", headers=PROMETHEUS)
            body = connection.getresponse().read()
        except OSError:
            over.wait(0.05)
            continue
        finally:
            connection.close()
        if not first:
            found.append(_Scrape(time.monotonic() - begin, len(body)))
        first = False
        over.wait(INTERVAL - (time.monotonic() - begin))


if __name__ == "__main__":
    main()
