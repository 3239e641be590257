"""`python -m bench`: what an event costs in voicetap and in those who only pass it on, side by side."""

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.console import Console

from bench.machine import cores_here, machine_here
from bench.pacing import PACES
from bench.peers import PEERS, Peer, chosen
from bench.plot import draw
from bench.report import markdown, show
from bench.result import Result, Setting, Turn, write
from bench.traffic import TRAFFICS
from bench.turn import Cores, take_turn

_RESULTS = Path(__file__).parent / "results"
_ATTEMPTS = 3
"""How often a refused turn is tried before its round goes on without it."""


def main() -> int:
    """Run the bench, or show results of the past. Status 1: a peer has no figures."""
    arguments = _arguments()
    console = Console(stderr=arguments.markdown, highlight=False, soft_wrap=True)
    if not console.is_terminal:
        console.width = 140
    if arguments.show is not None:
        results = [msgspec.json.decode(path.read_bytes(), type=Result) for path in arguments.show]
    else:
        results = _bench(arguments, console)
    if arguments.markdown:
        print(markdown(results))
    else:
        show(results, console)
    if arguments.publish is not None:
        arguments.publish.mkdir(parents=True, exist_ok=True)
        (arguments.publish / "bench.md").write_text(markdown(results) + "\n")
        draw(results, arguments.publish / "bench.svg")
        console.print(f"written: {arguments.publish}/bench.md, {arguments.publish}/bench.svg")
    return 0 if all(_complete(result) for result in results) else 1


def usual_rate(sessions: int) -> float:
    """100 events/s a session and direction; of more than 50 sessions 5,000 together; but 10 at least."""
    return min(100.0, max(10.0, 5_000 / sessions))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=8.0, help="of load a turn")
    parser.add_argument(
        "--sessions", type=_numbers, default=[50], metavar="N[,N…]", help="numbers of them, each measured in each round"
    )
    parser.add_argument(
        "--rate", type=float, help="events a second, session and direction; 100, but 5,000/s of all sessions, but 10"
    )
    parser.add_argument("--size", type=int, default=6144, help="payload bytes of an event of audio, but in a mix")
    parser.add_argument(
        "--traffic", choices=TRAFFICS, default="mix", help="; ".join(": ".join(kind) for kind in TRAFFICS.items())
    )
    parser.add_argument(
        "--pace", choices=PACES, default="independent", help="; ".join(": ".join(pace) for pace in PACES.items())
    )
    parser.add_argument("--upstream-tls", action="store_true", help="the upstream speaks TLS 1.3, the callers do not")
    parser.add_argument("--deflate", action="store_true", help="callers and upstream agree to permessage-deflate")
    on_request = ", ".join(peer.name for peer in PEERS if peer.on_request)
    parser.add_argument(
        "--peers", help=f"of {','.join(peer.name for peer in PEERS)}; all, but {on_request} only where named"
    )
    parser.add_argument(
        *("--also", "-a"),
        action="append",
        default=[],
        metavar="NAME=COMMAND",
        help="a peer of your own; {upstream}, {listen}, {admin} become ports, {dir} a directory",
    )
    parser.add_argument("--output", type=Path, help="of the JSON with all turns; tests/bench/results/<time>.json")
    parser.add_argument("--markdown", action="store_true", help="print the result as Markdown")
    parser.add_argument("--show", type=Path, nargs="+", metavar="JSON", help="measure nothing, show these results")
    parser.add_argument(
        "--publish",
        type=Path,
        nargs="?",
        const=_RESULTS,
        metavar="DIR",
        help="write the table and a plot too, bench.md and bench.svg; into tests/bench/results",
    )
    return parser.parse_args()


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


def _bench(arguments: argparse.Namespace, console: Console) -> list[Result]:
    """One result for each number of sessions, all of them in turns."""
    peers = chosen(arguments.peers, arguments.also, console.print)
    cores = cores_here(console.print)
    machine = machine_here(peers, cores)
    results = [Result(_setting(arguments, sessions, peers), machine, []) for sessions in arguments.sessions]
    for number in range(1, arguments.rounds + 1):
        for result in results:
            for peer in peers:
                result.turns.extend(_turns(peer, number, result.setting, cores, console))
    output = arguments.output or _RESULTS / f"{machine.at.replace(':', '').replace('+0000', 'Z')}.json"
    for result in results:
        of = output if len(results) == 1 else output.with_stem(f"{output.stem}-{result.setting.sessions}")
        write(result, of)
        console.print(f"all turns: {of}")
    return results


def _setting(arguments: argparse.Namespace, sessions: int, peers: Sequence[Peer]) -> Setting:
    return Setting(
        command=["python", "-m", "bench", *map(shlex.quote, sys.argv[1:])],
        rounds=arguments.rounds,
        seconds=arguments.seconds,
        sessions=sessions,
        rate=arguments.rate or usual_rate(sessions),
        size=arguments.size,
        pace=arguments.pace,
        traffic=arguments.traffic,
        upstream_tls=arguments.upstream_tls,
        deflate=arguments.deflate,
        peers={peer.name: peer.what for peer in peers},
    )


def _turns(peer: Peer, number: int, setting: Setting, cores: Cores, console: Console) -> list[Turn]:
    """One good turn at the end, after refused ones; or refused ones only."""
    turns: list[Turn] = []
    while len(turns) < _ATTEMPTS and (not turns or turns[-1].refused):
        turn = take_turn(peer, number, setting, cores)
        cost = "" if turn.cpu_microseconds is None else f"{turn.cpu_microseconds:.1f} µs an event"
        console.print(f"round {number}  {setting.sessions:>5} x {peer.name:<10} {turn.refused or cost}")
        turns.append(turn)
    return turns


def _complete(result: Result) -> bool:
    return {turn.peer for turn in result.turns if turn.refused is None} == set(result.setting.peers)


if __name__ == "__main__":
    sys.exit(main())
