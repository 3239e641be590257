"""Streams: how often, how they go on after a break, how they end, and what becomes of who does not read."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable
from random import Random
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from support.paged import Call, Message, Stream, get, listening, streaming, told
from support.waiting import eventually, within
from voicetap.signals.live import LiveView
from voicetap.web.page import Page
from voicetap.web.page.delivery import Delivery
from voicetap.web.page.encoder import Encoder
from voicetap.web.page.stream import KEEPALIVE_SECONDS, PIECE, STREAMS, Streams
from voicetap.web.page.ticks import Ticks
from voicetap.web.page.updates import NOTHING, Update, Updates


class ByHand:
    """A beat that the test gives."""

    def __init__(self) -> None:
        self.waiting: list[asyncio.Future[bool]] = []
        self.closed = False

    async def next(self) -> bool:
        if not self.closed:
            self.waiting.append(asyncio.get_running_loop().create_future())
            return await self.waiting[-1]
        return False

    async def tick(self) -> None:
        """Once somebody waits for it."""
        await eventually(lambda: self.waiting)
        self.let_go()

    def close(self) -> None:
        self.closed = True
        self.let_go(more=False)

    def let_go(self, *, more: bool = True) -> None:
        waiting, self.waiting = self.waiting, []
        for one in waiting:
            if not one.done():
                one.set_result(more)


class Served:
    """Streams of a view, at the test's pace and by its clock."""

    def __init__(self, send_seconds: float = 10.0) -> None:
        self.view = LiveView()
        self.ticks = ByHand()
        self.now = 0.0
        self.streams = Streams(
            Updates(self.view, "7abed12d", Encoder(), self.ticks),
            send_seconds=send_seconds,
            clock=lambda: self.now,
        )
        self._requests: list[web.Request] = []
        application = web.Application()
        Delivery(seconds=send_seconds).watch(application)
        application.add_routes([web.get("/api/stream", self._answer)])
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        self._tasks = 0
        self.port = 0

    async def start(self) -> "Served":
        await self._runner.setup()
        listener = socket.create_server(("127.0.0.1", 0))
        # Or the kernel takes megabytes for somebody who does not read.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        await web.SockSite(self._runner, listener).start()
        self.port = self._runner.addresses[0][1]
        self._tasks = len(asyncio.all_tasks())
        return self

    async def alone(self) -> None:
        """Wait until nothing is left of readers who have gone."""
        async with asyncio.timeout(5):
            while len(asyncio.all_tasks()) > self._tasks:
                self.ticks.let_go()
                await asyncio.sleep(0.002)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self._requests.append(request)
        return await self.streams.answer(request)

    def waiting_bytes(self) -> int:
        """In this process, for the reader who came last."""
        transport: Any = self._requests[-1].transport
        return int(transport.get_write_buffer_size())

    async def stop(self) -> None:
        self.ticks.close()
        await self._runner.cleanup()

    async def next(self, stream: Stream) -> Message | None:
        """What the next tick brings."""
        await self.ticks.tick()
        return await stream.next()


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    served = await Served().start()
    yield served
    await served.stop()


def reading(served: Served, query: str = "", **headers: str) -> Any:
    return streaming(served, query, **headers)  # type: ignore[arg-type]


async def test_first_all_there_is_then_what_changes(served: Served) -> None:
    call = Call(served.view)
    async with reading(served, f"?session={call.id}") as stream:
        assert stream.answer.headers["Content-Type"] == "text/event-stream"
        await served.ticks.tick()
        messages = [await stream.next() for _ in range(2)]
        assert [message.name for message in messages] == ["session", "sessions"]
        assert stream.retry == 1000
        call.started()
        await served.ticks.tick()
        session, sessions = [await stream.next() for _ in range(2)]
    assert session is not None
    assert sessions is not None
    assert (session.data["summary"]["state"], [event["type"] for event in session.data["events"]]) == (
        "live",
        ["session.created"],
    )
    assert sessions.id == f"7abed12d.{served.view.revision}"


async def test_a_stream_of_the_list_alone(served: Served) -> None:
    call = told(served.view)
    async with reading(served) as stream:
        message = await served.next(stream)
    assert message is not None
    assert (message.name, [summary["id"] for summary in message.data["sessions"]]) == ("sessions", [call.id])


