"""Many scrapers while many sessions are live: one text is written at a time, and it stays small (O4)."""

import asyncio
import threading
from collections.abc import Iterable

import aiohttp
import pytest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from bench.scrape import MODELS, filled
from support.processes import serve, simulate
from support.scrape import Samples, scrape_until
from support.waiting import within
from voicetap.web.admin import Admin

SESSIONS = 200
SCRAPERS = 25
MOST_LINES = 1500
MOST_BYTES = 1024 * 1024
ACCEPTS = ("", "application/openmetrics-text; version=1.0.0")


class Guard(Collector):
    """Stands in a registry and takes its time, so that whoever else goes through it at the same time is seen."""

    def __init__(self) -> None:
        self.passed = self.now = self.most = 0

    def collect(self) -> Iterable[Metric]:
        self.now += 1
        self.passed += 1
        self.most = max(self.most, self.now)
        threading.Event().wait(0.02)
        self.now -= 1
        return ()


async def scraped(http: aiohttp.ClientSession, admin: str, accept: str) -> str:
    async with http.get(f"http://{admin}/metrics", headers={"Accept": accept}) as answer:
        assert answer.status == 200
        return await answer.text()


async def scraped_by_all(admin: str) -> list[str]:
    """What each of the scrapers gets, who come all at once."""
    async with aiohttp.ClientSession() as http:
        accepts = [ACCEPTS[number % len(ACCEPTS)] for number in range(SCRAPERS)]
        return await within(asyncio.gather(*(scraped(http, admin, accept) for accept in accepts)), 20)


def refuse_large(texts: Iterable[str]) -> None:
    for text in texts:
        assert text.count("\n") <= MOST_LINES
        assert len(text.encode()) <= MOST_BYTES


async def test_after_200_sessions_of_three_models_the_text_is_written_once_for_many() -> None:
    registry = filled(SESSIONS, exemplars=True)
    guard = Guard()
    registry.register(guard)
    admin = Admin(registry, lambda: None)
    await admin.start("127.0.0.1", 0)
    try:
        guard.passed = 0
        texts = await scraped_by_all(f"127.0.0.1:{admin.port}")
    finally:
        await admin.stop()
    refuse_large(texts)
    for model in MODELS:
        assert Samples(texts[0]).total("voicetap_sessions_active", model=model.decode()) > 60
    assert guard.most == 1
    # In each format, one for who came first, and at most one for each batch that came while another was written.
    assert 2 <= guard.passed < SCRAPERS / 2


@pytest.mark.slow
async def test_a_process_with_200_sessions_answers_all_scrapers() -> None:
    with simulate("--scenario", "clean") as server, serve(f"http://{server.listen}") as voicetap:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
            url = f"ws://{voicetap.listen}/v1/realtime?model=gpt-realtime"
            sockets = [await http.ws_connect(url) for _ in range(SESSIONS)]
            try:
                for socket in sockets:
                    await socket.send_json({"type": "response.create"})
                    await socket.receive()
                await scrape_until(
                    voicetap.admin,
                    lambda samples: samples.total("voicetap_sessions_active", model="gpt-realtime") == SESSIONS,
                )
                for _ in range(3):
                    texts = await scraped_by_all(voicetap.admin)
                    refuse_large(texts)
                assert Samples(texts[0]).total("voicetap_sessions_active", model="gpt-realtime") == SESSIONS
            finally:
                for socket in sockets:
                    await socket.close()
