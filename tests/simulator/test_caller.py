"""The caller against the server; what it does is read from the server's log."""

import asyncio
import io
from collections import Counter
from dataclasses import replace

import aiohttp
import pytest
from aiohttp import web

from support.foreign_server import answering
from support.simulated import BRIEF
from support.waiting import within
from voicetap.config import Address
from voicetap.simulator import Scenario, serving
from voicetap.simulator import caller as caller_module
from voicetap.simulator.caller import Caller, Habits, Nonsense, Playback
from voicetap.simulator.tally import Tally, tally

LOOPBACK = Address("127.0.0.1", 0)
QUICK = replace(
    BRIEF, transcription_seconds=(0.0, 0.0), response_seconds=(0.0, 0.0), reply_ms=(600, 600), generation_speed=50.0
)
PATIENT = Habits(pace=10.0, append_ms=100, impatient_rate=0.0, interrupting_rate=0.0)
IMPATIENT = replace(PATIENT, impatient_rate=1.0, overshooting_rate=0.0)
LENGTHY = replace(QUICK, reply_ms=(2000, 2000), generation_speed=25.0)
"""Generated two and a half times as fast as the callers here can listen."""


async def call(habits: Habits, scenario: Scenario = QUICK, seconds: float = 0.2) -> tuple[Tally, Counter[str]]:
    """What the server logged of one call, and what the caller told of its own events."""
    log, told = io.StringIO(), Counter[str]()
    async with serving(LOOPBACK, scenario, log=log) as address:
        caller = Caller("test", habits, lambda sender, kind: told.update([kind]))
        await caller.call(f"ws://{address}/v1/realtime?model=gpt-realtime", "sk-test", seconds)
    return tally(log.getvalue().splitlines()), told


async def test_a_patient_caller_hears_every_answer_out() -> None:
    counted, told = await call(PATIENT)
    assert counted.closes == Counter({("client", 1000): 1})
    assert counted.transcriptions == Counter(completed=1)
    assert (counted.spoken_answers, counted.responses) == (1, Counter(completed=1))
    assert counted.truncations == Counter()
    assert counted.sent <= told


async def test_a_greeted_caller_is_spoken_to_first() -> None:
    counted, _ = await call(replace(PATIENT, greeted=True), seconds=0.1)
    assert counted.received["response.create"] == 1
    assert counted.spoken_answers == 1
    assert counted.transcriptions == Counter()


async def test_an_interrupting_caller_cuts_off_what_was_generated_long_before() -> None:
    counted, _ = await call(replace(IMPATIENT, impatient_rate=0.0, interrupting_rate=1.0), LENGTHY, seconds=4.0)
    assert counted.truncations["acknowledged"] > 0
    assert counted.responses["cancelled"] == 0


async def test_an_impatient_caller_cuts_answers_off() -> None:
    counted, _ = await call(IMPATIENT, LENGTHY, seconds=4.0)
    assert counted.truncations["acknowledged"] >= counted.responses["cancelled"] > 0
    assert counted.truncations["rejected"] == 0


@pytest.mark.parametrize("labelled", [False, True])
async def test_a_loose_clock_is_rejected(labelled: bool) -> None:
    counted, _ = await call(replace(IMPATIENT, overshooting_rate=1.0, labelled=labelled), LENGTHY, seconds=4.0)
    assert counted.truncations["rejected"] > 0
    assert counted.truncations["acknowledged"] == 0


async def test_it_does_not_wait_for_ever_for_what_never_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caller_module, "LAST_WORDS_SECONDS", 0.05)
    counted, _ = await call(PATIENT, replace(QUICK, missing_transcription_rate=1.0))
    assert counted.transcriptions == Counter(missing=1)
    assert counted.closes == Counter({("client", 1000): 1})


async def test_a_server_that_hangs_up() -> None:
    with pytest.raises(ConnectionError, match="the server hung up"):
        await call(PATIENT, replace(QUICK, session_seconds=0.1), seconds=5)


async def test_a_server_that_refuses() -> None:
    async def refuse(request: web.Request) -> web.StreamResponse:
        return web.Response(status=404)

    async with answering(refuse) as address:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await Caller("test", PATIENT, lambda sender, kind: None).call(f"ws://{address}", "sk-test", 1.0)


SECRET = "what somebody said"


@pytest.mark.parametrize(
    "frame",
    [
        b"\x81\x12" + SECRET.encode(),
        b"\x82\x02\x00\x01",
        b"\x81\x03[1]",
        b'\x81\x08{"a": 1}',
        b'\x81\x27{"type":"input_audio_buffer.committed"}',
        b"\x81\x02\xff\xfe",
        b"\xff\xff",
    ],
    ids=["text", "binary", "list", "without a type", "without an item", "not UTF-8", "no frame"],
)
async def test_a_server_that_sends_what_is_no_event(frame: bytes) -> None:
    async def chatter(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(protocols=("realtime",), timeout=0.1)
        await socket.prepare(request)
        assert request.transport is not None
        request.transport.write(frame)
        async for _ in socket:
            pass
        return socket

    async with answering(chatter) as address:
        with pytest.raises(Nonsense) as raised:
            await Caller("test", PATIENT, lambda sender, kind: None).call(f"ws://{address}", "sk-test", 1.0)
    assert SECRET not in str(raised.value)


async def test_a_server_that_hangs_is_not_waited_for_longer_than_a_stop_of_a_container_allows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert caller_module.HANG_UP_SECONDS <= 5
    monkeypatch.setattr(caller_module, "HANG_UP_SECONDS", 0.05)
    called = asyncio.Event()

    async def hang(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(protocols=("realtime",))
        await socket.prepare(request)
        await socket.receive()
        called.set()
        await asyncio.Event().wait()
        raise AssertionError

    async with answering(hang) as address:
        caller = Caller("test", PATIENT, lambda sender, kind: None)
        calling = asyncio.create_task(caller.call(f"ws://{address}", "sk-test", 60.0))
        await within(called.wait())
        calling.cancel()
        await within(asyncio.wait({calling}), 3)
        assert calling.cancelled()


def test_playback_is_real_time_over_what_has_come() -> None:
    playback = Playback("item_1", now=10.0)
    playback.received_ms = 500
    assert (playback.heard_ms(10.2), playback.left_ms(10.2)) == (200, 300)
    assert (playback.heard_ms(11.0), playback.left_ms(11.0)) == (500, 0)


async def test_a_caller_with_a_tool_gives_what_it_is_asked_for_and_hears_the_answer() -> None:
    counted, told = await call(replace(PATIENT, tools=True), replace(QUICK, tool_call_rate=1.0))
    assert told["response.function_call_arguments.done"] == counted.received["conversation.item.create"] == 1
    assert counted.received["response.create"] == 1
    assert (counted.spoken_answers, counted.responses) == (1, Counter(completed=2))


async def test_a_caller_that_is_not_to_interrupt_talks_while_the_model_talks() -> None:
    habits = replace(IMPATIENT, interruptible=False)
    counted, _ = await call(habits, LENGTHY, seconds=4.0)
    assert (counted.responses["cancelled"], counted.truncations) == (0, Counter())
    assert counted.responses["completed"] > 0
