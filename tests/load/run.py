"""The load, live: two instances of voicetap, one Prometheus that scrapes both, and two loads, one after the other.

    ├ sessions that stay open ┼ before ┼ quiet ┼ now ┼ stalls, no server ┼ quiet ┤ the end
                                           └──────────── the window ─────────────┘

All series are there, and scraped at what they are, before anything that is looked at moves them: so no increase loses
what came before its first sample. The window before that one has the other load.
"""

import asyncio
import math
import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import uvloop

from load.account import Account, together
from load.ends import Upstream
from load.held import Holding
from load.player import Player
from load.prices import prices
from load.scenes import BEFORE, FIRST, NOW, SECOND, Part, parts
from load.strangers import STRANGERS, UNREACHABLE, Stranger
from support.collector import Behaviour, Collector, collecting
from support.kernel import resident_bytes
from support.processes import Process, serve
from support.prometheus import Prometheus, prometheus

STALLS, STALL_S = 4, 0.35
"""Of each process: how often, and for how long."""
PUSH_EVERY_MS = 3000
PENDING = 1
"""Transcriptions that are awaited at the end."""
OWN_DELAY_S = 0.04
"""What voicetap and the kernel may add on a machine that does other things too."""
SETTLING_S = 2.2
"""Until what comes late is told: turns wait for 2 s, sums are told once a second."""


@dataclass
class Refusing(Behaviour):
    """Counts what it refuses."""

    status: int = 400
    refused: int = 0

    def answer(self, handler: Any) -> None:
        self.refused += 1
        handler.reply(self.status, {}, b"")


class Window(NamedTuple):
    """What the queries look at."""

    end: float
    """Unix time."""
    seconds: int


class Machine(NamedTuple):
    """What the kernel says of a process at the end."""

    started_at: float
    """Unix time."""
    resident_bytes: int
    cpu_seconds: float
    """Spent in the window."""
    over_seconds: float
    """The window, as the clock had it when the kernel was asked."""
    open_files: int
    most_files: int


@dataclass
class Load:
    """Everything that a test asks about."""

    prometheus: Prometheus
    instances: list[str]
    """The addresses that are scraped: the values of the label `instance`."""
    collectors: list[Collector]
    window: Window
    lateness: float
    """How late anything was, at worst, in seconds."""
    now: list[Account]
    """Of each instance, in the window."""
    before: list[Account]
    """In the one before."""
    machines: list[Machine]
    expiries: list[float]
    """When servers will end the sessions that are held: Unix times."""


@contextmanager
def loaded(directory: Path) -> Iterator[Load]:
    """All that there is to ask about, when the load is over."""
    with ExitStack() as stack:
        traces = [stack.enter_context(collecting()) for _ in (FIRST, SECOND)]
        metrics = stack.enter_context(collecting())
        calls = stack.enter_context(asyncio.Runner(loop_factory=uvloop.new_event_loop))
        upstream = Upstream()
        calls.run(upstream.listen())
        (directory / "prices.toml").write_text(prices())
        recordings = directory / "recordings"
        recordings.mkdir()
        options = ("--prices", str(directory / "prices.toml"))
        voicetaps = [
            stack.enter_context(serve(upstream.url, *options, env=_telemetry(traces[FIRST]))),
            stack.enter_context(
                serve(
                    upstream.url,
                    *options,
                    "--record",
                    str(recordings),
                    env=_telemetry(traces[SECOND]) | _pushes(metrics),
                )
            ),
        ]
        server = stack.enter_context(prometheus(directory, *(one.admin for one in voicetaps)))
        director = _Director(server, voicetaps, upstream, calls)
        yield director.direct(traces, metrics, recordings)
        calls.run(director.holding.end())


