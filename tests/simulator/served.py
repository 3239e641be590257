"""The server on a real socket, in the process of the test, and its log."""

import io
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from aiohttp import ClientWebSocketResponse
from aiohttp.test_utils import TestClient, TestServer

from support.simulated import BRIEF, judged
from support.waiting import within
from voicetap.simulator.calls import Calls, ScenarioCalls
from voicetap.simulator.log import Log
from voicetap.simulator.server import Simulator
from voicetap.simulator.tally import Tally, tally

QUICK = replace(BRIEF, transcription_seconds=(0.01, 0.01), response_seconds=(0.02, 0.02), generation_speed=100.0)
PATH = "/v1/realtime?model=gpt-realtime"


class Served:
    """A server in this process, a client for it, and its log."""

    def __init__(self, client: TestClient[Any, Any], log: io.StringIO) -> None:
        self.client = client
        self._log = log

    def tally(self) -> Tally:
        return tally(self._log.getvalue().splitlines())

    def notes(self) -> list[str]:
        lines = map(json.loads, self._log.getvalue().splitlines())
        return [line["note"] for line in lines if "note" in line]

    def closes(self) -> list[dict[str, Any]]:
        lines = map(json.loads, self._log.getvalue().splitlines())
        return [line["close"] for line in lines if "close" in line]


async def next_event(socket: ClientWebSocketResponse) -> dict[str, Any]:
    return judged(await within(socket.receive_json()))


@asynccontextmanager
async def serving(calls: Calls) -> AsyncIterator[Served]:
    log = io.StringIO()
    simulator = Simulator(calls, Log(log, scenario="", seed=1))
    async with TestClient(TestServer(simulator.application())) as client:
        yield Served(client, log)


def by(**changes: Any) -> ScenarioCalls:
    return ScenarioCalls(replace(QUICK, **changes), 1, time.monotonic())
