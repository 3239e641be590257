"""`python -m bench.neighbour`: what calls notice of what happens beside them.

So many sessions talk through a peer, and every four seconds something happens: one more session sends a message of
15 MB, a Prometheus scrapes, ten tabs of the live page are open. The latency of the others' events that leave in the
second in which it begins stands beside that of a second in which nothing did, of the same run. `direct` is what the
ends themselves notice, which share a core with the neighbour.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench import sheet
from bench.board import Board, open_board, quantile
from bench.neighbours import LongMessage, Neighbour, Nothing, Readers, Scrape
from bench.pacing import PACES, offsets
from bench.peers import PEERS, Peer
from bench.processes import hear, pause, process, tell
from bench.standing import Standing, standing
from bench.traffic import TRAFFICS, client_script, server_script
from bench.turn import Cores
from bench.verdict import Refused, judge_pace

_LONG = 15_000_000
"""Bytes of the longest message that the API takes (15 MB)."""
_CYCLE = 4.0
"""Seconds: 0 to 1 quiet; then all is made ready; 2.5 to 3.5 it happens; then all comes to rest."""
_READY, _HAPPENS, _OVER = 1.0, 2.5, 3.5
_GOAL = 5.0
"""Milliseconds that may be added to the others' p99."""
_ATTEMPTS = 3
_SIZE = 6144


@dataclass(frozen=True)
class Case:
    """A neighbour, beside whom, and whose."""

    name: str
    peers: Sequence[str]
    make: Callable[[Peer, Standing, int, int, Path], Neighbour]
    """From the peer, where it stands, a session that is free, the load's core, and a directory."""
    sessions: int = 50


@dataclass(frozen=True)
class Turn:
    """One peer beside one neighbour, once. Milliseconds."""

    case: str
    peer: str
    round: int
    refused: str | None = None
    quiet: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """p50, p99 and the worst of the others' events while nothing happened."""
    beside: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """The same in the seconds in which it did."""
    took: float = 0.0
    """How long it took, at worst."""