async def test_however_much_happens_there_is_one_update_a_tick(served: Served) -> None:
    call = Call(served.view)
    call.started()
    async with reading(served, f"?session={call.id}") as stream:
        await served.ticks.tick()
        for _ in range(2):
            await stream.next()
        for number in range(50):
            call.turn(number)
            await asyncio.sleep(0)
        await served.ticks.tick()
        session, _ = [await stream.next() for _ in range(2)]
        assert session is not None
        assert [turn["turn"] for turn in session.data["turns"]] == list(range(1, 51))
        # A tick without a change brings nothing.
        await served.ticks.tick()
        await eventually(lambda: served.ticks.waiting)
        call.turn(50)
        message = await served.next(stream)
    assert message is not None
    assert message.data["turns"][-1]["turn"] == 51


async def test_four_updates_a_second_at_most() -> None:
    view = LiveView()
    call = Call(view)
    call.started()
    async with listening(view) as page, streaming(page, f"?session={call.id}") as stream:
        loop = asyncio.get_running_loop()
        begin, updates = loop.time(), 0
        while loop.time() - begin < 1.0:
            call.turn(updates)
            message = await stream.next()
            updates += message is not None and message.name == "sessions"
    assert 3 <= updates <= 5  # one at once, and one each quarter of a second after it


class Reader:
    """What a page does: it keeps the latest of each, and goes on from where it was."""

    def __init__(self, id: str) -> None:
        self.id = id
        self.last: str | None = None
        self.kept: dict[tuple[str, int], Any] = {}
        self.again: list[Any] = []

    async def read(self, served: Served, ticks: int, happen: Callable[[], None]) -> None:
        """Read for so many ticks, before each of which something happens, and go away."""
        headers = {"Last-Event-ID": self.last} if self.last else {}
        async with reading(served, f"?session={self.id}", **headers) as stream:
            for _ in range(ticks):
                happen()
                await served.ticks.tick()
                while True:
                    message = await stream.next()
                    assert message is not None
                    self.take(message)
                    if message.id is not None:
                        break
            self.last = stream.last_id
        await served.alone()

    def take(self, message: Message) -> None:
        assert message.name != "reset"
        if message.name != "session":
            return
        for kind, key in (("spans", "id"), ("marks", "id"), ("turns", "turn"), ("events", "n")):
            for item in message.data[kind]:
                if self.kept.get((kind, item[key])) == item:
                    self.again.append(item)
                self.kept[kind, item[key]] = item


@pytest.mark.parametrize("seed", range(5))
async def test_after_breaks_nothing_is_lost_and_nothing_comes_twice(served: Served, seed: int) -> None:
    random, view = Random(seed), served.view
    call = Call(view)
    call.started()
    done = 0

    def happen() -> None:
        nonlocal done
        for _ in range(random.randrange(1, 4)):
            done += 1
            call.turn(done)

    reader = Reader(call.id)
    for _ in range(8):
        await reader.read(served, random.randrange(1, 4), happen)
        for _ in range(random.randrange(3)):
            happen()
    await reader.read(served, 1, happen)
    everything = Reader(call.id)
    served.ticks.waiting.clear()
    await everything.read(served, 1, lambda: None)
    assert reader.kept == everything.kept
    assert reader.again == []


async def test_a_browser_that_comes_back_says_where_it_was_and_not_its_address(served: Served) -> None:
    call = told(served.view)
    latest = f"7abed12d.{served.view.revision}"
    async with reading(served, f"?session={call.id}&since=7abed12d.1", **{"Last-Event-ID": latest}) as stream:
        await served.ticks.tick()
        await eventually(lambda: served.ticks.waiting)
        told(served.view, 2)
        message = await served.next(stream)
    assert message is not None
    assert [summary["id"] for summary in message.data["sessions"]] == ["5e55100000000002"]


@pytest.mark.parametrize("last", ["0badbeef.1", "7abed12d.999999", "nonsense", "7abed12d."])
async def test_what_somebody_has_of_another_run_is_worth_nothing(served: Served, last: str) -> None:
    call = told(served.view)
    async with reading(served, f"?session={call.id}&since={last}") as stream:
        message = await stream.next()
        assert message == Message(
            "reset",
            {"epoch": "7abed12d", "revision": served.view.revision},
            f"7abed12d.{served.view.revision}",
        )
        await served.ticks.tick()  # brings nothing: all the rest is asked for elsewhere
        await eventually(lambda: served.ticks.waiting)
        told(served.view, 2)
        following = await served.next(stream)
    assert following is not None
    assert [summary["id"] for summary in following.data["sessions"]] == ["5e55100000000002"]


