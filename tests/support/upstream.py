"""A server that does what the test tells it: it takes connections and says nothing by itself."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

from .peer import Peer
from .waiting import within


class ScriptedUpstream:
    """Listens on a free port of loopback. Also the host that must never be contacted: then `dials` stays 0."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self._listener.setblocking(False)
        self.port: int = self._listener.getsockname()[1]
        self.accepted: list[Peer] = []
        """Every connection, in the order in which they came."""
        self._waiting: asyncio.Queue[Peer] = asyncio.Queue()
        self._accepting = asyncio.create_task(self._accept_all())

    @property
    def dials(self) -> int:
        """How many connections have come."""
        return len(self.accepted)

    async def accept(self) -> Peer:
        """The next connection."""
        return await within(self._waiting.get())

    async def serve_all(self, serve: Callable[[Peer], Awaitable[None]]) -> None:
        """Serve every connection in a task of its own, until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                group.create_task(_served(serve, await self._waiting.get()))

    async def close(self) -> None:
        """Listen no more, and end every connection."""
        self._accepting.cancel()
        await asyncio.wait([self._accepting])
        self._listener.close()
        for peer in self.accepted:
            peer.close()

    async def _accept_all(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            sock, _ = await loop.sock_accept(self._listener)
            peer = Peer(sock)
            self.accepted.append(peer)
            self._waiting.put_nowait(peer)


async def _served(serve: Callable[[Peer], Awaitable[None]], peer: Peer) -> None:
    await serve(peer)


class Unreachable:
    """A port that neither accepts nor refuses: its queue of one connection is full, so the kernel drops each SYN."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=0)
        self.port: int = self._listener.getsockname()[1]
        self._queued: list[socket.socket] = []
        for _ in range(3):
            sock = socket.socket()
            sock.setblocking(False)
            sock.connect_ex(("127.0.0.1", self.port))
            self._queued.append(sock)

    def close(self) -> None:
        """Free the port."""
        for sock in [*self._queued, self._listener]:
            sock.close()


def unused_port() -> int:
    """A port that refuses connections."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
