"""A way to a port of this machine that can be cut: what is open breaks off, and nothing new gets through."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

CHUNK = 65536


class Way:
    """Passes on what comes to a port of its own."""

    def __init__(self, port: int) -> None:
        """`port`: where to."""
        self._to = port
        self._open: set[asyncio.StreamWriter] = set()
        self._cut = False
        self.port = 0
        """Where from."""

    def cut(self) -> None:
        """As if a cable was pulled; connections are accepted, and end at once."""
        self._cut = True
        for writer in self._open:
            writer.transport.abort()

    def mend(self) -> None:
        """From now on it lets through again."""
        self._cut = False

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on one connection until it ends."""
        if self._cut:
            writer.transport.abort()
            return
        there, back = await asyncio.open_connection("127.0.0.1", self._to)
        self._open |= {writer, back}
        try:
            await asyncio.gather(_pass_on(reader, back), _pass_on(there, writer))
        except ConnectionError:
            pass
        finally:
            for end in (writer, back):
                self._open.discard(end)
                end.transport.abort()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(CHUNK):
        writer.write(data)
        await writer.drain()
    writer.close()


@asynccontextmanager
async def way_to(port: int) -> AsyncIterator[Way]:
    """A way that is there for a while."""
    way = Way(port)
    server = await asyncio.start_server(way.take, "127.0.0.1", 0)
    way.port = server.sockets[0].getsockname()[1]
    async with server:
        yield way
        way.cut()
