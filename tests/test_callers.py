"""`voicetap call`: callers that call again and again, wait for a server that is not there, and hang up when told to."""

import asyncio
import io
import json
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web

from support.foreign_server import answering
from support.processes import simulate
from support.simulated import BRIEF
from support.waiting import eventually, within
from voicetap import callers
from voicetap.callers import BAD_CONFIGURATION, CALLERS, MADE_UP_KEY, rounds, run
from voicetap.config import Address, Call
from voicetap.simulator import serving
from voicetap.simulator.tally import Tally, tally

LOOPBACK = Address("127.0.0.1", 0)
QUICK = replace(
    BRIEF, transcription_seconds=(0.0, 0.0), response_seconds=(0.0, 0.0), reply_ms=(600, 600), generation_speed=50.0
)
SECRET = "sk-canary-0123456789"
GOING_ON = " the callers go on trying\n"
START_SECONDS = 20.0
"""Most of it is the import of the packages, on a busy machine."""


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short calls of people who speak fast, and no key that happens to be there."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setattr(callers, "CALLERS", tuple(replace(habits, pace=10.0) for habits in CALLERS))
    monkeypatch.setattr(callers, "CALL_SECONDS", (0.1, 0.2))
    monkeypatch.setattr(callers, "PAUSE_SECONDS", (0.01, 0.02))
    monkeypatch.setattr(callers, "STAGGER_SECONDS", 0.02)
    monkeypatch.setattr(callers, "RETRY_SECONDS", 0.02)


class Log(io.StringIO):
    """The server's."""

    def tally(self) -> Tally:
        return tally(self.getvalue().splitlines())


@asynccontextmanager
async def calling(url: str, key: str = MADE_UP_KEY, number: int = 2) -> AsyncIterator[None]:
    """Callers that call as long as the block lasts."""
    task = asyncio.create_task(rounds(Call(url=url, callers=number), key))
    try:
        yield
        assert not task.done()
    finally:
        task.cancel()
        await within(asyncio.wait({task}))


def test_there_is_a_caller_of_each_sort() -> None:
    """What a server can be asked for, some caller asks for; and some do not."""
    for habit in ("tools", "logprobs", "greeted", "labelled"):
        assert {getattr(habits, habit) for habits in CALLERS} == {True, False}, habit
    assert {habits.transcription_model for habits in CALLERS} == {"whisper-1", "gpt-4o-mini-transcribe"}


async def test_each_hangs_up_and_calls_again() -> None:
    log = Log()
    async with serving(LOOPBACK, QUICK, log=log) as address:
        async with calling(f"ws://{address}"):
            await eventually(lambda: log.tally().closes.total() >= 4, 20)
        await eventually(lambda: log.tally().closes.total() == log.tally().opened)
    counted = log.tally()
    assert set(counted.closes) == {("client", 1000)}
    assert counted.spoken_answers >= 2


async def test_after_its_seconds_it_is_over() -> None:
    log = Log()
    async with serving(LOOPBACK, QUICK, log=log) as address:
        await within(rounds(Call(url=f"ws://{address}", callers=8, seconds=0.5), MADE_UP_KEY), 15)
    assert log.tally().closes == {("client", 1000): log.tally().opened}
    assert log.tally().opened >= 8


async def test_of_a_server_that_is_not_there_it_complains_once_and_tries_again(
    unused_tcp_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    said: list[str] = []

    def complaints() -> int:
        said.extend(capsys.readouterr().err.splitlines())
        return len(said)

    log, address = Log(), Address("127.0.0.1", unused_tcp_port)
    async with calling(f"ws://{address}"):
        await eventually(lambda: complaints() == 1)
        async with serving(address, QUICK, log=log):
            await eventually(lambda: log.tally().closes["client", 1000] >= 2, 20)
            assert complaints() == 1
        await eventually(lambda: complaints() == 2)
    for line in said:
        assert line.startswith(f"voicetap call: ws://{address}: ")
        assert line.endswith("; the callers go on trying")


async def test_nonsense_is_told_and_the_callers_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    """One odd message must not end all callers; what it says may be private."""
    asked: list[str] = []

    async def chatter(request: web.Request) -> web.StreamResponse:
        asked.append(request.path_qs)
        socket = web.WebSocketResponse(protocols=("realtime",))
        await socket.prepare(request)
        await socket.send_str(SECRET)
        async for _ in socket:
            pass
        return socket

    async with answering(chatter) as address, calling(f"ws://{address}"):
        await eventually(lambda: len(asked) >= 4)
    told = capsys.readouterr().err
    assert told == f"voicetap call: ws://{address}: the server sends what is no event of the Realtime API;" + GOING_ON


async def test_a_refusal_is_told_by_its_status_without_the_query(capsys: pytest.CaptureFixture[str]) -> None:
    asked: list[str] = []

    async def refuse(request: web.Request) -> web.StreamResponse:
        asked.append(request.path_qs)
        return web.Response(status=401)

    async with answering(refuse) as address, calling(f"ws://{address}/openai/v1/realtime?api-key={SECRET}"):
        await eventually(lambda: len(asked) >= 4)
    assert set(asked) == {f"/openai/v1/realtime?api-key={SECRET}"}
    assert capsys.readouterr().err == f"voicetap call: ws://{address}: status 401;" + GOING_ON


async def test_a_bad_key_is_told_too(capsys: pytest.CaptureFixture[str]) -> None:
    """OpenAI answers 101 and hangs up."""
    log = Log()
    async with serving(LOOPBACK, QUICK, log=log) as address, calling(f"ws://{address}", "sk-bad"):
        await eventually(lambda: log.tally().closes["server", 3000] >= 3)
    said = capsys.readouterr().err
    assert said == f"voicetap call: ws://{address}: the server hung up;" + GOING_ON


def test_a_key_does_not_travel_readable(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    assert run(Call(url="ws://voicetap.example:8080")) == BAD_CONFIGURATION
    out, err = capsys.readouterr()
    [line] = err.splitlines()
    assert line.startswith("voicetap call: --url: without TLS, OPENAI_API_KEY would travel readable")
    assert SECRET not in out + err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_told_to_stop_it_hangs_up_and_ends_well(tmp_path: Path, number: signal.Signals) -> None:
    log = tmp_path / "server.jsonl"
    with simulate("--log", str(log)) as server:
        url = f"ws://{server.listen}/v1/realtime?model=gpt-realtime&api-key={SECRET}"
        command = (sys.executable, "-m", "voicetap", "call", "--callers", "2", "--url", url)
        process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE)
        try:
            assert process.stdout is not None
            line = await within(process.stdout.readline(), START_SECONDS)
            assert json.loads(line) == {"event": "calling", "url": f"ws://{server.listen}", "callers": 2}
            await eventually(lambda: tally(log.read_text().splitlines()).started == 2, START_SECONDS)
            process.send_signal(number)
            rest, errors = await within(process.communicate())
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        assert (process.returncode, rest, errors) == (0, b"", b"")
        assert tally(log.read_text().splitlines()).closes == {("client", 1000): 2}
