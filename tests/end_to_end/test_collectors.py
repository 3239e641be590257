"""Calls go on whatever the collector of their traces does: reliability O1, O2, O3.

Each call has many short turns, so it makes many spans; what the client gets of it is compared to the last byte.
"""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext, suppress
from typing import Any

import pytest
import websockets
import websockets.sync.client

from support.collector import (
    Behaviour,
    Collector,
    Dripping,
    Echoing,
    GrpcCollector,
    Hanging,
    Pouring,
    Refusal,
    Resetting,
    collecting,
    collecting_grpc,
    refused_endpoint,
)
from support.kernel import resident_bytes
from support.processes import Process, serve
from support.scrape import scrape, scrape_until

pytestmark = pytest.mark.slow

TURNS = 60
QUEUE = 64
"""Spans that may wait: less than a call has."""
EXIT_SECONDS = 5.0

DROPPED = "voicetap_telemetry_dropped_total"
LINE = "did not reach the collector"


def response(number: int) -> list[str]:
    """What a server says to one `response.create`."""
    of = {"id": f"resp_{number}", "object": "realtime.response", "conversation_id": "conv_1", "output": []}
    usage = {"total_tokens": 3, "input_tokens": 1, "output_tokens": 2}
    return [
        json.dumps({"type": "response.created", "response": {**of, "status": "in_progress"}}),
        json.dumps({"type": "response.done", "response": {**of, "status": "completed", "usage": usage}}),
    ]


