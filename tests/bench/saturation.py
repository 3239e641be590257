"""`python -m bench.saturation`: how many events a second each peer passes on with one core, before it falls behind.

The rate of all sessions rises from turn to turn until a peer loses events, is late, or adds more than 50 ms to the
p99 of `direct` at the same rate; where the first rate is too much already, it falls until one is not. Peers take turns,
round after round. Nobody is asked for more than the ends of the load can do, which `direct` shows.
"""

import argparse
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from bench.machine import cores_here, machine_here
from bench.pacing import PACES
from bench.peers import Peer, chosen
from bench.result import Machine, Setting, Turn, write
from bench.traffic import TRAFFICS
from bench.turn import Cores, take_turn

FACTOR = 1.3
"""From one rate to the next."""

ADDED_MS = 50.0
"""More at the p99 is too much for a conversation."""

_ATTEMPTS = 2
"""How often a rate is tried, for a moment in which the machine is busy is not the peer's fault."""

_LOAD_ENDS = "it is as far as the load goes"

_LEAST_RATE = 0.5
"""Events a second, session and direction, below which nobody looks further."""

_HEADINGS = [
    "peer",
    "events/s",
    "x nginx",
    "CPU µs an event",
    "events/s by a whole core",
    "why not more, last round",
    "rounds",
]


class Climb(Struct, frozen=True):
    """One peer in one round, until it fell behind."""

    peer: str
    round: int
    rates: list[float]
    """Events a second, session and direction, one of each turn."""
    turns: list[Turn]
    best: int | None
    """Which of the turns had the highest rate that it kept up with; None: it did with none."""
    why: str
    """What was wrong with the next."""


class Saturation(Struct, frozen=True):
    """One run; the setting's rate is the first."""

    setting: Setting
    machine: Machine
    climbs: list[Climb]


@dataclass(frozen=True)
class Ground:
    """What all climbs have in common."""

    setting: Setting
    cores: Cores
    console: Console


def main() -> int:
    """Run, or show a run of the past. Status 1: a peer has no figures."""
    arguments = _arguments()
    console = Console(stderr=arguments.markdown, highlight=False, soft_wrap=True)
    if not console.is_terminal:
        console.width = 140
    if arguments.show is not None:
        found = msgspec.json.decode(arguments.show.read_bytes(), type=Saturation)
    else:
        found = _run(arguments, console)
    rows = [_row(found, peer) for peer in found.setting.peers]
    if arguments.markdown:
        table = [_HEADINGS, ["---"] * len(_HEADINGS), *rows]
        print("\n".join([*(f"- {line}" for line in _facts(found)), "", *(f"| {' | '.join(row)} |" for row in table)]))
    else:
        for line in _facts(found):
            console.print(line)
        drawn = Table(*_HEADINGS)
        for row in rows:
            drawn.add_row(*row)
        console.print(drawn)
    return 0 if {climb.peer for climb in found.climbs if climb.best is not None} == set(found.setting.peers) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("bench.saturation", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4.0, help="of load a turn")
    parser.add_argument("--sessions", type=int, default=200)
    parser.add_argument("--rate", type=float, default=20.0, help="events a second, session and direction, at first")
    parser.add_argument("--size", type=int, default=6144, help="payload bytes of an event of audio, but in a mix")
    parser.add_argument("--traffic", choices=TRAFFICS, default="mix")
    parser.add_argument("--pace", choices=PACES, default="independent")
    parser.add_argument("--peers", default="direct,nginx,haproxy,aiohttp,litellm,blind,tap,voicetap,traces,everything")
    parser.add_argument("--output", type=Path)
    parser.add_argument("--markdown", action="store_true", help="print the result as Markdown")
    parser.add_argument("--show", type=Path, metavar="JSON", help="measure nothing, show this result")
    return parser.parse_args()


def _run(arguments: argparse.Namespace, console: Console) -> Saturation:
    peers = chosen(arguments.peers, (), console.print)
    if peers[0].name != "direct":
        raise SystemExit("bench.saturation: --peers: direct must be the first, what is added is added to it")
    cores = cores_here(console.print)
    setting = Setting(
        command=["python", "-m", "bench.saturation", *map(shlex.quote, sys.argv[1:])],
        rounds=arguments.rounds,
        seconds=arguments.seconds,
        sessions=arguments.sessions,
        rate=arguments.rate,
        size=arguments.size,
        pace=arguments.pace,
        traffic=arguments.traffic,
        peers={peer.name: peer.what for peer in peers},
    )
    ground, climbs = Ground(setting, cores, console), []
    found = Saturation(setting, machine_here(peers, cores), climbs)
    for number in range(1, arguments.rounds + 1):
        bases: dict[int, float] = {}
        for peer in peers:
            climbs.append(_climb(peer, number, bases, ground))
    moment = found.machine.at.replace(":", "").replace("+0000", "Z")
    output = arguments.output or Path(__file__).parent / "results" / f"saturation-{moment}.json"
    write(found, output)
    console.print(f"all turns: {output}")
    return found


