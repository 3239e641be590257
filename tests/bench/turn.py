"""One turn: start everything afresh, warm up, load one peer, and account for it."""

import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe
from subprocess import Popen
from tempfile import TemporaryDirectory
from typing import Any

from bench.accounting import core_busy_seconds, cpu_seconds
from bench.board import Board, clear, open_board, quantile
from bench.certificates import make_certificates
from bench.pacing import offsets
from bench.peers import Peer
from bench.place import Place
from bench.processes import free_port, hear, pause, process, tell, wait_until_listening
from bench.result import Setting, Turn
from bench.traffic import client_script, server_script
from bench.verdict import (
    Refused,
    judge_pace,
    latencies,
    refuse_unless_exported,
    refuse_unless_observed,
    refuse_unless_read,
    refuse_unless_recorded,
)

_WARM_UP_SECONDS = 1.0
_SETTLE_SECONDS = 0.2
"""After the last event, for what a peer puts off; it belongs to the events' cost."""
_LEAD_SECONDS = 0.1


@dataclass(frozen=True)
class Cores:
    """Who runs where."""

    load: int
    peer: int


@dataclass(frozen=True)
class End:
    """One end of the load."""

    process: Popen[bytes]
    log: Path
    offsets: Sequence[float]
    """See `pacing`."""


@dataclass(frozen=True)
class Helper:
    """Who takes what a peer gives besides: its spans, or its live page."""

    process: Popen[bytes]
    log: Path

    def asked(self) -> Any:
        """What it has had so far."""
        tell(self.process, {})
        return hear(self.process, self.log)


@dataclass(frozen=True)
class Stage:
    """Everything is started, every session is open, nobody has sent anything yet."""

    callers: End
    upstream: End
    board: Board
    pid: int | None
    """Of the peer; None where there is none."""
    admin: int
    """The peer's admin port, where it has one."""
    receiver: Helper | None
    readers: Helper | None
    recordings: Path
    """Where the peer writes them, if it does."""


def take_turn(peer: Peer, number: int, setting: Setting, cores: Cores) -> Turn:
    """Measure one peer once; whatever goes wrong is in the result's `refused`."""
    with TemporaryDirectory(prefix="voicetap-bench-") as directory, ExitStack() as stack:
        try:
            stage = _set_up(peer, number, setting, cores, Path(directory), stack)
            return _measure(peer, number, setting, cores, stage)
        except (Refused, OSError) as error:
            return Turn(peer.name, number, refused=str(error))


def _set_up(peer: Peer, number: int, setting: Setting, cores: Cores, directory: Path, stack: ExitStack) -> Stage:
    entries = max(_events(setting, setting.seconds), _events(setting, _WARM_UP_SECONDS)) * setting.sessions
    board = open_board(directory / "board", entries)
    load = [*("--sessions", str(setting.sessions)), *("--rate", str(setting.rate)), *("--size", str(setting.size))]
    load += [*("--traffic", setting.traffic), *("--events", str(_all_events(setting)))]
    load += [*("--board", str(directory / "board")), *("--entries", str(entries))]
    load += ["--deflate"] if setting.deflate else []
    tls = make_certificates(directory) if setting.upstream_tls else None

    def start_end(side: int, module: str, *more: str) -> End:
        log = directory / f"{module}.log"
        command = [sys.executable, "-m", f"bench.{module}", *load, *more]
        child = stack.enter_context(process(command, cores.load, log, commanded=True))
        return End(child, log, offsets(setting.pace, setting.sessions, setting.rate, 2 * number + side))

    upstream = start_end(1, "upstream", *(("--certificate", str(tls.server)) if tls else ()))
    port = hear(upstream.process, upstream.log)["port"]
    pid, admin, page, receiver, readers = None, free_port(), free_port(), None, None
    if peer.exports:
        log = directory / "collector.log"
        command = [sys.executable, "-m", "bench.collector"]
        receiver = Helper(stack.enter_context(process(command, cores.load, log, commanded=True)), log)
    authority = tls.authority if tls else None
    collector = hear(receiver.process, receiver.log)["port"] if receiver else None
    key = f"sk-{token_urlsafe(32)}"
    place = Place(port, free_port(), admin, directory, page, collector, authority, setting.deflate, key)
    if peer.command is not None:
        log = directory / "peer.log"
        variables = peer.environment(place)
        under_test = stack.enter_context(process(peer.command(place), cores.peer, log, variables=variables))
        wait_until_listening(under_test, place.listen, log)
        pid, port = under_test.pid, place.listen
    trusted = ("--authority", str(authority)) if authority and peer.command is None else ()
    callers = start_end(0, "callers", "--port", str(port), "--key", key, *trusted)
    hear(callers.process, callers.log)
    if peer.readers:
        log = directory / "readers.log"
        command = [sys.executable, "-m", "bench.readers", "--port", str(page), "--readers", str(peer.readers)]
        readers = Helper(stack.enter_context(process(command, cores.load, log, commanded=True)), log)
        hear(readers.process, readers.log)
    return Stage(callers, upstream, board, pid, admin, receiver, readers, place.recordings)


