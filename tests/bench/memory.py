"""`python -m bench.memory`: what a session takes of a proxy's memory, at rest and after so many turns.

Sessions are opened in steps through each peer; after each step the peer's resident memory is read, children included.
The figure is the slope of the line through the steps: what every further session takes. Sockets are the kernel's and
not in it. `+ tls` is the same with an upstream that is reached over TLS.
"""

import argparse
import asyncio
import gc
import os
import resource
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import linear_regression
from tempfile import TemporaryDirectory

import uvloop

from bench import sheet
from bench.calls import Calls
from bench.certificates import make_certificates, server_tls
from bench.peers import PEERS, Peer
from bench.resident import Memory, memory
from bench.samples import answer, events, total
from bench.standing import Standing, standing
from bench.talk import opening
from bench.traffic import TRAFFICS, Script, client_script, server_script
from bench.turn import Cores
from bench.verdict import Refused

_SETTLE_SECONDS = 2.5
"""After a step, for what a peer puts off."""
_EXPORT_SECONDS = 6.0
"""The same where spans leave every 5 s."""
_EVENTS_A_SECOND = 5_000
"""Of all sessions that talk at a time, in each direction."""
_ATTEMPTS = 3
_GOALS = {"at rest": 40, "after 30 turns": 128, "after 300 turns": 128}
"""KiB a session, for voicetap with metrics and a plain upstream."""


@dataclass(frozen=True)
class State:
    """What the sessions have done when memory is read."""

    name: str
    turns: int
    steps: Sequence[int]
    """Sessions that are open at each reading."""
    peers: Sequence[str]


@dataclass(frozen=True)
class Reading:
    """One peer in one state, once."""

    peer: str
    state: str
    round: int
    sessions: list[int]
    rss: list[int]
    pss: list[int]
    refused: str | None = None

    @property
    def slope(self) -> float:
        """KiB of resident memory that each further session takes."""
        return linear_regression(self.sessions, self.rss).slope

    @property
    def pss_slope(self) -> float:
        """The same of proportional memory."""
        return linear_regression(self.sessions, self.pss).slope

    @property
    def from_nothing(self) -> float:
        """KiB a session, with what the first one brings along."""
        return (self.rss[-1] - self.rss[0]) / (self.sessions[-1] - self.sessions[0])