async def test_silence_is_broken_by_comments(served: Served) -> None:
    async with reading(served) as stream:
        assert await served.next(stream) is not None
        for _ in range(4):
            served.now += KEEPALIVE_SECONDS / 2
            await served.ticks.tick()
        await eventually(lambda: served.ticks.waiting)
        told(served.view)
        assert await served.next(stream) is not None
    assert stream.comments == 2


async def test_a_reader_that_has_gone_leaves_nothing_behind(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(STREAMS + 5):
        async with reading(served) as stream:
            assert await served.next(stream) is not None
        await served.alone()
    assert caplog.records == []


async def slow_reader(port: int, query: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Somebody who reads the head of the answer, and nothing after it."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.setblocking(False)
    await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", port))
    reader, writer = await asyncio.open_connection(sock=connection, limit=1024)
    writer.write(f"GET /api/stream{query} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
    assert await within(reader.readline()) == b"HTTP/1.1 200 OK\r\n"
    return reader, writer


async def get_all(view: LiveView, id: str) -> Update:
    """What a stream begins with."""
    return await Updates(view, "7abed12d", Encoder(), Ticks(asyncio.get_running_loop())).next(id, NOTHING)


async def rest(reader: asyncio.StreamReader) -> int:
    """Bytes that still come."""
    count = 0
    try:
        while data := await within(reader.read(65536)):
            count += len(data)
    except ConnectionResetError:
        pass
    return count


def long_call(view: LiveView) -> Call:
    """One of which all there is takes some 500 KB."""
    call = Call(view)
    call.started()
    for number in range(300):
        call.turn(number)
    return call


async def test_who_does_not_read_is_let_go_and_is_in_nobodys_way(caplog: pytest.LogCaptureFixture) -> None:
    served = await Served(send_seconds=0.2).start()
    try:
        call = long_call(served.view)
        size = len((await get_all(served.view, call.id)).data)
        with caplog.at_level(logging.INFO):
            reader, writer = await slow_reader(served.port, f"?session={call.id}")
            await served.ticks.tick()  # more than the kernel takes
            async with reading(served) as stream:
                assert await served.next(stream) is not None
            await asyncio.sleep(0.4)
            assert await rest(reader) < size // 2
            writer.close()
        assert caplog.records == []
    finally:
        await served.stop()


async def test_what_waits_for_one_reader_is_bounded(served: Served) -> None:
    """Handed on piece by piece: the next when the kernel has taken most of the one before."""
    call = long_call(served.view)
    size = len((await get_all(served.view, call.id)).data)
    _, writer = await slow_reader(served.port, f"?session={call.id}")
    await served.ticks.tick()
    await eventually(lambda: served.waiting_bytes() > PIECE)
    await asyncio.sleep(0.05)
    assert served.waiting_bytes() < 3 * PIECE < size
    writer.transport.abort()


async def test_there_are_only_so_many_streams() -> None:
    view = LiveView()
    async with listening(view) as page, aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        address = f"http://127.0.0.1:{page.port}/api/stream"
        answers = [await http.get(address) for _ in range(STREAMS)]
        assert {answer.status for answer in answers} == {200}
        full = await get(page, "/api/stream")
        assert (full.status, full.json) == (503, {"error": "there are 32 streams already; close a page"})
        # Everything else goes on, and so do streams once somebody has gone.
        assert (await get(page, "/api/sessions")).status == 200
        answers.pop().close()
        async with asyncio.timeout(5):
            while (answer := await http.get(address)).status != 200:
                await asyncio.sleep(0.05)
        answer.close()
        for answer in answers:
            answer.close()


async def test_streams_end_with_the_page_and_tell_of_the_last_change() -> None:
    view = LiveView()
    call = Call(view)
    page = Page(view)
    await page.start("127.0.0.1", 0)
    async with streaming(page, f"?session={call.id}") as stream:
        assert await stream.next() is not None
        assert await stream.next() is not None
        call.end()
        stopping = asyncio.create_task(page.stop())
        last = await stream.next()
        assert last is not None
        assert last.data["summary"]["state"] != "connecting"
        while await stream.next() is not None:
            pass
        await within(stopping, 2.0)


async def test_a_stream_has_no_head() -> None:
    async with (
        listening(LiveView()) as page,
        aiohttp.ClientSession() as http,
        http.head(f"http://127.0.0.1:{page.port}/api/stream") as answer,
    ):
        assert answer.status == 405
