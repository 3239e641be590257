"""Recordings played back through voicetap: what voicetap records of that tells of the same call.

All are played at once. The client sends what the recorded client sent, each message as long after the one before it as
it was, and when all that came before it is there.
"""

import asyncio
import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import WSMsgType

from support.processes import serve
from support.requires import REPOSITORY
from support.waiting import within
from voicetap.config import Address
from voicetap.simulator.calls import Answer, Asked
from voicetap.simulator.log import Log
from voicetap.simulator.playback import RecordingCalls
from voicetap.simulator.process import answering
from voicetap.simulator.protocol import Output, Peer
from voicetap.simulator.recorded import read_recorded
from voicetap.simulator.settings import STANDARD

pytestmark = pytest.mark.slow

PLACES = (REPOSITORY / "tests/end_to_end/sessions", REPOSITORY / "../shared/captures")
FILES = {path.stem: path for place in PLACES for path in sorted(place.glob("*.jsonl"))}
PACES = {"expired": 60.0}
"""Of recordings that nobody has the time for."""
NAMED = "agent-id"
"""A parameter of the query that recordings keep; it says which recording is to be played."""
LONGEST_SECONDS = 60.0
LATENCY_MS = 100.0
"""What a busy machine may add to a time that was recorded."""

COUNTED = (
    *("turns", "turns_opened_by", "responses", "response_reasons", "answers", "items", "transcription_failures"),
    *("truncations", "spoken_answers", "tool_calls", "mcp_calls", "tool_outcomes", "errors", "events"),
    *("tokens", "transcription_seconds", "cost_usd", "unpriced_models", "rate_limits", "generated_audio_seconds"),
    *("forgotten", "surprises"),
)
"""What a report counts, whenever it happened."""
COUNTED_BY_TIME = ("turn_outcomes", "interruptions", "overlaps", "dead_air", "fell_silent", "transcriptions")
"""What depends on when it happened, so that a recording without times does not know it."""

Line = dict[str, Any]
Report = dict[str, Any]


class Shelf:
    """Answers each call with the recording that its query names."""

    bytes_per_second: int | None = None
    pings = False
    sidebands = True
    defaults = STANDARD

    def __init__(self) -> None:
        self._calls = {number(name): RecordingCalls(read_recorded(path), pace(name)) for name, path in FILES.items()}

    def answer(self, number: int, now: float) -> Answer:
        return Answer()

    def open(self, number: int, asked: Asked, now: float) -> tuple[Peer, list[Output]]:
        return self._calls[asked.query[NAMED]].open(number, asked, now)


def number(name: str) -> str:
    """Some of the names look like credentials, which no recording keeps."""
    return f"n{list(FILES).index(name)}"


def pace(name: str) -> float:
    return PACES.get(name, 1.0)


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Report, Report]]:
    """Name -> the report of the recording, and of the one that was made of its playback."""
    directory = tmp_path_factory.mktemp("recordings")
    asyncio.run(play_all(directory))
    new = {asked_for(path): path for path in directory.iterdir()}
    assert new.keys() == FILES.keys()
    before, after = (replayed([paths[name] for name in FILES]) for paths in (FILES, new))
    return {name: (one, other) for name, one, other in zip(FILES, before, after, strict=True)}


def asked_for(path: Path) -> str:
    header = json.loads(path.read_text().splitlines()[0])
    return list(FILES)[int(str(header["target"]).partition(f"{NAMED}=n")[2])]


async def play_all(directory: Path) -> None:
    log = Log(None, scenario=None, seed=1)
    async with answering(Address("127.0.0.1", 0), Shelf(), log) as address:
        with serve(f"http://{address}", "--record", str(directory), "--content", "--record-audio") as proxy:
            await asyncio.gather(*(converse(f"http://{proxy.listen}", name) for name in FILES))


async def converse(origin: str, name: str) -> None:
    header, *lines = map(json.loads, FILES[name].read_text().splitlines())
    target = header.get("target") or "/v1/realtime?api-version="
    url = f"{origin}{target}&{NAMED}={number(name)}"
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(url, max_msg_size=1 << 26, autoping=False, autoclose=False) as socket,
    ):
        for before, line in pairwise([{"at_ms": None}, *lines]):
            if line["from"] == "client":
                if line["at_ms"] is not None and before["at_ms"] is not None:
                    await asyncio.sleep((line["at_ms"] - before["at_ms"]) / 1000 / pace(name))
                if "close" in line:
                    await socket.close(code=line["close"]["code"] or 1000, message=line["close"]["reason"].encode())
                    return
                await send(socket, line)
            elif "pong" not in line:
                message = await within(socket.receive(), LONGEST_SECONDS)
                while message.type is WSMsgType.PONG:
                    message = await within(socket.receive(), LONGEST_SECONDS)
                assert (message.type in (WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.PING)) == ("close" not in line)
                if message.type is WSMsgType.PING:
                    await socket.pong(message.data)


async def send(socket: aiohttp.ClientWebSocketResponse, line: Line) -> None:
    if "event" in line:
        await socket.send_str(json.dumps(filled(line["event"])))
    elif "text" in line:
        await socket.send_str(line["text"])
    elif "binary_bytes" in line:
        await socket.send_bytes(bytes(line["binary_bytes"]))
    elif "ping" in line:
        await socket.ping(bytes(line["ping"]))


def filled(value: Any) -> Any:
    if isinstance(value, list):
        return [filled(member) for member in value]
    if not isinstance(value, dict):
        return value
    if "elided_bytes" in value:
        whole, rest = divmod(value["elided_bytes"], 3)
        return "AAAA" * whole + ("", "AA==", "AAA=")[rest]
    if "elided_chars" in value:
        return "x" * value["elided_chars"]
    return {name: filled(member) for name, member in value.items()}


def replayed(paths: list[Path]) -> list[Report]:
    command = [sys.executable, "-m", "voicetap", "replay", "--json", "--content", *map(str, paths)]
    done = subprocess.run(command, check=True, capture_output=True, timeout=100)
    found: list[Report] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("name", FILES)
def test_the_counts_are_the_same(name: str, reports: dict[str, tuple[Report, Report]]) -> None:
    before, after = reports[name]
    timed = before["session"]["duration_ms"] is not None and name not in PACES
    keys = (*COUNTED, *COUNTED_BY_TIME) if timed else COUNTED
    assert {key: after[key] for key in keys} == {key: before[key] for key in keys}


@pytest.mark.parametrize("name", [name for name in FILES if name not in PACES])
def test_the_times_are_the_same(name: str, reports: dict[str, tuple[Report, Report]]) -> None:
    before, after = reports[name]
    for figure in ("turn_raw", "time_to_first_audio", "transcription", "tool_round_trip"):
        recorded = [ms for ms in before["latency_ms"][figure] if ms is not None]
        if recorded:
            assert after["latency_ms"][figure] == pytest.approx(recorded, abs=LATENCY_MS), figure