def main() -> int:
    """Measure and print. Status 1: a peer has no figures."""
    arguments = _arguments()
    cores_here = sorted(os.sched_getaffinity(0))
    cores = Cores(load=cores_here[0], peer=cores_here[-1])
    os.sched_setaffinity(0, {cores.load})
    known = {peer.name: peer for peer in PEERS}
    cases = _cases(arguments, known)
    turns: list[Turn] = []
    for number in range(1, arguments.rounds + 1):
        for case in cases:
            for name in case.peers:
                turns += _turns(case, known[name], number, cores, arguments)
    peers = [known[name] for name in dict.fromkeys(name for case in cases for name in case.peers)]
    notes = [
        *sheet.facts(peers),
        f"{arguments.rate:g} events/s a session and direction, traffic {arguments.traffic}, pace {arguments.pace}; "
        f"{arguments.rounds} rounds in which it happens {arguments.times} times; medians over the rounds "
        "(min to max), the worst of all",
        *(f"{peer.name}: {peer.what}" for peer in peers),
        *(f"refused: {turn.peer}, {turn.case}: {turn.refused}" for turn in turns if turn.refused),
    ]
    kept = sheet.keep("neighbour", notes, [asdict(turn) for turn in turns])
    sheet.show([_sheet(turns, case) for case in cases], [*notes, f"all turns: {kept}"], markdown=arguments.markdown)
    figures = {(turn.case, turn.peer) for turn in turns if turn.refused is None}
    return 0 if figures == {(case.name, name) for case in cases for name in case.peers} else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("bench.neighbour", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--times", type=int, default=5, help="that it happens in a round")
    parser.add_argument("--rate", type=float, default=10.0, help="events a second, session and direction")
    parser.add_argument("--traffic", choices=TRAFFICS, default="mix")
    parser.add_argument("--pace", choices=PACES, default="independent")
    parser.add_argument("--only", choices=("nothing", "append", "objects", "scrape", "readers"), action="append")
    parser.add_argument("--peers", help="of those that the tables have; all of them")
    parser.add_argument("--markdown", action="store_true", help="print the result as Markdown")
    return parser.parse_args()


def _cases(arguments: argparse.Namespace, known: dict[str, Peer]) -> list[Case]:
    relays = ("direct", "nginx", "haproxy", "blind", "voicetap")
    cases = {
        "nothing": Case("nothing happens", ("voicetap",), lambda *_: Nothing()),
        "append": Case("an append of 15 MB", relays, _long_message(_append(), "input_audio_buffer.append")),
        "objects": Case("15 MB of {},{},…", relays, _long_message(_objects(), "conversation.item.create")),
        "scrape": Case("a scrape, 200 sessions", ("voicetap",), lambda _, stands, *__: Scrape(stands), 200),
        "readers": Case("ten readers of the page", ("page",), _ten_readers),
    }
    wanted = arguments.peers.split(",") if arguments.peers else list(known)
    chosen = [case for name, case in cases.items() if not arguments.only or name in arguments.only]
    for name in {name for case in chosen for name in case.peers} & set(wanted):
        if reason := known[name].missing():
            print(f"{name} is left out: {reason}", file=sys.stderr)
            wanted.remove(name)
    found = [
        Case(case.name, [name for name in case.peers if name in wanted], case.make, case.sessions) for case in chosen
    ]
    return [case for case in found if case.peers]


def _append() -> bytes:
    head, tail = b'{"type":"input_audio_buffer.append","audio":"', b'"}'
    return head + b"A" * (_LONG - len(head) - len(tail)) + tail


def _objects() -> bytes:
    head, tail = b'{"type":"conversation.item.create","item":[', b"{}]}"
    return head + b"{}," * ((_LONG - len(head) - len(tail)) // 3) + tail


def _long_message(payload: bytes, kind: str) -> Callable[[Peer, Standing, int, int, Path], Neighbour]:
    head = b"\x81\xff" + len(payload).to_bytes(8, "big")
    frame = head + bytes(4) + payload  # a mask of zeros leaves the payload as it is; it is unmasked nevertheless

    def make(peer: Peer, stands: Standing, session: int, core: int, directory: Path) -> Neighbour:
        return LongMessage(frame, kind, stands, session, observed=peer.observes)

    return make


def _ten_readers(peer: Peer, stands: Standing, session: int, core: int, directory: Path) -> Neighbour:
    return Readers(stands, 10, core, directory)


def _turns(case: Case, peer: Peer, number: int, cores: Cores, arguments: argparse.Namespace) -> list[Turn]:
    """One good turn at the end, after refused ones; or refused ones only."""
    found: list[Turn] = []
    while len(found) < _ATTEMPTS and (not found or found[-1].refused):
        with TemporaryDirectory(prefix="voicetap-bench-") as directory, ExitStack() as stack:
            try:
                turn = _take_turn(case, peer, number, cores, arguments, Path(directory), stack)
                said = f"p99 {turn.quiet[1]:.2f} ms, beside it {turn.beside[1]:.2f}"
            except (Refused, OSError) as error:
                said = f"{type(error).__name__}: {error}"
                turn = Turn(case.name, peer.name, number, said)
        print(f"round {number}  {case.name:<24} {peer.name:<10} {said}", file=sys.stderr)
        found.append(turn)
    return found


def _take_turn(
    case: Case,
    peer: Peer,
    number: int,
    cores: Cores,
    arguments: argparse.Namespace,
    directory: Path,
    stack: ExitStack,
) -> Turn:
    rate, sessions, traffic = arguments.rate, case.sessions, arguments.traffic
    each = round(arguments.times * _CYCLE * rate)
    board = open_board(directory / "board", each * sessions)
    load = [*("--sessions", str(sessions)), *("--rate", str(rate)), *("--size", str(_SIZE)), *("--traffic", traffic)]
    load += [*("--events", str(each)), *("--board", str(directory / "board")), *("--entries", str(each * sessions))]

    def end(module: str, *more: str) -> tuple[Callable[[object], None], Callable[[], dict[str, int]]]:
        log = directory / f"{module}.log"
        command = [sys.executable, "-m", f"bench.{module}", *load, *more]
        child = stack.enter_context(process(command, cores.load, log, commanded=True))
        return (lambda message: tell(child, message)), (lambda: hear(child, log))

    tell_upstream, hear_upstream = end("upstream")
    stands = stack.enter_context(standing(peer, hear_upstream()["port"], cores, directory))
    tell_callers, hear_callers = end("callers", "--port", str(stands.port))
    hear_callers()
    neighbour = case.make(peer, stands, sessions, cores.load, directory)
    plans = [offsets(arguments.pace, sessions, rate, 2 * number + side) for side in (0, 1)]
    start = time.monotonic() + 0.2
    for tell_end, plan in ((tell_callers, plans[0]), (tell_upstream, plans[1])):
        tell_end({"start": start, "each": each, "offsets": plan})
    took = _happenings(neighbour, start, arguments.times)
    for answer in (hear_callers(), hear_upstream()):
        if answer["lost"] or answer["received"] != answer["expected"]:
            raise Refused(f"{answer['received']} of {answer['expected']} arrived, {answer['lost']} sessions ended")
    judge_pace(board, plans, rate, start, each)
    scripts = (client_script(traffic, _SIZE), server_script(traffic, _SIZE, rate, each))
    sent = scripts[0].types(sessions, each) + scripts[1].types(sessions, each)
    neighbour.judge(arguments.times, sent)
    quiet, beside = _latencies(board, start)
    return Turn(case.name, peer.name, number, None, _figures(quiet), _figures(beside), max(took) * 1e3)


def _happenings(neighbour: Neighbour, start: float, times: int) -> list[float]:
    """Let it happen at its moments; how many seconds each took."""
    took = []
    for cycle in range(times):
        begin = start + cycle * _CYCLE
        _until(begin + _READY)
        neighbour.ready()
        if time.monotonic() > begin + _HAPPENS:
            raise Refused("the neighbour was not ready in time")
        _until(begin + _HAPPENS)
        neighbour.happen()
        took.append(time.monotonic() - begin - _HAPPENS)
        _until(begin + _OVER)
        neighbour.over()
    return took


def _until(moment: float) -> None:
    if (wait := moment - time.monotonic()) > 0:
        pause(wait)


def _latencies(board: Board, start: float) -> tuple[list[float], list[float]]:
    """Seconds on the way, ascending, of the events that left while nothing happened, and in the second in which it
    did."""
    quiet: list[float] = []
    beside: list[float] = []
    for direction in (board.from_client, board.from_server):
        for sent, arrived in zip(direction.sent, direction.arrived, strict=True):
            at = (sent - start) % _CYCLE
            if at < _READY:
                quiet.append(arrived - sent)
            elif _HAPPENS <= at < _OVER:
                beside.append(arrived - sent)
    return sorted(quiet), sorted(beside)


def _figures(found: Sequence[float]) -> tuple[float, float, float]:
    return quantile(found, 0.5) * 1e3, quantile(found, 0.99) * 1e3, found[-1] * 1e3


def _sheet(turns: Sequence[Turn], case: Case) -> sheet.Sheet:
    rows = []
    for name in case.peers:
        own = [turn for turn in turns if (turn.case, turn.peer, turn.refused) == (case.name, name, None)]
        if not own:
            continue
        added = [turn.beside[1] - turn.quiet[1] for turn in own]
        goal = f"<= {_GOAL:g}: {'met' if median(added) <= _GOAL else 'missed'}" if name in ("voicetap", "page") else ""
        rows.append(
            [
                name,
                f"{median(turn.quiet[0] for turn in own):.2f} to {median(turn.beside[0] for turn in own):.2f}",
                sheet.spread([turn.quiet[1] for turn in own], 2),
                sheet.spread([turn.beside[1] for turn in own], 2),
                sheet.spread(added, 2),
                f"{max(turn.quiet[2] for turn in own):.1f} to {max(turn.beside[2] for turn in own):.1f}",
                f"{max(turn.took for turn in own):.0f}",
                str(len(own)),
                goal,
            ]
        )
    headings = ["peer", "p50", "p99 without", "p99 beside", "added to p99", "worst", "it took", "rounds", "goal"]
    return sheet.Sheet(f"{case.name}; {case.sessions} others, ms", headings, rows)


if __name__ == "__main__":
    sys.exit(main())