@pytest.fixture
async def upstream() -> AsyncIterator[str]:
    """A server that answers each message with a whole response; its URL."""
    session = {"id": "sess_1", "object": "realtime.session", "type": "realtime", "model": "gpt-realtime"}

    async def answer(connection: websockets.ServerConnection) -> None:
        await connection.send(json.dumps({"type": "session.created", "session": session}))
        number = 0
        async for _ in connection:
            for event in response(number):
                await connection.send(event)
            number += 1

    async with websockets.serve(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"


class Caller:
    """One connection through the proxy."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self._socket = socket
        self._turns = 0
        self.seconds: list[float] = []
        """From each question to the end of its answer."""

    async def turns(self, count: int) -> None:
        """So many, each answered as the server did."""
        for _ in range(count):
            began = time.monotonic()
            await self._socket.send('{"type":"response.create"}')
            assert [await self._socket.recv(), await self._socket.recv()] == response(self._turns)
            self.seconds.append(time.monotonic() - began)
            self._turns += 1


def connect(proxy: Process) -> websockets.connect:
    return websockets.connect(f"ws://{proxy.listen}/v1/realtime?model=gpt-realtime", proxy=None)


async def call(proxy: Process, turns: int = TURNS) -> Caller:
    """A whole one."""
    async with connect(proxy) as socket:
        assert json.loads(await socket.recv())["type"] == "session.created"
        caller = Caller(socket)
        await caller.turns(turns)
    return caller


async def calls(proxy: Process, seconds: float) -> list[float]:
    """One after the other; how long each turn took."""
    waits: list[float] = []
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        waits += (await call(proxy, turns=100)).seconds
    return waits


def traced(endpoint: str, **variables: str) -> dict[str, str]:
    """The environment."""
    return {
        "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
        "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer%20canary",
        "OTEL_BSP_SCHEDULE_DELAY": "100",
        "OTEL_BSP_MAX_QUEUE_SIZE": str(QUEUE),
        **variables,
    }


async def dropped_at_least(proxy: Process, count: int, seconds: float = 15.0) -> int:
    """Spans that voicetap says it lost, once they are so many."""
    samples = await scrape_until(proxy.admin, lambda found: found.total(DROPPED, signal="traces") >= count, seconds)
    return int(samples.total(DROPPED, signal="traces"))


async def exit_seconds(proxy: Process) -> float:
    """From SIGTERM to the exit, which must be a clean one."""
    began = time.monotonic()
    proxy.signal()
    assert await asyncio.to_thread(proxy.wait) == 0
    return time.monotonic() - began


def lines(proxy: Process) -> list[dict[str, Any]]:
    """What voicetap says of lost spans; no other line is about telemetry."""
    log = proxy.log().rpartition("\n")[0]  # it may be writing
    assert "canary" not in log
    records = [json.loads(line) for line in log.splitlines()]
    assert not [line for line in records if line["logger"].startswith(("opentelemetry", "urllib3", "requests", "grpc"))]
    return [line for line in records if LINE in line["message"]]


@pytest.mark.parametrize("collectors", [collecting, collecting_grpc], ids=["http/protobuf", "grpc"])
async def test_every_span_arrives_and_none_is_counted_as_lost(
    upstream: str, collectors: Callable[[], AbstractContextManager[Collector | GrpcCollector]], request: Any
) -> None:
    protocol = request.node.callspec.id
    with collectors() as collector:
        environment = traced(collector.endpoint, OTEL_EXPORTER_OTLP_PROTOCOL=protocol, OTEL_BSP_MAX_QUEUE_SIZE="2048")
        with serve(upstream, env=environment) as proxy:
            await call(proxy)
            await exit_seconds(proxy)
            assert lines(proxy) == []
    names = [span.name.split()[0] for span in collector.spans]
    assert (names.count("invoke_agent"), names.count("chat")) == (TURNS, TURNS)
    assert collector.resource["service.name"] == "voicetap"


async def test_every_span_of_a_call_is_counted_when_no_batch_is_taken(upstream: str) -> None:
    """As many as arrive where they are taken."""
    with collecting() as good, serve(upstream, env=traced(good.endpoint, OTEL_BSP_MAX_QUEUE_SIZE="2048")) as proxy:
        await call(proxy)
        await exit_seconds(proxy)
    with collecting(Refusal(429, {"Retry-After": "3600"})) as bad, serve(upstream, env=traced(bad.endpoint)) as proxy:
        await call(proxy)
        assert await dropped_at_least(proxy, len(good.spans)) == len(good.spans)
        assert len(lines(proxy)) == 1


COLLECTORS = [
    pytest.param(None, id="nobody there"),
    pytest.param(Hanging(), id="hangs"),
    pytest.param(Dripping(), id="1 B/s"),
    pytest.param(Refusal(500), id="500"),
    pytest.param(Refusal(429, {"Retry-After": "3600"}), id="429"),
    pytest.param(Refusal(503, {"Retry-After": "2"}), id="503 again and again"),
    pytest.param(Refusal(307, {"Location": "/v1/traces"}), id="redirects to itself"),
    pytest.param(Echoing(), id="echoes the key"),
    pytest.param(Resetting(), id="resets"),
    pytest.param(Pouring(500), id="500 and 100 MB"),
    pytest.param(Dripping(b"HTTP/1.1 503 Busy\r\nContent-Length: 9\r\n\r\n"), id="503 and 1 B/s"),
]


def behaving(behaviour: Behaviour | None) -> AbstractContextManager[Collector | None]:
    return nullcontext() if behaviour is None else collecting(behaviour)


@pytest.mark.parametrize("behaviour", COLLECTORS)
async def test_calls_go_on_and_losses_are_counted_and_the_exit_is_quick(
    upstream: str, behaviour: Behaviour | None
) -> None:
    with behaving(behaviour) as collector:
        environment = traced(collector.endpoint if collector else refused_endpoint())
        with serve(upstream, "--drain-timeout", "0.1", env=environment) as proxy:
            before = await call(proxy)
            await call(proxy)
            assert await dropped_at_least(proxy, 1) > 0
            async with connect(proxy) as during:
                await during.recv()
                await Caller(during).turns(1)
                seconds = await exit_seconds(proxy)
            assert len(lines(proxy)) in (1, 2)  # of a minute; and the last words
    assert seconds < EXIT_SECONDS
    assert max(before.seconds) < 1.0


def wall() -> tuple[int, int]:
    """A pipe that nobody reads, and that is full; its two ends."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with suppress(BlockingIOError):
        while True:
            os.write(writer, bytes(4096))
    os.set_blocking(writer, True)
    return reader, writer


def stuck_scraper(admin: str) -> socket.socket:
    """It asks again and again, and reads nothing."""
    host, _, port = admin.rpartition(":")
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect((host, int(port)))
    connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: voicetap\r\n\r\n" * 200)
    return connection


@pytest.mark.parametrize("scrapers", [0, 20])
def test_the_exit_is_quick_when_nothing_is_taken_by_anybody(scrapers: int) -> None:
    """Neither spans, metrics, scrapes nor log lines; each of them has a time of its own to give up."""
    reader, writer = wall()
    with collecting(Hanging()) as collector, ExitStack() as open_ones:
        serving = [
            sys.executable,
            "-m",
            "voicetap",
            "serve",
            "--upstream",
            refused_endpoint(),
            "--drain-timeout",
            "0.1",
        ]
        started = subprocess.Popen(
            [*serving, "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--page", "off"],
            stdout=subprocess.PIPE,
            stderr=writer,
            env={**traced(collector.endpoint), "OTEL_METRICS_EXPORTER": "otlp", "OTEL_METRIC_EXPORT_INTERVAL": "100"},
        )
        os.close(writer)
        process = open_ones.enter_context(started)
        open_ones.callback(process.kill)
        open_ones.callback(os.close, reader)
        assert process.stdout is not None
        listening = json.loads(process.stdout.readline())
        with pytest.raises(websockets.exceptions.InvalidStatus):
            websockets.sync.client.connect(f"ws://{listening['listen']}/v1/realtime", proxy=None)
        collector.await_requests(2)
        for _ in range(scrapers):
            open_ones.enter_context(stuck_scraper(listening["admin"]))
        began = time.monotonic()
        process.terminate()
        assert process.wait(30) == 0
        seconds = time.monotonic() - began
    assert {request.path for request in collector.requests} == {"/v1/traces", "/v1/metrics"}
    assert seconds < EXIT_SECONDS - 1.0


@pytest.mark.parametrize("compressed", [False, True], ids=["100 MB", "100 MB packed"])
async def test_what_a_collector_pours_out_is_not_taken_in(upstream: str, compressed: bool) -> None:
    with (
        collecting(Pouring(compressed=compressed)) as collector,
        serve(upstream, env=traced(collector.endpoint)) as proxy,
    ):
        await call(proxy)
        await asyncio.to_thread(collector.await_requests, 1)
        before = resident_bytes(proxy.pid)
        for _ in range(3):
            answered = len(collector.requests)
            await call(proxy)
            await asyncio.to_thread(collector.await_requests, answered + 1)
        assert resident_bytes(proxy.pid) - before < 16 * 2**20


@pytest.mark.timeout(240)
@pytest.mark.parametrize("behaviour", [None, Hanging(), Refusal(503)], ids=["nobody there", "hangs", "503"])
async def test_a_long_outage_has_a_line_a_minute_and_takes_no_memory(
    upstream: str, behaviour: Behaviour | None
) -> None:
    with behaving(behaviour) as collector:
        environment = traced(collector.endpoint if collector else refused_endpoint())
        with serve(upstream, env=environment) as proxy:
            await calls(proxy, 20)  # what a process first takes is more than spans
            before = resident_bytes(proxy.pid)
            waits = await calls(proxy, 60)
            grown = resident_bytes(proxy.pid) - before
            told = lines(proxy)
            dropped = int((await scrape(proxy.admin)).total(DROPPED, signal="traces"))
            seconds = await exit_seconds(proxy)
    p99 = sorted(waits)[len(waits) * 99 // 100] * 1000
    print(
        f"\n{dropped} spans lost, {len(told)} lines, {grown / 2**20:+.1f} MiB, exit {seconds:.2f} s, p99 {p99:.1f} ms"
    )
    assert max(waits) < 1.0
    assert len(told) in (1, 2)
    assert grown < 4 * 2**20
    assert seconds < EXIT_SECONDS


def long_answer(number: int) -> list[str]:
    """What a server says to one `response.create`: as much as a span takes of it."""
    item = {"id": f"item_{number}", "type": "message", "role": "assistant", "status": "completed", "content": []}
    of = {"id": f"resp_{number}", "object": "realtime.response", "conversation_id": "conv_1", "output": [item]}
    said = {"item_id": item["id"], "response_id": of["id"], "output_index": 0, "content_index": 0, "text": "x" * 16_000}
    return [
        json.dumps({"type": "response.created", "response": {**of, "status": "in_progress"}}),
        json.dumps({"type": "response.output_text.done", **said}),
        json.dumps({"type": "response.done", "response": {**of, "status": "completed"}}),
    ]


@pytest.mark.timeout(240)
async def test_what_was_said_takes_no_more_memory_than_it_may() -> None:
    """The collector hangs, and so many spans may wait that they would be more than 100 MiB."""

    async def answer(connection: websockets.ServerConnection) -> None:
        number = 0
        async for _ in connection:
            for event in long_answer(number):
                await connection.send(event)
            number += 1

    async with websockets.serve(answer, "127.0.0.1", 0) as server:
        upstream = f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
        with collecting(Hanging()) as collector:
            environment = traced(collector.endpoint, OTEL_BSP_MAX_QUEUE_SIZE="20000", OTEL_BSP_SCHEDULE_DELAY="60000")
            with serve(upstream, "--content", env=environment) as proxy:

                async def turns(count: int) -> None:
                    async with connect(proxy) as caller:
                        for _ in range(count):
                            await caller.send('{"type":"response.create"}')
                            for _ in long_answer(0):
                                await caller.recv()

                await turns(100)
                before = resident_bytes(proxy.pid)
                for _ in range(40):
                    await turns(100)
                grown = resident_bytes(proxy.pid) - before
                dropped = int((await scrape(proxy.admin)).total(DROPPED, signal="traces"))
                seconds = await exit_seconds(proxy)
                told = lines(proxy)
    print(f"\n{dropped} spans lost, {grown / 2**20:+.1f} MiB, exit {seconds:.2f} s")
    assert dropped > 4000
    assert "queue full" in told[0]["message"]
    assert grown < 64 * 2**20
    assert seconds < EXIT_SECONDS
