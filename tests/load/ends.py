"""Both ends of a relayed connection in one hand: a client's socket, and the server's that is dialled for it."""

import asyncio
from collections.abc import Mapping

from support.frames import MASK
from support.handshake import SWITCHING, fields_of, status_of, upgrade

NAME = b"x-load"
"""The field by which a server knows which call it has before it."""
PATIENCE = 20.0
"""Seconds that anything may take on a busy machine."""


class End:
    """One of them: it sends bytes, and counts those that come."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, mask: bytes | None) -> None:
        self.mask = mask
        """What a client masks its frames with."""
        self.sent = 0
        self.received = 0
        self.finished = False
        self._reader = reader
        self._writer = writer
        self._moved = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    def send(self, data: bytes) -> None:
        """All of it, now."""
        self.sent += len(data)
        self._writer.write(data)

    async def got(self, count: int) -> None:
        """Wait for so many bytes."""
        async with asyncio.timeout(PATIENCE):
            while self.received < count:
                self._moved.clear()
                await self._moved.wait()

    async def ended(self) -> None:
        """Wait for the other side's end."""
        async with asyncio.timeout(PATIENCE):
            await asyncio.shield(self._reading)

    async def close(self) -> None:
        """Both directions."""
        self._writer.close()
        await self.ended()
        try:
            await self._writer.wait_closed()
        except ConnectionError:
            pass

    def finish(self) -> None:
        """A FIN, after all that was sent; what still comes is still counted."""
        if not self.finished:
            self.finished = True
            self._writer.write_eof()

    async def _read(self) -> None:
        try:
            while data := await self._reader.read(1 << 16):
                self.received += len(data)
                self._moved.set()
        except ConnectionError:
            pass


class Upstream:
    """A server that answers each upgrade as the script has it for that name: by a 101, or with other bytes."""

    def __init__(self) -> None:
        self.requests = 0
        """Of plain HTTP."""
        self._answers: dict[bytes, bytes] = {}
        self._arrived: dict[bytes, asyncio.Future[End]] = {}
        self._server: asyncio.Server | None = None
        self._port = 0

    @property
    def url(self) -> str:
        """Of this server."""
        return f"http://127.0.0.1:{self._port}"

    async def listen(self) -> None:
        """Accept connections, on the same port as before."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port, limit=1 << 16)
        self._port = self._server.sockets[0].getsockname()[1]

    def deafen(self) -> None:
        """Accept no more; what is connected stays."""
        assert self._server is not None
        self._server.close()

    def expect(self, name: bytes, answer: bytes = SWITCHING) -> "asyncio.Future[End]":
        """Whoever comes under this name gets `answer`, or nothing; the server's end of it, once there is one."""
        self._answers[name] = answer
        return self._arrived.setdefault(name, asyncio.get_running_loop().create_future())

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        fields = {key.lower(): value for key, value in fields_of(head)}
        name = fields[NAME]
        answer = self._answers[name]
        await reader.readexactly(int(fields.get(b"content-length", b"0")))
        writer.write(answer)
        if answer and status_of(answer) == 101:
            self._arrived[name].set_result(End(reader, writer, None))
            return
        if not answer:
            # It never answers, however long somebody waits.
            await reader.read()
        writer.close()


async def ask(address: str, target: str, name: str) -> int:
    """An upgrade request to `host:port` that is to be refused: the status of the answer."""
    status, client = await connect(address, target, name)
    await client.close()
    return status


async def connect(address: str, target: str, name: str) -> tuple[int, End]:
    """An upgrade request to `host:port`: the status of its answer, and the client's end."""
    reader, writer = await asyncio.open_connection(*address.split(":"))
    writer.write(upgrade(target.encode(), (NAME, name.encode())))
    status = status_of(await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE))
    return status, End(reader, writer, MASK)


def answer(status: int, fields: Mapping[str, str] = {}, body: str = "") -> bytes:
    """A plain answer of a server."""
    lines = [f"HTTP/1.1 {status} Scripted", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "Connection: close", "", body]).encode()
