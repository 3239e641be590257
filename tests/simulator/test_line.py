"""The line on a real socket: whole, as a trickle, broken."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import WSMsgType, web

from support.waiting import within
from voicetap.simulator.line import TRICKLE_SECONDS, Line
from voicetap.simulator.protocol import Binary, HangUp, Ping, Send, Text

Use = Callable[[Line], Awaitable[None]]
Received = list[tuple[WSMsgType, object]]


@asynccontextmanager
async def served(use: Use, bytes_per_second: int | None = None) -> AsyncIterator[int]:
    """A server of which each line is used so, and then closed with 1000; its port."""

    async def serve(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await use(Line(socket, request, bytes_per_second))
        return socket

    application = web.Application()
    application.router.add_get("/", serve)
    runner = web.AppRunner(application)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


async def received(use: Use, bytes_per_second: int | None = None) -> Received:
    """What a client gets."""
    got: Received = []
    async with (
        served(use, bytes_per_second) as port,
        aiohttp.ClientSession() as http,
        http.ws_connect(f"ws://127.0.0.1:{port}/", autoping=False, autoclose=False) as socket,
    ):
        while not got or got[-1][0] in (WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.PING):
            message = await within(socket.receive())
            got.append((message.type, message.data))
    return got


MESSAGES = (
    (Send({"type": "a", "n": 1}), (WSMsgType.TEXT, '{"type":"a","n":1}')),
    (Text("{"), (WSMsgType.TEXT, "{")),
    (Binary(b"\0" * 200), (WSMsgType.BINARY, b"\0" * 200)),
    (Ping(b"ping"), (WSMsgType.PING, b"ping")),
    (Text("x" * 70_000), (WSMsgType.TEXT, "x" * 70_000)),
)


@pytest.mark.parametrize("bytes_per_second", [None, 10_000_000])
async def test_whatever_is_sent_arrives_as_it_was(bytes_per_second: int | None) -> None:
    async def use(line: Line) -> None:
        for message, _ in MESSAGES:
            await line.send(message)

    got = await received(use, bytes_per_second)
    assert got[:-1] == [expected for _, expected in MESSAGES]
    assert got[-1] == (WSMsgType.CLOSE, 1000)


async def test_a_trickle_takes_its_time() -> None:
    began = time.monotonic()
    got = await received(lambda line: line.send(Text("x" * 298)), 1000)
    assert got[0] == (WSMsgType.TEXT, "x" * 298)
    # 302 bytes, 100 at a time.
    assert time.monotonic() - began >= 4 * TRICKLE_SECONDS


async def test_a_trickle_ends_with_the_client() -> None:
    ended = asyncio.get_running_loop().create_future()

    async def use(line: Line) -> None:
        try:
            await line.send(Text("x" * 10_000))
        except ConnectionError as error:
            ended.set_result(error)

    async with served(use, bytes_per_second=10) as port:
        _, writer = await upgraded(port)
        writer.close()
        assert isinstance(await within(ended), ConnectionError)


async def test_a_close_without_a_code() -> None:
    async def use(line: Line) -> None:
        await line.shut()
        line.hang_up(HangUp(reset=False))

    # aiohttp says 1005 or 1000 of a frame without a code.
    [(kind, _)] = await received(use)
    assert kind is WSMsgType.CLOSE


@pytest.mark.parametrize("reset", [True, False])
async def test_it_breaks(reset: bool) -> None:
    async def use(line: Line) -> None:
        await line.send(Text("a"))
        await asyncio.sleep(0.05)
        line.hang_up(HangUp(reset))

    first, last = await received(use)
    assert first == (WSMsgType.TEXT, "a")
    assert last[0] in (WSMsgType.CLOSED, WSMsgType.ERROR)


@pytest.mark.parametrize("reset", [True, False])
async def test_a_reset_is_one(reset: bool) -> None:
    """On a plain socket the difference shows: an end is read as nothing more, a reset is an error."""

    async def use(line: Line) -> None:
        await asyncio.sleep(0.05)
        line.hang_up(HangUp(reset))

    async with served(use) as port:
        reader, writer = await upgraded(port)
        if reset:
            with pytest.raises(ConnectionResetError):
                await within(reader.read())
        else:
            assert await within(reader.read()) == b""
        writer.close()


async def upgraded(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A plain connection, after the 101."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    fields = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    writer.write(f"GET / HTTP/1.1\r\nHost: x\r\n{fields}{key}\r\n".encode())
    await within(reader.readuntil(b"\r\n\r\n"))
    return reader, writer
