"""What the bench runs on: which core is whose, and what stands in a result about it."""

import os
import platform
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench.peers import Peer
from bench.result import Machine
from bench.turn import Cores


def cores_here(say: Callable[[str], object]) -> Cores:
    """The first core for both ends and for this process, which is bound to it; the last for the peer."""
    cores = sorted(os.sched_getaffinity(0))
    placed = Cores(load=cores[0], peer=cores[-1])
    if placed.load == placed.peer:
        say("only one core: peer and load share it, so latency means little")
    os.sched_setaffinity(0, {placed.load})
    return placed


def machine_here(peers: Sequence[Peer], cores: Cores) -> Machine:
    """This machine now, with the versions of the peers."""
    return Machine(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        cpu=_cpu_model(),
        cores=os.cpu_count() or 0,
        load_core=cores.load,
        peer_core=cores.peer,
        kernel=platform.release(),
        python=platform.python_version(),
        versions={peer.name: version for peer in peers if (version := peer.version())},
    )


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