def _measure(peer: Peer, number: int, setting: Setting, cores: Cores, stage: Stage) -> Turn:
    ends, board, pid = (stage.callers, stage.upstream), stage.board, stage.pid
    warm_up, each = _events(setting, _WARM_UP_SECONDS), _events(setting, setting.seconds)
    _run(ends, warm_up)
    for direction in (board.from_client, board.from_server):
        clear(direction.sent)
        clear(direction.arrived)

    cpu, busy, began = cpu_seconds(pid) if pid else 0.0, core_busy_seconds(cores.peer), time.monotonic()
    start, foreign = _run(ends, each)
    pause(_SETTLE_SECONDS)
    lasted = time.monotonic() - began
    busy = core_busy_seconds(cores.peer) - busy
    cpu = cpu_seconds(pid) - cpu if pid else 0.0

    if peer.observes:
        _refuse_unless_done(peer, setting, stage)
    if stage.readers is not None:
        refuse_unless_read(stage.readers.asked(), peer.readers, lasted)
    pace = judge_pace(board, [end.offsets for end in ends], setting.rate, start, each)
    on_the_way = latencies(board)
    return Turn(
        peer=peer.name,
        round=number,
        cpu_microseconds=cpu / (2 * each * setting.sessions) * 1e6 if pid else None,
        latency_p50=quantile(on_the_way, 0.5),
        latency_p99=quantile(on_the_way, 0.99),
        latency_p999=quantile(on_the_way, 0.999),
        rate_reached=pace.reached,
        late_p99=pace.late_p99,
        core_taken=max(0.0, busy - cpu) / lasted,
        foreign=foreign,
    )


def _refuse_unless_done(peer: Peer, setting: Setting, stage: Stage) -> None:
    """A peer that observes must have told of all that was sent, in each way in which it tells of it."""
    said = server_script(setting.traffic, setting.size, setting.rate, _all_events(setting))
    from_client, from_server = (
        script.types(setting.sessions, _all_events(setting))
        for script in (client_script(setting.traffic, setting.size), said)
    )
    refuse_unless_observed(stage.admin, from_client + from_server)
    if stage.receiver is not None:
        refuse_unless_exported(stage.admin, stage.receiver.asked()["spans"], from_server["response.done"])
    if peer.records:
        refuse_unless_recorded(stage.recordings, (from_client + from_server).total())


def _events(setting: Setting, seconds: float) -> int:
    """Events a session and direction in this time."""
    return max(1, round(setting.rate * seconds))


def _all_events(setting: Setting) -> int:
    return _events(setting, _WARM_UP_SECONDS) + _events(setting, setting.seconds)


def _run(ends: Sequence[End], each: int) -> tuple[float, int]:
    """Have both ends send `each` events a session; when they began, and how many events so far neither has sent."""
    start = time.monotonic() + _LEAD_SECONDS
    for end in ends:
        tell(end.process, {"start": start, "each": each, "offsets": end.offsets})
    answers = [hear(end.process, end.log) for end in ends]
    for answer in answers:
        if answer["lost"]:
            raise Refused(f"{answer['lost']} sessions ended under load")
        if answer["received"] != answer["expected"]:
            raise Refused(f"{answer['received']} of {answer['expected']} events arrived")
    return start, sum(answer["foreign"] for answer in answers)
