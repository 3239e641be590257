"""`python -m bench.replicas`: two voicetap behind HAProxy, of which one is taken away while calls go on.

HAProxy passes TCP on to the replica with the least connections, and asks /readyz whether it may have more. Sessions
talk; then one replica gets SIGTERM. What must hold, or the status is 1: sessions are spread evenly, both /metrics added
up have counted every event once, no session is cut, new ones go to the other replica alone, and the one that was told
to stop ends by itself, with status 0, once its last session has ended.

Both replicas share one core, HAProxy and the ends the other: this is about where calls go, not about how many.
"""

import argparse
import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import uvloop

from bench import sheet
from bench.accounting import cpu_seconds
from bench.calls import Calls
from bench.peers import PEERS, Peer
from bench.place import Place
from bench.processes import free_port, process, wait_until_listening
from bench.resident import memory
from bench.samples import answer, events, total
from bench.standing import KEY
from bench.traffic import TRAFFICS, client_script, server_script
from bench.turn import Cores
from bench.verdict import Refused

_CHECK_SECONDS = 0.2
_NOTICED_SECONDS = 1.0
"""By then HAProxy has asked /readyz again."""
_ENDS_SECONDS = 10.0
_SIZE = 6144


@dataclass(frozen=True)
class Replica:
    """One voicetap."""

    name: str
    child: subprocess.Popen[bytes]
    port: int
    admin: int

    def sessions(self) -> int:
        """That go on now."""
        return int(total(self.admin, "voicetap_sessions_active"))


@dataclass
class Row:
    """What one replica had."""

    replica: str
    sessions: int = 0
    """Before the drain."""
    events: int = 0
    microseconds: float = 0.0
    """Of processor time an event, before the drain."""
    rss: int = 0
    """KiB, then."""
    draining: int = 0
    """Sessions once others had come and one replica was draining."""
    all_events: int = 0
    ended: str = ""


@dataclass
class Outcome:
    """One run."""

    rows: list[Row]
    sent: int = 0
    new: int = 0
    lost: int = 0
    notes: list[str] = field(default_factory=list)


def main() -> int:
    """Run it and print."""
    arguments = _arguments()
    known = {peer.name: peer for peer in PEERS}
    peers = [known["voicetap"], known["haproxy"]]
    for peer in peers:
        if reason := peer.missing():
            raise SystemExit(f"bench.replicas: {reason}")
    cores_here = sorted(os.sched_getaffinity(0))
    cores = Cores(load=cores_here[0], peer=cores_here[-1])
    os.sched_setaffinity(0, {cores.load})
    with TemporaryDirectory(prefix="voicetap-bench-") as directory:
        try:
            outcome = uvloop.run(_run(arguments, known["voicetap"], cores, Path(directory)))
        except (Refused, OSError, TimeoutError) as error:
            print(f"bench.replicas: {type(error).__name__}: {error}", file=sys.stderr)
            return 1
    notes = [
        *sheet.facts(peers),
        f"{arguments.sessions} sessions x {arguments.rate:g} events/s each way for {arguments.seconds:g} s, then as "
        f"long again while one replica drains and {outcome.new} more sessions come; traffic {arguments.traffic}",
        f"{outcome.sent} events sent, as many counted by both together; {outcome.lost} sessions cut",
        *outcome.notes,
    ]
    kept = sheet.keep("replicas", notes, [asdict(row) for row in outcome.rows])
    sheet.show([_sheet(outcome)], [*notes, f"all figures: {kept}"], markdown=arguments.markdown)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("bench.replicas", description=__doc__)
    parser.add_argument("--sessions", type=int, default=100)
    parser.add_argument("--rate", type=float, default=10.0, help="events a second, session and direction")
    parser.add_argument("--seconds", type=float, default=8.0, help="before the drain, and again during it")
    parser.add_argument("--traffic", choices=TRAFFICS, default="mix")
    parser.add_argument("--markdown", action="store_true", help="print the result as Markdown")
    return parser.parse_args()


