"""One text at a time, written off the loop, shared by those who wait, and as old as the question at most."""

import asyncio
import gzip
import threading
from collections.abc import AsyncIterator, Iterable

import pytest
from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics

from support.waiting import eventually, within
from voicetap.web.exposition import Answer, Exposition, wants_gzip

OPENMETRICS = "application/openmetrics-text; version=1.0.0"
PROMETHEUS_2 = (
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
)
PROMETHEUS_3 = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
    "text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)


class Slow:
    """A collector whose scrapes go on until they are let go, and that remembers how many there were."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.now = self.most = 0
        self.go = threading.Semaphore(0)
        self.fails = False

    def collect(self) -> Iterable[Metric]:
        self.now += 1
        self.most = max(self.most, self.now)
        self.begun.append(threading.current_thread().name)
        count = len(self.begun)
        assert self.go.acquire(timeout=5)
        self.now -= 1
        if self.fails:
            raise RuntimeError("no figures")
        yield GaugeMetricFamily("scrapes", "Scrapes begun.", value=count)

    def describe(self) -> Iterable[Metric]:
        return ()


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
async def exposition(registry: CollectorRegistry) -> AsyncIterator[Exposition]:
    exposition = Exposition(registry)
    yield exposition
    exposition.close()


@pytest.fixture
def slow(registry: CollectorRegistry) -> Slow:
    slow = Slow()
    registry.register(slow)
    return slow


def ask(exposition: Exposition, accept: str = "", accept_encoding: str = "") -> asyncio.Task[Answer]:
    return asyncio.create_task(exposition.answer(accept, accept_encoding))


def scrapes(answer: Answer) -> int:
    """Which scrape an answer came from."""
    line = next(line for line in answer.body.decode().splitlines() if line.startswith("scrapes "))
    return int(float(line.split()[1]))


async def test_the_event_loop_goes_on_meanwhile(exposition: Exposition, slow: Slow) -> None:
    asked = ask(exposition)
    await eventually(lambda: slow.begun)
    assert threading.current_thread().name not in slow.begun
    slow.go.release()
    assert scrapes(await within(asked)) == 1


async def test_many_who_wait_share_the_next_text(exposition: Exposition, slow: Slow) -> None:
    first = ask(exposition)
    await eventually(lambda: slow.begun)
    crowd = [ask(exposition) for _ in range(50)]
    await asyncio.sleep(0)
    slow.go.release(2)
    assert scrapes(await within(first)) == 1
    assert {scrapes(answer) for answer in await within(asyncio.gather(*crowd))} == {2}
    assert slow.most == 1


async def test_formats_and_codings_wait_for_each_other_too(exposition: Exposition, slow: Slow) -> None:
    asked = [
        ask(exposition, accept, coding) for accept in ("", OPENMETRICS) for coding in ("", "gzip") for _ in range(5)
    ]
    slow.go.release(4)
    answers = await within(asyncio.gather(*asked))
    assert (len(slow.begun), slow.most) == (4, 1)
    assert len(set(answers)) == 4


async def test_nobody_gets_figures_from_before_the_question(exposition: Exposition, slow: Slow) -> None:
    first = ask(exposition)
    await eventually(lambda: slow.begun)
    second = ask(exposition)
    slow.go.release()
    await within(first)
    slow.go.release()
    assert scrapes(await within(second)) == 2


async def test_who_goes_away_takes_nothing_from_the_others(exposition: Exposition, slow: Slow) -> None:
    gone, staying = ask(exposition), ask(exposition)
    await eventually(lambda: slow.begun)
    gone.cancel()
    slow.go.release()
    assert scrapes(await within(staying)) == 1
    assert gone.cancelled()


async def test_after_a_failure_the_next_text_is_written(exposition: Exposition, slow: Slow) -> None:
    slow.fails = True
    asked = [ask(exposition) for _ in range(2)]
    slow.go.release()
    results = await within(asyncio.gather(*asked, return_exceptions=True))
    assert {str(result) for result in results} == {"no figures"}
    slow.fails = False
    slow.go.release()
    assert scrapes(await within(ask(exposition))) == 2


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("", "text/plain; version=0.0.4; charset=utf-8"),
        ("*/*", "text/plain; version=0.0.4; charset=utf-8"),
        ("text/html, application/json", "text/plain; version=0.0.4; charset=utf-8"),
        ("application/openmetrics-text", "application/openmetrics-text; version=1.0.0; charset=utf-8"),
        (PROMETHEUS_2, "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores"),
        (PROMETHEUS_3, "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8"),
        ("application/openmetrics-text; version=0.0.1", "text/plain; version=0.0.4; charset=utf-8"),
        ("application/openmetrics-text; version=7.7.7", "text/plain; version=0.0.4; charset=utf-8"),
        ("application/openmetrics-text; version=<b>; q=x", "text/plain; version=0.0.4; charset=utf-8"),
        ("application/openmetrics-text; version=1.x", "text/plain; version=0.0.4; charset=utf-8"),
        (",;=,;;,", "text/plain; version=0.0.4; charset=utf-8"),
    ],
)
async def test_the_format_is_one_of_those_that_are_known(
    registry: CollectorRegistry, exposition: Exposition, accept: str, content_type: str
) -> None:
    Counter("calls", "Calls.", registry=registry).inc()
    answer = await within(ask(exposition, accept))
    assert answer.content_type == content_type
    openmetrics = content_type.startswith("application/openmetrics-text")
    assert answer.body == (generate_openmetrics if openmetrics else generate_latest)(registry)


async def test_gzipped_it_is_the_same_text(registry: CollectorRegistry, exposition: Exposition) -> None:
    Counter("calls", "Calls.", registry=registry).inc()
    plain, gzipped = await within(ask(exposition)), await within(ask(exposition, accept_encoding="gzip"))
    assert not plain.gzipped
    assert gzipped.gzipped
    assert gzip.decompress(gzipped.body) == plain.body


@pytest.mark.parametrize(
    ("accept_encoding", "wanted"),
    [
        ("gzip", True),
        ("GZIP", True),
        ("deflate, gzip;q=1.0, *;q=0.5", True),
        ("gzip ; q=0.001", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("br, gzip; q=0.000", False),
        ("xgzip", False),
        ("*", False),
    ],
)
def test_gzip_is_used_where_it_is_named(accept_encoding: str, wanted: bool) -> None:
    assert wants_gzip(accept_encoding) is wanted
