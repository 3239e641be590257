"""Sessions with both ends in this process, opened a few at a time, each talking when told to.

For benches that ask what sessions take, or where they go. Those that ask how long events take have their ends in
processes of their own (`callers`, `upstream`), which keep to a moment more exactly.
"""

import asyncio
import ssl
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from bench.arguments import EndpointArguments
from bench.board import Direction
from bench.callers import ClientLeg
from bench.endpoint import Endpoint, Load
from bench.standing import KEY
from bench.traffic import Script
from bench.upstream import ServerLeg
from bench.verdict import Refused

_OPENS_SECONDS = 20.0
_ARRIVES_SECONDS = 20.0


class Calls:
    """Up to `most` sessions, numbered in the order in which they are opened."""

    def __init__(self, heard: Script, said: Script, most: int) -> None:
        """`heard` is what clients send, `said` what the server sends."""
        self.sent: Counter[str] = Counter()
        """Events of either side so far, by type."""
        self.clients: list[ClientLeg] = []
        nowhere = Direction(memoryview(b"").cast("d"), memoryview(b"").cast("d"))
        self._servers = Endpoint(Load(most, 1.0), said, nowhere, nowhere)
        self._heard, self._said, self._most = heard, said, most
        self._next: list[tuple[int, int]] = []
        """Of each session, the numbers of the events that its client and its server send next."""
        self._expected: list[tuple[int, int]] = []
        """Events that each session's client and server have been sent, beyond what opened it."""

    async def listen(self, tls: ssl.SSLContext | None = None) -> int:
        """Be an upstream; on which port."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: ServerLeg(self._servers, self._most, self._heard, self._said),
            *("127.0.0.1", 0),
            ssl=tls,
            backlog=1024,
        )
        port: int = server.sockets[0].getsockname()[1]
        return port

    async def open(self, count: int, port: int) -> range:
        """Open so many more sessions, one after the other; their numbers."""
        opened = range(len(self.clients), len(self.clients) + count)
        for index in opened:
            self.clients.append(await called(index, port, self._most, self._said))
            began = self._said.first(index, self._most)
            self._next.append((self._heard.first(index, self._most), began))
            self._expected.append((0, 0))
            self.sent.update(kind for _, kind, _ in self._said.before)
            self.sent.update(kind for _, kind, _ in _cycled(self._said, range(began)))
        return opened

    async def talk(self, indexes: Sequence[int], each: int, rate: float) -> None:
        """Have both sides of these sessions send `each` events at `rate` a second, and wait until all have come."""
        start = time.monotonic() + 0.05
        apart = 1 / rate / len(indexes)
        paces = [self._say(index, start + place * apart, each, rate) for place, index in enumerate(indexes)]
        await asyncio.gather(*paces)
        deadline = time.monotonic() + _ARRIVES_SECONDS
        while missing := self._missing(indexes):
            if time.monotonic() > deadline or self.lost(indexes):
                raise Refused(f"{missing} events are missing, {self.lost(indexes)} sessions have ended")
            await asyncio.sleep(0.02)

    def lost(self, indexes: Iterable[int]) -> int:
        """How many of these sessions have ended, at either end."""
        return sum(self.clients[index].lost or self._servers.legs[index].lost for index in indexes)

    async def close(self, indexes: Sequence[int]) -> None:
        """End these sessions from the client's side, and wait until the server knows."""
        for index in indexes:
            transport = self.clients[index].transport
            assert transport is not None
            transport.close()
        deadline = time.monotonic() + _ARRIVES_SECONDS
        while not all(self._servers.legs[index].lost for index in indexes):
            if time.monotonic() > deadline:
                raise Refused("sessions that were closed have not come to their end")
            await asyncio.sleep(0.02)

    async def _say(self, index: int, start: float, each: int, rate: float) -> None:
        """One session, in both directions."""
        client, server = self.clients[index].transport, self._servers.legs[index].transport
        assert client is not None
        assert server is not None
        first_heard, first_said = self._next[index]
        heard, said = range(first_heard, first_heard + each), range(first_said, first_said + each)
        self._next[index] = (heard.stop, said.stop)
        for place, (mine, theirs) in enumerate(
            zip(_cycled(self._heard, heard), _cycled(self._said, said), strict=True)
        ):
            if (wait := start + place / rate - time.monotonic()) > 0:
                await asyncio.sleep(wait)
            client.write(mine[2])
            server.write(theirs[2])
            to_client, to_server = self._expected[index]
            self._expected[index] = (to_client + 1, to_server + 1)
            self.sent[mine[1]] += 1
            self.sent[theirs[1]] += 1

    def _missing(self, indexes: Sequence[int]) -> int:
        """Events of these sessions that are still on their way."""
        return sum(
            sum(self._expected[index]) - self.clients[index].received - self._servers.legs[index].received
            for index in indexes
        )


async def called(index: int, port: int, most: int, said: Script) -> ClientLeg:
    """The client's end of one session, once it has had its 101 and the server's first events."""
    arguments = EndpointArguments(
        load=Load(most, 1.0),
        size=0,
        traffic="",
        events=0,
        board=Path(),
        entries=0,
        port=port,
        key=KEY,
        deflate=False,
        certificate=None,
        authority=None,
    )
    leg = ClientLeg(index, arguments, said)
    await asyncio.get_running_loop().create_connection(lambda: leg, "127.0.0.1", port)
    await asyncio.wait_for(leg.ready, _OPENS_SECONDS)
    return leg


def _cycled(script: Script, numbers: range) -> list[tuple[str, str, bytes]]:
    return [script.events[number % len(script.events)] for number in numbers]