async def _run(arguments: argparse.Namespace, voicetap: Peer, cores: Cores, directory: Path) -> Outcome:
    rate, first, new = arguments.rate, arguments.sessions, arguments.sessions // 2
    each = round(arguments.seconds * rate)
    said = server_script(arguments.traffic, _SIZE, rate, 2 * each)
    calls = Calls(client_script(arguments.traffic, _SIZE), said, first + new)
    upstream = await calls.listen()
    with _replicas(voicetap, upstream, cores, directory) as (replicas, port):
        await asyncio.sleep(_NOTICED_SECONDS)
        rows = [Row(replica.name) for replica in replicas]
        outcome = Outcome(rows)
        old = await calls.open(first, port)
        before = [(events(replica.admin).total(), cpu_seconds(replica.child.pid)) for replica in replicas]
        await calls.talk(old, each, rate)
        await asyncio.sleep(_NOTICED_SECONDS)
        for row, replica, (earlier, cpu) in zip(rows, replicas, before, strict=True):
            cpu = cpu_seconds(replica.child.pid) - cpu
            row.sessions, row.events = replica.sessions(), events(replica.admin).total()
            row.microseconds = cpu / (row.events - earlier) * 1e6
            row.rss = memory(replica.child.pid).rss
        if abs(rows[0].sessions - rows[1].sessions) > 1 or rows[0].sessions + rows[1].sessions != first:
            raise Refused(f"{first} sessions are spread as {rows[0].sessions} and {rows[1].sessions}")
        _counted_once(replicas, calls.sent)

        leaving, staying = replicas
        talking = asyncio.create_task(calls.talk(old, each, rate))
        leaving.child.send_signal(signal.SIGTERM)
        await asyncio.sleep(_NOTICED_SECONDS)
        if (status := answer(leaving.admin, "/readyz")[0]) != 503:
            raise Refused(f"/readyz of the draining replica says {status}")
        newcomers = await calls.open(new, port)
        await calls.talk(newcomers, each // 2, rate)
        await talking
        await asyncio.sleep(_NOTICED_SECONDS)
        for row, replica in zip(rows, replicas, strict=True):
            row.draining, row.all_events = replica.sessions(), events(replica.admin).total()
        if [row.draining for row in rows] != [rows[0].sessions, rows[1].sessions + new]:
            raise Refused(f"while one drained, {new} more came, and they had {[row.draining for row in rows]}")
        _counted_once(replicas, calls.sent)
        outcome.sent, outcome.new, outcome.lost = calls.sent.total(), new, calls.lost(range(first + new))
        if outcome.lost:
            raise Refused(f"{outcome.lost} sessions were cut")

        await calls.close(old)
        rows[0].ended = await _ended(leaving)
        if calls.lost(newcomers) or staying.sessions() != new:
            raise Refused(f"{staying.sessions()} of {new} sessions are left on the other replica")
        rows[1].ended = f"goes on with {new} sessions"
    return outcome


@contextmanager
def _replicas(voicetap: Peer, upstream: int, cores: Cores, directory: Path) -> Iterator[tuple[Sequence[Replica], int]]:
    """Two of them, and the port of what stands before them."""
    assert voicetap.command is not None
    places = []
    for name in ("one", "two"):
        (directory / name).mkdir()
        place = Place(
            upstream=upstream,
            listen=free_port(),
            admin=free_port(),
            key=KEY,
            directory=directory / name,
            page=free_port(),
        )
        places.append(place)
    commands = [[*voicetap.command(place), "--drain-timeout", "60"] for place in places]
    balancer = free_port()
    servers = "\n    ".join(
        f"server {place.directory.name} 127.0.0.1:{place.listen} check port {place.admin}" for place in places
    )
    configuration = directory / "balancer.cfg"
    configuration.write_text(f"""
global
    nbthread 1
    maxconn 8192
defaults
    mode tcp
    timeout connect 10s
    timeout client 1h
    timeout server 1h
listen voicetap
    bind 127.0.0.1:{balancer}
    balance leastconn
    option httpchk GET /readyz
    default-server inter {_CHECK_SECONDS * 1e3:.0f}ms fall 1 rise 1
    {servers}
""")
    one, two, three = (directory / f"{name}.log" for name in ("one", "two", "balancer"))
    with (
        process(commands[0], cores.peer, one) as first,
        process(commands[1], cores.peer, two) as second,
        process(["haproxy", "-db", "-f", str(configuration)], cores.load, three) as before,
    ):
        for child, port, log in ((first, places[0].listen, one), (second, places[1].listen, two)):
            wait_until_listening(child, port, log)
        wait_until_listening(before, balancer, three)
        yield (
            [
                Replica(place.directory.name, child, place.listen, place.admin)
                for place, child in zip(places, (first, second), strict=True)
            ],
            balancer,
        )


def _counted_once(replicas: Sequence[Replica], sent: Counter[str]) -> None:
    counted = sum((events(replica.admin) for replica in replicas), Counter[str]())
    if counted != sent:
        differing = sorted(kind for kind in counted | sent if counted[kind] != sent[kind])
        figures = ", ".join(f"{counted[kind]} of {sent[kind]} {kind}" for kind in differing[:3])
        raise Refused(f"both together count {figures}")


async def _ended(replica: Replica) -> str:
    """How a replica ended that had nothing left to do."""
    begin = time.monotonic()
    try:
        status = await asyncio.to_thread(replica.child.wait, _ENDS_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise Refused(f"{replica.name} goes on {_ENDS_SECONDS:g} s after its last session") from error
    if status != 0:
        raise Refused(f"{replica.name} ended with status {status}")
    return f"status 0, {time.monotonic() - begin:.1f} s after its last session"


def _sheet(outcome: Outcome) -> sheet.Sheet:
    rows = [
        [
            *(row.replica, str(row.sessions), str(row.events), f"{row.microseconds:.1f}", f"{row.rss / 1024:.0f}"),
            *(str(row.draining), str(row.all_events), row.ended),
        ]
        for row in outcome.rows
    ]
    headings = ["replica", "sessions", "events", "CPU µs an event", "RSS MiB", "sessions in the drain", "events in all"]
    return sheet.Sheet("two replicas, the first gets SIGTERM", [*headings, "the end"], rows)


if __name__ == "__main__":
    sys.exit(main())
