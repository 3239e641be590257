"""All connections of a process: sinks of their own, one clock, and none left behind."""

import asyncio
import logging

import pytest

from support.frames import TEXT, frame
from support.observing import Listener
from voicetap.chunks import Chunk, Ending, Handshake, HttpExchange, Side, UpgradeRequest
from voicetap.facts import (
    Connection,
    ContentSeen,
    EventReceived,
    HttpAnswered,
    SessionStarted,
    SessionStartFailed,
    UsageReported,
)
from voicetap.observe import ConversationObserver
from voicetap.observe import observer as observers
from voicetap.prices import Price, PriceTable


class Process:
    """An observer and everybody who hears of it."""

    def __init__(self, prices: PriceTable | None = None, *, content: bool = False) -> None:
        self.listeners: list[Listener] = []
        self.process_listener = Listener()
        self.lags: list[float] = []
        self.observer = ConversationObserver(
            asyncio.get_running_loop(),
            sinks=self._sinks,
            process_sink=self.process_listener,
            lagged=self.lags.append,
            sink_failed=lambda _: None,
            prices=prices,
            content=content,
        )

    def _sinks(self, connection: Connection) -> list[Listener]:
        self.listeners.append(Listener())
        return [self.listeners[-1]]


async def test_each_connection_has_its_own_sinks() -> None:
    process = Process()
    for at, name in ((1.0, "response.create"), (2.0, "response.cancel")):
        tap = process.observer.upgrade(UpgradeRequest("/v1/realtime", (), at))
        tap.answered(Handshake("101", (), 0.1, at))
        tap.chunk(Chunk(Side.CLIENT, frame(TEXT, b'{"type":"%b"}' % name.encode(), mask=b"abcd"), at))
    process.observer.finish()
    process.observer.tick(3.0)
    process.observer.tick(4.0)
    assert [
        [fact.type for fact in listener.facts if isinstance(fact, EventReceived)] for listener in process.listeners
    ] == [["response.create"], ["response.cancel"]]
    assert len(process.lags) == 1


@pytest.mark.parametrize(("prices", "cost"), [(PriceTable("", "", {"m": Price(output_text=2.0)}), 0.001), (None, None)])
async def test_every_connection_has_the_same_prices(prices: PriceTable | None, cost: float | None) -> None:
    process = Process(prices)
    usage = b'{"output_tokens":500,"output_token_details":{"text_tokens":500}}'
    done = b'{"type":"response.done","response":{"usage":%b}}' % usage
    for at in (1.0, 2.0):
        tap = process.observer.upgrade(UpgradeRequest("/v1/realtime?model=m", (), at))
        tap.answered(Handshake("101", (), 0.1, at))
        tap.chunk(Chunk(Side.SERVER, frame(TEXT, done), at))
    process.observer.finish()
    assert [
        [fact.cost_usd for fact in listener.facts if isinstance(fact, UsageReported)] for listener in process.listeners
    ] == [[cost], [cost]]


@pytest.mark.parametrize(("content", "said"), [(False, []), (True, ["Hello"])])
async def test_what_is_said_is_told_only_where_that_was_asked_for(content: bool, said: list[str]) -> None:
    process = Process(content=content)
    tap = process.observer.upgrade(UpgradeRequest("/v1/realtime", (), 1.0))
    tap.answered(Handshake("101", (), 0.1, 1.0))
    done = b'{"type":"response.output_text.done","response_id":"resp_1","item_id":"item_A","text":"Hello"}'
    tap.chunk(Chunk(Side.SERVER, frame(TEXT, done), 2.0))
    process.observer.finish()
    [listener] = process.listeners
    assert [fact.text for fact in listener.facts if isinstance(fact, ContentSeen)] == said


async def test_a_plain_request_belongs_to_no_connection() -> None:
    process = Process()
    process.observer.http(HttpExchange("/v1/realtime/calls", 201, 5.0))
    assert process.process_listener.facts == [HttpAnswered(5.0, "/v1/realtime/calls", 201)]
    assert process.listeners == []


async def test_time_passes_for_those_that_are_open_and_for_no_others() -> None:
    process = Process()
    for _ in range(2):
        tap = process.observer.upgrade(UpgradeRequest("/v1/realtime", (), 1.0))
        tap.answered(Handshake("101", (), 0.1, 1.0))
    tap.closed(Ending(Side.CLIENT, False, 2.0))
    process.observer.finish()
    open_one, ended = process.listeners
    heard = len(ended.facts)
    process.observer.tick(1000.0)
    process.observer.finish()
    assert [fact.outcome for fact in open_one.facts if isinstance(fact, SessionStartFailed)] == ["timeout"]
    assert len(ended.facts) == heard


async def test_the_clock_ticks_until_cancelled() -> None:
    process = Process()
    ticking = asyncio.create_task(process.observer.tick_for_ever())
    await asyncio.sleep(0)
    ticking.cancel()
    await asyncio.wait([ticking])
    assert ticking.cancelled()


async def test_time_does_not_overtake_what_was_relayed_before() -> None:
    process = Process()
    tap = process.observer.upgrade(UpgradeRequest("/v1/realtime", (), 1.0))
    tap.answered(Handshake("101", (), 0.1, 1.0))
    tap.chunk(Chunk(Side.SERVER, frame(TEXT, b'{"type":"session.created"}'), 2.0))
    process.observer.tick(1000.0)
    process.observer.finish()
    said = [fact for fact in process.listeners[0].facts if isinstance(fact, SessionStarted | SessionStartFailed)]
    assert said == [SessionStarted(2.0, None, None, 1.0)]


async def test_the_clock_goes_on_after_a_tick_that_failed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    process = Process()
    ticks: list[float] = []
    twice = asyncio.Event()

    def tick(now: float) -> None:
        ticks.append(now)
        if len(ticks) == 2:
            twice.set()
        raise RuntimeError("a fault")

    monkeypatch.setattr(observers, "TICK", 0.0)
    monkeypatch.setattr(process.observer, "tick", tick)
    with caplog.at_level(logging.CRITICAL + 1):
        ticking = asyncio.create_task(process.observer.tick_for_ever())
        await asyncio.wait([ticking, asyncio.create_task(twice.wait())], return_when=asyncio.FIRST_COMPLETED)
        assert not ticking.done()
        ticking.cancel()
        await asyncio.wait([ticking])