def _climb(peer: Peer, number: int, bases: dict[int, float], ground: Ground) -> Climb:
    """Up from the first rate while all is well, or down from it until it is.

    `bases` are the seconds of direct's p99 at each step from the first; direct itself fills them in.
    """
    step, best, why, direction = 0, None, "", 0
    rates: list[float] = []
    turns: list[Turn] = []
    while (rate := ground.setting.rate * FACTOR**step) >= _LEAST_RATE:
        if peer.command is not None and step > max(bases, default=0):
            why = _LOAD_ENDS
            break
        turn, wrong = _try(peer, number, rate, bases.get(max(step, 0), 0.0), ground)
        rates.append(rate)
        turns.append(turn)
        if wrong is None:
            best = len(turns) - 1
            if peer.command is None:
                bases[step] = turn.latency_p99
        else:
            why = wrong
        onward = 1 if wrong is None else -1
        if direction not in (0, onward):
            break
        direction = onward
        step += onward
    return Climb(peer.name, number, rates, turns, best, why)


def _try(peer: Peer, number: int, rate: float, base: float, ground: Ground) -> tuple[Turn, str | None]:
    """One rate, and what is wrong with it, if it is so each time."""
    setting = msgspec.structs.replace(ground.setting, rate=rate)
    for _ in range(_ATTEMPTS):
        turn = take_turn(peer, number, setting, ground.cores)
        wrong = turn.refused
        added = (turn.latency_p99 - base) * 1e3
        if wrong is None and peer.command is not None and added > ADDED_MS:
            wrong = f"{added:.0f} ms added to the p99"
        events = _events(setting, rate)
        ground.console.print(f"round {number}  {peer.name:<10} {events:>8,.0f} events/s  {wrong or 'well'}")
        if wrong is None:
            break
    return turn, wrong


def _events(setting: Setting, rate: float) -> float:
    """A second, of all sessions and both directions."""
    return 2 * setting.sessions * rate


def _row(found: Saturation, peer: str) -> list[str]:
    climbs = [climb for climb in found.climbs if climb.peer == peer and climb.best is not None]
    reached = {climb.round: _reached(found.setting, climb) for climb in climbs}
    nginx = {
        climb.round: _reached(found.setting, climb)
        for climb in found.climbs
        if climb.peer == "nginx" and climb.best is not None
    }
    ratios = [reached[number] / nginx[number] for number in reached if number in nginx and peer != "nginx"]
    costs = [cost for climb in climbs if climb.best is not None and (cost := climb.turns[climb.best].cpu_microseconds)]
    return [
        peer,
        _spread(list(reached.values()), ",.0f"),
        _spread(ratios, ".2f"),
        _spread(costs, ".1f"),
        _spread([1e6 / cost for cost in costs], ",.0f"),
        next((climb.why.split(",")[0] for climb in reversed(found.climbs) if climb.peer == peer), ""),
        f"{len(climbs)} of {found.setting.rounds}",
    ]


def _reached(setting: Setting, climb: Climb) -> float:
    assert climb.best is not None
    return _events(setting, climb.rates[climb.best])


def _facts(found: Saturation) -> list[str]:
    setting, machine = found.setting, found.machine
    return [
        f"{setting.sessions:,} sessions, {setting.rate:g} events/s each way at first, then {FACTOR:g} times as many, "
        f"and so on; {setting.seconds:g} s a turn, {setting.rounds} rounds, peers in turns",
        f"traffic {setting.traffic}: {TRAFFICS[setting.traffic]}",
        f"pace {setting.pace}: {PACES[setting.pace]}",
        f"{machine.cpu}, {machine.cores} cores: the peer alone on core {machine.peer_core}, "
        f"upstream and callers on core {machine.load_core}; Linux {machine.kernel}; Python {machine.python}",
        "; ".join(dict.fromkeys(machine.versions.values())),
        f"{machine.at}; {' '.join(setting.command)}",
        "events/s of both directions at the last rate that was kept up with, CPU at that rate; by a whole core: what "
        "that CPU leaves room for; medians over the rounds (min to max); direct shows what the load can",
    ]


def _spread(values: Sequence[float], form: str) -> str:
    if not values:
        return ""
    return f"{median(values):{form}} ({min(values):{form}} to {max(values):{form}})"


if __name__ == "__main__":
    sys.exit(main())
