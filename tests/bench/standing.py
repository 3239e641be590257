"""A peer that stands between the ends of a load, for benches that bring ends of their own."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.peers import Peer
from bench.place import Place
from bench.processes import free_port, hear, process, wait_until_listening
from bench.turn import Cores

KEY = "not-a-key"
"""What callers authorize themselves with."""


@dataclass(frozen=True)
class Standing:
    """A peer that takes calls."""

    port: int
    """Where to call; the upstream's own where there is no peer."""
    pid: int | None
    admin: int
    """Its admin port, where it has one."""
    page: int
    """That of its live page, where it has one."""


@contextmanager
def standing(
    peer: Peer, upstream: int, cores: Cores, directory: Path, authority: Path | None = None
) -> Iterator[Standing]:
    """Start a peer on its core, with a receiver of its spans where it exports; both end with the block.

    With an `authority` (certificates to trust) the upstream speaks TLS.
    """
    admin, page = free_port(), free_port()
    if peer.command is None:
        yield Standing(upstream, None, admin, page)
        return
    with ExitStack() as stack:
        collector = None
        if peer.exports:
            log = directory / "collector.log"
            command = [sys.executable, "-m", "bench.collector"]
            receiver = stack.enter_context(process(command, cores.load, log, commanded=True))
            collector = hear(receiver, log)["port"]
        place = Place(
            upstream=upstream,
            listen=free_port(),
            admin=admin,
            key=KEY,
            directory=directory,
            page=page,
            collector=collector,
            authority=authority,
        )
        log = directory / "peer.log"
        variables = peer.environment(place)
        child = stack.enter_context(process(peer.command(place), cores.peer, log, variables=variables))
        wait_until_listening(child, place.listen, log)
        yield Standing(place.listen, child.pid, admin, page)