def _telemetry(collector: Collector) -> dict[str, str]:
    return {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{collector.endpoint}/v1/traces", "OTEL_BSP_SCHEDULE_DELAY": "500"}


def _pushes(collector: Collector) -> dict[str, str]:
    return {
        "OTEL_METRICS_EXPORTER": "otlp",
        "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": f"{collector.endpoint}/v1/metrics",
        "OTEL_METRIC_EXPORT_INTERVAL": str(PUSH_EVERY_MS),
    }


class _Director:
    """Has everything happen in its order."""

    def __init__(self, server: Prometheus, voicetaps: list[Process], upstream: Upstream, calls: asyncio.Runner) -> None:
        self._prometheus, self._voicetaps, self._upstream, self._calls = server, voicetaps, upstream, calls
        self._listening = [one.listen for one in voicetaps]
        self.holding = Holding(Player(upstream), self._listening)

    def direct(self, traces: list[Collector], metrics: Collector, recordings: Path) -> Load:
        """From the first scrape to the end of the window."""
        self._prometheus.wait_until(lambda: len(self._prometheus.query("up == 1")) == len(self._voicetaps))
        self._calls.run(self.holding.begin())
        self._scraped(2)
        before, lateness = self._play(parts(BEFORE), {})
        for held, account in zip((FIRST, SECOND), self.holding.accounts(), strict=True):
            before[held].merge(account.later(OWN_DELAY_S))
        self._settle()
        begins = time.time()
        spent = [_cpu_seconds(one.pid) for one in self._voicetaps]
        self._scraped(3)
        # From now on there is no room for recordings, and no collector for what is pushed.
        shutil.rmtree(recordings)
        metrics.behaviour = refusing = Refusing()
        now, later = self._play(parts(NOW), STRANGERS)
        self._calls.run(self._disturbances(now))
        self._settle()
        metrics.behaviour = Behaviour()
        now[SECOND].add("telemetry_dropped_total", refusing.refused, signal="metrics")
        self._scraped(1)
        now[FIRST].merge(self._calls.run(self.holding.speak("held, small")))
        self._scraped(1)
        # A number that is the same in every notation: queries are asked for this moment.
        end = math.ceil(self._scraped(1) * 8) / 8
        over = time.time() - begins
        machines = [_machine(one, cpu_before, over) for one, cpu_before in zip(self._voicetaps, spent, strict=True)]
        return Load(
            self._prometheus,
            [one.admin for one in self._voicetaps],
            traces,
            Window(end, int(end - begins)),
            max(lateness, later),
            now,
            before,
            machines,
            self.holding.expiries,
        )

    def _play(self, calls: list[Part], strangers: dict[str, Stranger]) -> tuple[list[Account], float]:
        player = Player(self._upstream)
        played: dict[str, Part | Stranger] = {**{part.name: part for part in calls}, **strangers}
        assert len(played) == len(calls) + len(strangers), "two have one name"
        late = self._calls.run(self._at_once(player, calls, strangers))
        accounts = [
            together(
                one.account.later(late[name] + OWN_DELAY_S) for name, one in played.items() if one.instance == instance
            )
            for instance in (FIRST, SECOND)
        ]
        for (address, sender), count in player.bytes.items():
            accounts[self._listening.index(address)].add("relayed_bytes_total", count, from_=sender)
        if strangers:
            # Each connection that is relayed has a recording that cannot be written.
            relayed = accounts[SECOND].total("handshakes_total", outcome="101")
            accounts[SECOND].add("sink_failures_total", relayed, sink="recording")
        return accounts, max(late.values())

    async def _at_once(self, player: Player, calls: list[Part], strangers: dict[str, Stranger]) -> dict[str, float]:
        """How late each was."""
        async with asyncio.TaskGroup() as group:
            late = {part.name: group.create_task(self._part(player, part)) for part in calls}
            for name, stranger in strangers.items():
                group.create_task(stranger.come(player, self._listening[stranger.instance], name))
        lateness = {name: task.result() for name, task in late.items()}
        return lateness | dict.fromkeys(strangers, max(lateness.values()))

    async def _part(self, player: Player, part: Part) -> float:
        await asyncio.sleep(part.starts_at)
        return await player.play(self._listening[part.instance], part.name, part.target, part.script)

    async def _disturbances(self, now: list[Account]) -> None:
        """When nothing else goes on: the processes stand still, and then there is no server."""
        for _ in range(STALLS):
            for one in self._voicetaps:
                os.kill(one.pid, signal.SIGSTOP)
            await asyncio.sleep(STALL_S)
            for one in self._voicetaps:
                os.kill(one.pid, signal.SIGCONT)
            await asyncio.sleep(1.3)
        for account in now:
            for _ in range(STALLS):
                # Of a stall at most one interval of the measurement is missing.
                account.observe("event_loop_lag_seconds", STALL_S - 0.05, STALL_S)
        self._upstream.deafen()
        for name, stranger in UNREACHABLE.items():
            await stranger.come(Player(self._upstream), self._listening[stranger.instance], name)
            now[stranger.instance].merge(stranger.account)

    def _settle(self) -> None:
        time.sleep(SETTLING_S)  # noqa: TID251 - nothing goes on meanwhile

    def _scraped(self, times: int) -> float:
        """Until each instance has been scraped so often; the time of the last scrape."""
        for _ in range(times):
            asked = time.time()
            self._prometheus.wait_until(
                lambda asked=asked: (
                    len(self._prometheus.query(f"timestamp(up) > {asked} and up == 1")) == len(self._voicetaps)
                )
            )
        return max(at for _, at in self._prometheus.query("timestamp(up)"))


def _machine(process: Process, cpu_before: float, over_seconds: float) -> Machine:
    pid = process.pid
    limits = Path(f"/proc/{pid}/limits").read_text()
    most = next(line.split()[3] for line in limits.splitlines() if line.startswith("Max open files"))
    booted = time.time() - float(Path("/proc/uptime").read_text().split()[0])
    ticks = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    return Machine(
        started_at=booted + ticks / os.sysconf("SC_CLK_TCK"),
        resident_bytes=resident_bytes(pid),
        cpu_seconds=_cpu_seconds(pid) - cpu_before,
        over_seconds=over_seconds,
        open_files=len(os.listdir(f"/proc/{pid}/fd")),
        most_files=int(most),
    )


def _cpu_seconds(pid: int) -> float:
    spent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, spent)) / os.sysconf("SC_CLK_TCK")