def main() -> int:
    """Measure and print. Status 1: a peer has no figures."""
    arguments = _arguments()
    _allow_files()
    cores_here = sorted(os.sched_getaffinity(0))
    cores = Cores(load=cores_here[0], peer=cores_here[-1])
    os.sched_setaffinity(0, {cores.load})
    known = {peer.name: peer for peer in PEERS}
    for name in _OVER_TLS:
        what = f"the same as {name}, the upstream reached over TLS"
        known[name + _TLS] = replace(known[name], name=name + _TLS, what=what)
    states = _states(arguments, known)
    readings: list[Reading] = []
    for number in range(1, arguments.rounds + 1):
        for state in states:
            for name in state.peers:
                readings += _readings(known[name], state, number, cores, arguments.traffic)
    peers = [known[name] for name in dict.fromkeys(reading.peer for reading in readings)]
    notes = [
        *sheet.facts(peers),
        f"{arguments.rounds} rounds; active sessions: traffic {arguments.traffic}, both sides "
        f"{_EVENTS_A_SECOND:,} events/s in all; medians (min to max), KiB a session",
        *(f"{peer.name}: {peer.what}" for peer in peers),
        *(f"refused: {reading.peer}, {reading.state}: {reading.refused}" for reading in readings if reading.refused),
    ]
    kept = sheet.keep("memory", notes, [asdict(reading) for reading in readings])
    sheet.show(
        [_sheet(readings, state) for state in states], [*notes, f"all readings: {kept}"], markdown=arguments.markdown
    )
    figures = {(reading.peer, reading.state) for reading in readings if reading.refused is None}
    return 0 if figures == {(name, state.name) for state in states for name in state.peers} else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("bench.memory", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--idle", type=int, default=1_000, help="sessions at rest; 0: leave these out")
    parser.add_argument("--active", type=int, default=200, help="sessions with --turns turns; 0: leave these out")
    parser.add_argument("--turns", type=int, default=30)
    parser.add_argument("--long", type=int, default=40, help="sessions with ten times the turns; 0: leave these out")
    parser.add_argument("--traffic", choices=TRAFFICS, default="turns")
    parser.add_argument("--peers", help="of those that the table has; all of them")
    parser.add_argument("--markdown", action="store_true", help="print the result as Markdown")
    return parser.parse_args()


def _allow_files() -> None:
    """A session is two descriptors here and two in the peer, which inherits the limit."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


_PLAIN = ("nginx", "haproxy", "blind", "voicetap", "page", "traces")
_OVER_TLS = ("nginx", "haproxy", "blind", "voicetap")
_TLS = " + tls"


def _states(arguments: argparse.Namespace, known: dict[str, Peer]) -> list[State]:
    def steps(most: int, count: int) -> list[int]:
        return [most * step // count for step in range(count + 1)]

    tls = [name + _TLS for name in _OVER_TLS]
    observing = [name for name in _PLAIN if known[name].observes]
    states = []
    if arguments.idle:
        states.append(State("at rest", 0, steps(arguments.idle, 4), [*_PLAIN, *tls]))
    if arguments.active:
        states.append(State(f"after {arguments.turns} turns", arguments.turns, steps(arguments.active, 4), _PLAIN))
    if arguments.long:
        turns = arguments.turns * 10
        states.append(State(f"after {turns} turns", turns, steps(arguments.long, 2), ["blind", *observing]))
    offered = dict.fromkeys(name for state in states for name in state.peers)
    wanted = arguments.peers.split(",") if arguments.peers else list(offered)
    if unknown := set(wanted) - set(offered):
        raise SystemExit(f"bench.memory: --peers: no such peer: {', '.join(sorted(unknown))}")
    wanted = [name for name in wanted if _here(known[name])]
    return [replace(state, peers=[name for name in wanted if name in state.peers]) for state in states]


def _here(peer: Peer) -> bool:
    reason = peer.missing()
    if reason:
        print(f"{peer.name} is left out: {reason}", file=sys.stderr)
    return not reason


def _readings(peer: Peer, state: State, number: int, cores: Cores, traffic: str) -> list[Reading]:
    """One good reading at the end, after refused ones; or refused ones only."""
    found: list[Reading] = []
    while len(found) < _ATTEMPTS and (not found or found[-1].refused):
        with TemporaryDirectory(prefix="voicetap-bench-") as directory:
            try:
                read = uvloop.run(_read(peer, state, cores, traffic, Path(directory)))
                found.append(
                    Reading(
                        *(peer.name, state.name, number, list(state.steps)),
                        *([each.rss for each in read], [each.pss for each in read]),
                    )
                )
                said = f"{found[-1].slope:.1f} KiB a session"
            except (Refused, OSError, TimeoutError) as error:
                said = f"{type(error).__name__}: {error}"
                found.append(Reading(peer.name, state.name, number, [], [], [], said))
        gc.collect()
        print(f"round {number}  {peer.name:<14} {state.name:<16} {said}", file=sys.stderr)
    return found


async def _read(peer: Peer, state: State, cores: Cores, traffic: str, directory: Path) -> list[Memory]:
    """The peer's memory after each step."""
    step = state.steps[1] - state.steps[0]
    rate = _EVENTS_A_SECOND / step
    heard = client_script(traffic, 6144)
    said, each = Script(opening(), opening(), 1), 0
    if state.turns:
        period = server_script(traffic, 6144, rate, 1).period
        each = period * state.turns
        said = server_script(traffic, 6144, rate, each + period)
    calls = Calls(heard, said, state.steps[-1])
    certificates = make_certificates(directory) if peer.name.endswith(_TLS) else None
    port = await calls.listen(server_tls(certificates.server) if certificates else None)
    settle = _EXPORT_SECONDS if peer.exports else _SETTLE_SECONDS
    with standing(peer, port, cores, directory, certificates.authority if certificates else None) as stands:
        assert stands.pid is not None
        if peer.observes:
            answer(stands.admin, "/metrics")  # what the first scrape makes is no session's
        await asyncio.sleep(settle)
        found = [memory(stands.pid)]
        for _ in state.steps[1:]:
            opened = await calls.open(step, stands.port)
            if each:
                await calls.talk(opened, each, rate)
            await asyncio.sleep(settle)
            found.append(memory(stands.pid))
        _judge(peer, stands, calls)
        await calls.close(range(len(calls.clients)))
    return found


def _judge(peer: Peer, stands: Standing, calls: Calls) -> None:
    """Refuse figures of a peer that had not all sessions, or looked away."""
    if lost := calls.lost(range(len(calls.clients))):
        raise Refused(f"{lost} sessions ended")
    if not peer.observes:
        return
    if (active := total(stands.admin, "voicetap_sessions_active")) != len(calls.clients):
        raise Refused(f"/metrics has {active:.0f} of {len(calls.clients)} sessions")
    counted = events(stands.admin)
    if counted != calls.sent:
        differing = sorted(name for name in counted | calls.sent if counted[name] != calls.sent[name])
        raise Refused(f"/metrics does not count what was sent: {', '.join(differing[:3])}")


def _sheet(readings: Sequence[Reading], state: State) -> sheet.Sheet:
    rows = []
    for name in state.peers:
        good = [each for each in readings if (each.peer, each.state, each.refused) == (name, state.name, None)]
        if not good:
            continue
        rows.append(
            [
                name,
                sheet.spread([each.slope for each in good]),
                sheet.spread([each.pss_slope for each in good]),
                sheet.spread([each.from_nothing for each in good]),
                f"{good[-1].rss[0] / 1024:.0f}",
                f"{len(good)}",
                _verdict(name, state.name, [each.slope for each in good]),
            ]
        )
    headings = ["peer", "RSS", "PSS", "RSS with the first", "MiB without sessions", "rounds", "goal"]
    steps = ", ".join(map(str, state.steps))
    return sheet.Sheet(f"sessions {state.name} ({steps} sessions), KiB a session", headings, rows)


def _verdict(peer: str, state: str, slopes: Sequence[float]) -> str:
    if peer != "voicetap" or state not in _GOALS:
        return ""
    goal = _GOALS[state]
    return f"<= {goal}: {'met' if max(slopes) <= goal else 'missed'}"


if __name__ == "__main__":
    sys.exit(main())
