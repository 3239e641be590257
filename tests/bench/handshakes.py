"""`python -m bench.handshakes`: what an upgrade costs in a proxy, and how many a second one core of it manages.

Callers dial through the peer, ask for an upgrade, get the 101 and `session.created`, send a Close frame and close; each
then calls again at once. Both ends are in this process, on the load's core. Where that is full before the peer's is,
the rate is theirs and not the peer's: the table says how full the peer's core was, and what rate its cost implies.
"""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import uvloop

from bench import sheet
from bench.accounting import core_busy_seconds, cpu_seconds
from bench.calls import Calls, called
from bench.peers import PEERS, Peer
from bench.samples import total
from bench.standing import Standing, standing
from bench.talk import opening
from bench.traffic import Script
from bench.turn import Cores
from bench.verdict import Refused

_PEERS = ("direct", "nginx", "haproxy", "blind", "voicetap", "traces")
_WARM_UP_SECONDS = 1.0
_SETTLE_SECONDS = 0.3
"""After the last call, for what a peer puts off; it belongs to the calls' cost."""
_ATTEMPTS = 3
_FULL = 0.95
"""Share of a core that counts as all of it: cores are accounted for in hundredths of a second."""
_GOODBYE = b"\x88\x82\x00\x00\x00\x00\x03\xe8"
"""A masked Close frame, code 1000."""


@dataclass(frozen=True)
class Turn:
    """One peer, once."""

    peer: str
    round: int
    refused: str | None = None
    handshakes: int = 0
    seconds: float = 0.0
    cpu: float | None = None
    """Seconds of processor time of the peer; None where there is none."""
    busy: float = 0.0
    """Share of the peer's core that was in use, by whomever."""

    @property
    def rate(self) -> float:
        """A second."""
        return self.handshakes / self.seconds

    @property
    def milliseconds(self) -> float:
        """Processor time of the peer for one."""
        return (self.cpu or 0.0) / self.handshakes * 1e3

    @property
    def own(self) -> float:
        """Share of its core that the peer used."""
        return (self.cpu or 0.0) / self.seconds

    @property
    def taken(self) -> float:
        """Share of the peer's core that other processes took."""
        return max(0.0, self.busy - self.own)


def main() -> int:
    """Measure and print. Status 1: a peer has no figures."""
    arguments = _arguments()
    cores_here = sorted(os.sched_getaffinity(0))
    cores = Cores(load=cores_here[0], peer=cores_here[-1])
    os.sched_setaffinity(0, {cores.load})
    known = {peer.name: peer for peer in PEERS}
    wanted = arguments.peers.split(",") if arguments.peers else list(_PEERS)
    if unknown := set(wanted) - set(known):
        raise SystemExit(f"bench.handshakes: --peers: no such peer: {', '.join(sorted(unknown))}")
    left_out = {name: reason for name in wanted if (reason := known[name].missing())}
    peers = [known[name] for name in wanted if name not in left_out]
    turns: list[Turn] = []
    for number in range(1, arguments.rounds + 1):
        for peer in peers:
            turns += _turns(peer, number, cores, arguments)
    notes = [
        *sheet.facts(peers),
        f"{arguments.callers} callers at a time, {arguments.seconds:g} s a turn, {arguments.rounds} rounds, in turns; "
        "medians (min to max), ratios within each round",
        *(f"{peer.name}: {peer.what}" for peer in peers),
        *(f"{name} is left out: {reason}" for name, reason in left_out.items()),
        *(f"refused: {turn.peer}: {turn.refused}" for turn in turns if turn.refused),
    ]
    kept = sheet.keep("handshakes", notes, [asdict(turn) for turn in turns])
    sheet.show([_sheet(turns, peers)], [*notes, f"all turns: {kept}"], markdown=arguments.markdown)
    return 0 if {turn.peer for turn in turns if turn.refused is None} == {peer.name for peer in peers} else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("bench.handshakes", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=6.0, help="of a turn")
    parser.add_argument("--callers", type=int, default=32, help="who call at a time")
    parser.add_argument("--peers", help=f"of {','.join(peer.name for peer in PEERS)}; {','.join(_PEERS)}")
    parser.add_argument("--markdown", action="store_true", help="print the result as Markdown")
    return parser.parse_args()


