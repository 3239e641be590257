"""Nothing waits for somebody who does not read."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from support.paged import listening
from support.waiting import eventually, within
from voicetap.signals.live import LiveView
from voicetap.web.page.delivery import Delivery

LARGE = 1_000_000
"""Bytes: more than the kernel takes, whose buffers are made small here."""


class Large:
    """An answer that is large, and how many of them are being sent."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._runner: web.AppRunner | None = None
        self.port = 0

    async def _answer(self, request: web.Request) -> web.Response:
        return web.Response(body=bytes(LARGE))

    async def start(self) -> None:
        application = web.Application()
        Delivery(seconds=self._seconds).watch(application)
        application.add_routes([web.get("/", self._answer)])
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        listener = socket.create_server(("127.0.0.1", 0))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        await web.SockSite(self._runner, listener).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def ask(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Somebody who reads the head of the answer, and nothing after it."""
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", self.port))
        reader, writer = await asyncio.open_connection(sock=connection, limit=1024)
        writer.write(b"GET / HTTP/1.1\r\nHost: voicetap\r\n\r\n")
        assert await within(reader.readline()) == b"HTTP/1.1 200 OK\r\n"
        return reader, writer


@pytest.fixture
async def patient() -> AsyncIterator[Large]:
    large = Large(60.0)
    await large.start()
    yield large
    await large.stop()


async def rest(reader: asyncio.StreamReader) -> int:
    """Bytes that still come."""
    count = 0
    try:
        while data := await within(reader.read(65536)):
            count += len(data)
    except ConnectionResetError:
        pass
    return count


async def test_who_reads_gets_it_all(patient: Large) -> None:
    async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{patient.port}/") as answer:
        assert await within(answer.read()) == bytes(LARGE)


async def test_who_does_not_read_is_cut_off(caplog: pytest.LogCaptureFixture) -> None:
    large = Large(0.1)
    await large.start()
    with caplog.at_level(logging.INFO):
        reader, writer = await large.ask()
        await asyncio.sleep(0.3)
        assert await rest(reader) < LARGE
        writer.close()
    assert caplog.records == []
    await large.stop()


async def test_who_goes_away_leaves_nothing_behind(patient: Large, caplog: pytest.LogCaptureFixture) -> None:
    tasks = len(asyncio.all_tasks())
    with caplog.at_level(logging.INFO):
        for _ in range(5):
            _, writer = await patient.ask()
            writer.transport.abort()
        await eventually(lambda: len(asyncio.all_tasks()) == tasks)
    assert caplog.records == []


async def test_the_end_does_not_wait_for_anybody(patient: Large) -> None:
    readers = [await patient.ask() for _ in range(3)]
    await within(patient.stop(), 2.0)
    for _, writer in readers:
        writer.transport.abort()


async def test_a_bug_within_a_stream_ends_it_and_puts_no_second_answer_into_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def bug(self: object, since: int = 0) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr(LiveView, "summaries", bug)
    async with listening(LiveView()) as page:
        reader, writer = await asyncio.open_connection("127.0.0.1", page.port)
        writer.write(f"GET /api/stream HTTP/1.1\r\nHost: 127.0.0.1:{page.port}\r\n\r\n".encode())
        received = b""
        try:
            while data := await within(reader.read(65536)):
                received += data
        except ConnectionResetError:
            pass
        writer.close()
    assert received.count(b"HTTP/1.1") == 1
    assert b"retry: 1000" in received
    assert [record.name for record in caplog.records] == ["voicetap.web.page.guard"]
