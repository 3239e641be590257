"""`python -m bench`: what an event costs in voicetap and in those who only pass it on, side by side."""

import argparse
import os
import platform
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from rich.console import Console

from bench.pacing import PACES
from bench.peers import PEERS, Peer, peer_from_command
from bench.report import markdown, show
from bench.result import Machine, Result, Setting, Turn
from bench.traffic import TRAFFICS
from bench.turn import Cores, take_turn

_RESULTS = Path(__file__).parent / "results"
_ATTEMPTS = 3
"""How often a refused turn is tried before its round goes on without it."""


def main() -> int:
    """Run the bench, or show a result of the past. Status 1: a peer has no figures."""
    arguments = _arguments()
    console = Console(stderr=arguments.markdown, highlight=False, soft_wrap=True)
    if not console.is_terminal:
        console.width = 140
    if arguments.show is not None:
        result = msgspec.json.decode(arguments.show.read_bytes(), type=Result)
    else:
        result = _bench(arguments, console)
    if arguments.markdown:
        print(markdown(result))
    else:
        show(result, console)
    with_figures = {turn.peer for turn in result.turns if turn.refused is None}
    return 0 if with_figures == set(result.setting.peers) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=8.0, help="of load a turn")
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--rate", type=float, default=100.0, help="events a second, session and direction")
    parser.add_argument("--size", type=int, default=6144, help="payload bytes of an event of audio, but in a mix")
    parser.add_argument(
        "--traffic", choices=TRAFFICS, default="mix", help="; ".join(": ".join(kind) for kind in TRAFFICS.items())
    )
    parser.add_argument(
        "--pace", choices=PACES, default="independent", help="; ".join(": ".join(pace) for pace in PACES.items())
    )
    parser.add_argument("--peers", help=f"of {','.join(peer.name for peer in PEERS)}; all")
    parser.add_argument(
        *("--also", "-a"),
        action="append",
        default=[],
        metavar="NAME=COMMAND",
        help="a peer of your own; {upstream}, {listen}, {admin} become ports, {dir} a directory",
    )
    parser.add_argument("--output", type=Path, help="of the JSON with all turns; tests/bench/results/<time>.json")
    parser.add_argument("--markdown", action="store_true", help="print the result as Markdown")
    parser.add_argument("--show", type=Path, metavar="JSON", help="measure nothing, show this result")
    return parser.parse_args()


def _bench(arguments: argparse.Namespace, console: Console) -> Result:
    peers = _peers_here(arguments, console)
    cores = sorted(os.sched_getaffinity(0))
    placed = Cores(load=cores[0], peer=cores[-1])
    if placed.load == placed.peer:
        console.print("only one core: peer and load share it, so latency means little")
    os.sched_setaffinity(0, {placed.load})
    setting = Setting(
        command=["python", "-m", "bench", *map(shlex.quote, sys.argv[1:])],
        rounds=arguments.rounds,
        seconds=arguments.seconds,
        sessions=arguments.sessions,
        rate=arguments.rate,
        size=arguments.size,
        pace=arguments.pace,
        traffic=arguments.traffic,
        peers={peer.name: peer.what for peer in peers},
    )
    machine = Machine(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        cpu=_cpu_model(),
        cores=len(cores),
        load_core=placed.load,
        peer_core=placed.peer,
        kernel=platform.release(),
        python=platform.python_version(),
        versions={peer.name: version for peer in peers if (version := peer.version())},
    )
    turns: list[Turn] = []
    for number in range(1, arguments.rounds + 1):
        for peer in peers:
            turns += _turns(peer, number, setting, placed, console)
    result = Result(setting, machine, turns)
    output = arguments.output or _RESULTS / f"{machine.at.replace(':', '').replace('+0000', 'Z')}.json"
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n")
    console.print(f"all turns: {output}")
    return result


def _turns(peer: Peer, number: int, setting: Setting, cores: Cores, console: Console) -> list[Turn]:
    """One good turn at the end, after refused ones; or refused ones only."""
    turns: list[Turn] = []
    while len(turns) < _ATTEMPTS and (not turns or turns[-1].refused):
        turn = take_turn(peer, number, setting, cores)
        cost = "" if turn.cpu_microseconds is None else f"{turn.cpu_microseconds:.1f} µs an event"
        console.print(f"round {number}  {peer.name:<10} {turn.refused or cost}")
        turns.append(turn)
    return turns


def _peers_here(arguments: argparse.Namespace, console: Console) -> list[Peer]:
    known = {peer.name: peer for peer in PEERS}
    wanted = arguments.peers.split(",") if arguments.peers else list(known)
    if unknown := set(wanted) - set(known):
        raise SystemExit(f"bench: --peers: no such peer: {', '.join(sorted(unknown))}")
    peers = []
    for name in wanted:
        if reason := known[name].missing():
            console.print(f"{name} is left out: {reason}")
        else:
            peers.append(known[name])
    for also in arguments.also:
        name, _, command = also.partition("=")
        peers.append(peer_from_command(name, command))
    return peers


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


if __name__ == "__main__":
    sys.exit(main())