def _turns(peer: Peer, number: int, cores: Cores, arguments: argparse.Namespace) -> list[Turn]:
    """One good turn at the end, after refused ones; or refused ones only."""
    found: list[Turn] = []
    while len(found) < _ATTEMPTS and (not found or found[-1].refused):
        with TemporaryDirectory(prefix="voicetap-bench-") as directory:
            try:
                turn = uvloop.run(_take_turn(peer, number, cores, arguments, Path(directory)))
                said = f"{turn.rate:,.0f} a second, {turn.milliseconds:.3f} ms each"
            except (Refused, OSError, TimeoutError) as error:
                said = f"{type(error).__name__}: {error}"
                turn = Turn(peer.name, number, said)
        print(f"round {number}  {peer.name:<10} {said}", file=sys.stderr)
        found.append(turn)
    return found


async def _take_turn(peer: Peer, number: int, cores: Cores, arguments: argparse.Namespace, directory: Path) -> Turn:
    created = opening()[:1]
    script = Script(created, created, 1)
    port = await Calls(script, script, arguments.callers).listen()
    with standing(peer, port, cores, directory) as stands:
        before = await _call(_WARM_UP_SECONDS, arguments.callers, stands.port, script)
        await asyncio.sleep(_SETTLE_SECONDS)
        read = (lambda: cpu_seconds(stands.pid)) if stands.pid is not None else (lambda: 0.0)
        cpu, busy, began = read(), core_busy_seconds(cores.peer), time.monotonic()
        count = await _call(arguments.seconds, arguments.callers, stands.port, script)
        seconds, busy = time.monotonic() - began, core_busy_seconds(cores.peer) - busy
        await asyncio.sleep(_SETTLE_SECONDS)
        cpu = read() - cpu
        await _judge(peer, stands, before + count)
    cost = cpu if stands.pid is not None else None
    return Turn(peer.name, number, None, count, seconds, cost, busy / seconds)


async def _call(seconds: float, callers: int, port: int, script: Script) -> int:
    """Call for so long; how many handshakes there were. All have begun and ended in that time."""
    until = time.monotonic() + seconds

    async def caller(index: int) -> int:
        count = 0
        while time.monotonic() < until:
            leg = await called(index, port, callers, script)
            assert leg.transport is not None
            leg.transport.write(_GOODBYE)
            leg.transport.close()
            count += 1
        return count

    return sum(await asyncio.gather(*(caller(index) for index in range(callers))))


async def _judge(peer: Peer, stands: Standing, count: int) -> None:
    """Refuse figures of a tap that did not see what passed it."""
    if not peer.observes:
        return
    asked: tuple[Callable[[], float], ...] = (
        lambda: total(stands.admin, "voicetap_handshakes_total", outcome="101"),
        lambda: total(stands.admin, "voicetap_session_starts_total", outcome="started"),
        lambda: total(stands.admin, "voicetap_sessions_total", end="client_closed"),
    )
    counted = [await asyncio.to_thread(figure) for figure in asked]
    if counted != [count] * len(asked):
        figures = ", ".join(f"{figure:.0f}" for figure in counted)
        raise Refused(f"of {count} calls /metrics has {figures} as handshakes, sessions begun, and ended by the client")


def _sheet(turns: Sequence[Turn], peers: Sequence[Peer]) -> sheet.Sheet:
    good = {(turn.peer, turn.round): turn for turn in turns if turn.refused is None}

    def ratios(peer: str, base: str) -> str:
        found = [
            turn.milliseconds / good[base, turn.round].milliseconds
            for turn in good.values()
            if turn.peer == peer and (base, turn.round) in good and peer != base and turn.cpu is not None
        ]
        return sheet.spread(found, 2)

    rows = []
    for peer in peers:
        own = [turn for turn in good.values() if turn.peer == peer.name]
        if not own:
            continue
        with_cpu = [turn for turn in own if turn.cpu is not None]
        full = min((turn.own for turn in with_cpu), default=0.0)
        implied = [1e3 / turn.milliseconds for turn in with_cpu]
        rows.append(
            [
                peer.name,
                sheet.spread([turn.milliseconds for turn in with_cpu], 3),
                ratios(peer.name, "nginx"),
                ratios(peer.name, "haproxy"),
                sheet.spread([turn.rate for turn in own], 0),
                (f"{full:.0%}" + (", full" if full >= _FULL else "")) if with_cpu else "",
                sheet.spread(implied, 0),
                f"{max((turn.taken for turn in with_cpu), default=0.0):.0%}",
                f"{len(own)}",
            ]
        )
    headings = ["peer", "CPU ms a handshake", "x nginx", "x HAProxy", "handshakes/s", "its core used, least"]
    headings += ["handshakes/s a core, 1/CPU", "core shared", "rounds"]
    return sheet.Sheet("upgrades: 101, session.created, Close, end", headings, rows)


if __name__ == "__main__":
    sys.exit(main())
