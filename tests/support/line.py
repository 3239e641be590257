"""A call through voicetap with both of its ends in the hands of a test: what one says, the other has heard."""

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import websockets

from support.waiting import within

BYTES_PER_MS = 48
"""Of pcm16 at 24 kHz, the API's default."""


class Line:
    """One call. Each step returns once the other end has it, so that the order of events is the order of steps."""

    def __init__(self, client: websockets.ClientConnection, server: websockets.ServerConnection, pace: float) -> None:
        self._client = client
        self._server = server
        self._pace = pace

    async def client(self, type: str, **fields: Any) -> None:
        """An event of the client's."""
        await self._client.send(json.dumps({"type": type, **fields}))
        await within(self._server.recv())

    async def server(self, type: str, **fields: Any) -> None:
        """An event of the server's."""
        await self._server.send(json.dumps({"type": type, **fields}))
        await within(self._client.recv())

    async def wait(self, seconds: float) -> None:
        """Let time pass: so much of it where the pace is 1."""
        await asyncio.sleep(seconds / self._pace)

    async def microphone(self, seconds: float) -> None:
        """The client sends audio while time passes."""
        for _ in range(round(seconds * 10)):
            await self.wait(0.1)
            await self.client("input_audio_buffer.append", audio=sound(100))


def sound(milliseconds: float) -> str:
    """So much silence, as an event carries it."""
    return b64encode(bytes(round(milliseconds * BYTES_PER_MS))).decode()


class Server:
    """Accepts calls, and lets the test speak for it."""

    def __init__(self) -> None:
        self.calls: asyncio.Queue[websockets.ServerConnection] = asyncio.Queue()

    async def take(self, connection: websockets.ServerConnection) -> None:
        """For `websockets.serve`."""
        await self.calls.put(connection)
        await connection.wait_closed()


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[Server, str]]:
    """A server, and the URL that it has for `voicetap serve --upstream`."""
    server = Server()
    async with websockets.serve(server.take, "127.0.0.1", 0) as listener:
        yield server, f"http://127.0.0.1:{next(iter(listener.sockets)).getsockname()[1]}"


async def call(server: Server, url: str, script: Callable[[Line], Awaitable[None]], pace: float = 1.0) -> None:
    """Have the script played through the proxy at `url`, `pace` times as fast as it says; the client hangs up."""
    async with websockets.connect(url, proxy=None) as client:
        await script(Line(client, await within(server.calls.get()), pace))
