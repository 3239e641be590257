"""The admin port answers Prometheus and the kubelet, and nobody else."""

import asyncio
import gzip
import logging
import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest
from prometheus_client import CollectorRegistry, Counter
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from support.waiting import eventually, within
from voicetap.web.admin import Admin


class State:
    reason: str | None = None


@pytest.fixture
async def state() -> State:
    return State()


@pytest.fixture
async def admin(state: State) -> AsyncIterator[Admin]:
    registry = CollectorRegistry()
    Counter("voicetap_things", "Things.", registry=registry).inc(3)
    admin = Admin(registry, lambda: state.reason)
    await admin.start("127.0.0.1", 0)
    yield admin
    await admin.stop()


async def get(admin: Admin, path: str, **headers: str) -> tuple[int, str, str]:
    async with (
        aiohttp.ClientSession() as client,
        client.get(f"http://127.0.0.1:{admin.port}{path}", headers=headers) as answer,
    ):
        return answer.status, answer.headers["Content-Type"], await answer.text()


async def test_metrics_in_prometheus_text_by_default(admin: Admin) -> None:
    status, content_type, text = await get(admin, "/metrics")
    assert (status, content_type.split(";")[0]) == (200, "text/plain")
    [family] = [family for family in parse_text(text) if family.name == "voicetap_things"]
    assert [sample.value for sample in family.samples if sample.name == "voicetap_things_total"] == [3]


async def test_metrics_as_openmetrics_when_asked_for(admin: Admin) -> None:
    status, content_type, text = await get(admin, "/metrics", Accept="application/openmetrics-text; version=1.0.0")
    assert (status, content_type.split(";")[0]) == (200, "application/openmetrics-text")
    assert text.endswith("# EOF\n")
    assert "voicetap_things" in [family.name for family in parse_openmetrics(text)]


@pytest.mark.parametrize("path", ["/livez", "/startupz", "/readyz"])
async def test_probes_answer_ok(admin: Admin, path: str) -> None:
    assert await get(admin, path) == (200, "text/plain; charset=utf-8", "ok\n")


async def test_readiness_alone_says_when_new_sessions_are_unwelcome(admin: Admin, state: State) -> None:
    state.reason = "draining"
    assert (await get(admin, "/readyz"))[::2] == (503, "draining\n")
    assert (await get(admin, "/livez"))[0] == 200


@pytest.mark.parametrize("path", ["/", "/api/sessions", "/shutdown"])
async def test_nothing_else_is_there(admin: Admin, path: str) -> None:
    assert (await get(admin, path))[0] == 404


async def test_nothing_can_be_posted(admin: Admin) -> None:
    async with (
        aiohttp.ClientSession() as client,
        client.post(f"http://127.0.0.1:{admin.port}/metrics") as answer,
    ):
        assert answer.status == 405


async def test_head_has_the_headers_alone(admin: Admin) -> None:
    async with (
        aiohttp.ClientSession() as client,
        client.head(f"http://127.0.0.1:{admin.port}/metrics", headers={"Accept-Encoding": "identity"}) as answer,
    ):
        assert (answer.status, await answer.read()) == (200, b"")
        length = int(answer.headers["Content-Length"])
    assert length == len((await get(admin, "/metrics"))[2])


async def test_gzip_for_whoever_asks_for_it(admin: Admin) -> None:
    async with aiohttp.ClientSession(auto_decompress=False) as client:
        url = f"http://127.0.0.1:{admin.port}/metrics"
        async with client.get(url, headers={"Accept-Encoding": "gzip"}) as answer:
            assert answer.headers["Content-Encoding"] == "gzip"
            assert answer.headers["Vary"] == "Accept, Accept-Encoding"
            gzipped = await answer.read()
        async with client.get(url, headers={"Accept-Encoding": "identity"}) as answer:
            assert "Content-Encoding" not in answer.headers
            assert gzip.decompress(gzipped) == await answer.read()


async def test_headers_that_are_there_twice_are_one_list(admin: Admin) -> None:
    async with (
        aiohttp.ClientSession(auto_decompress=False) as client,
        client.get(
            f"http://127.0.0.1:{admin.port}/metrics",
            headers=[
                ("Accept", "text/html"),
                ("Accept", "application/openmetrics-text; version=1.0.0"),
                ("Accept-Encoding", "br"),
                ("Accept-Encoding", "gzip"),
            ],
        ) as answer,
    ):
        assert answer.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
        assert answer.headers["Content-Encoding"] == "gzip"


LARGE = 8_000_000
"""Bytes: more than the kernel takes for somebody who does not read."""


@pytest.fixture
async def large(state: State) -> AsyncIterator[Admin]:
    """An admin port with a page that takes a while to send, and little patience."""
    registry = CollectorRegistry()
    things = Counter("voicetap_things", "Things.", ["name"], registry=registry)
    for number in range(100):
        things.labels(f"{number:04}" * (LARGE // 400))
    admin = Admin(registry, lambda: state.reason, send_seconds=0.2)
    await admin.start("127.0.0.1", 0)
    yield admin
    await admin.stop()


async def ask(admin: Admin) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A scraper that has asked, and reads no more than the start of the answer."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.setblocking(False)
    await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", admin.port))
    reader, writer = await asyncio.open_connection(sock=connection, limit=1024)
    writer.write(b"GET /metrics HTTP/1.1\r\nHost: voicetap\r\n\r\n")
    assert (await within(reader.readline())) == b"HTTP/1.1 200 OK\r\n"
    return reader, writer


async def test_a_scraper_that_stops_reading_is_cut_off_and_is_in_nobodys_way(
    large: Admin, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        stalled = [await ask(large) for _ in range(3)]
        assert (await within(get(large, "/metrics")))[0] == 200
        await asyncio.sleep(0.4)
        for reader, writer in stalled:
            assert await rest(reader) < LARGE
            writer.close()
    assert caplog.records == []


async def rest(reader: asyncio.StreamReader) -> int:
    """Bytes that still come."""
    count = 0
    try:
        while data := await within(reader.read(65536)):
            count += len(data)
    except ConnectionResetError:
        pass
    return count


async def test_a_scraper_that_goes_away_leaves_nothing_behind(large: Admin, caplog: pytest.LogCaptureFixture) -> None:
    tasks = len(asyncio.all_tasks())
    with caplog.at_level(logging.INFO):
        for _ in range(5):
            _, writer = await ask(large)
            writer.transport.abort()
        await eventually(lambda: len(asyncio.all_tasks()) == tasks)
        assert (await within(get(large, "/metrics")))[0] == 200
    assert caplog.records == []
