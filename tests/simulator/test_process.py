"""`voicetap simulate` as a process, and the same server within a test."""

import asyncio
import json
import socket
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest

from support.processes import simulate
from support.waiting import within
from voicetap.config import Address
from voicetap.simulator import DEFAULT, serving
from voicetap.simulator.process import BAD_CONFIGURATION, CANNOT_START
from voicetap.simulator.tally import tally


def run(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "voicetap", "simulate", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


async def test_it_says_where_it_listens_logs_and_ends_cleanly(tmp_path: Path) -> None:
    log = tmp_path / "server.jsonl"
    with simulate("--log", str(log), "--scenario", "clean", "--seed", "3") as server:
        async with (
            aiohttp.ClientSession() as http,
            http.ws_connect(f"http://{server.listen}/v1/realtime?model=gpt-realtime") as connection,
        ):
            assert (await within(connection.receive_json()))["type"] == "session.created"
            server.signal()
            message = await within(connection.receive())
            assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 1001)
        assert await asyncio.to_thread(server.wait) == 0
    lines = log.read_text().splitlines()
    header = json.loads(lines[0])
    assert (header["simulator_log"], header["scenario"], header["seed"]) == (1, "clean", 3)
    counted = tally(lines)
    assert (counted.started, dict(counted.closes)) == (1, {("server", 1001): 1})


async def test_within_a_test_it_serves_as_long_as_the_block(unused_tcp_port: int) -> None:
    address = Address("127.0.0.1", unused_tcp_port)
    async with serving(address, DEFAULT) as listening, aiohttp.ClientSession() as http:
        assert listening == address
        async with http.ws_connect(f"http://{listening}/v1/realtime?model=m") as connection:
            assert (await within(connection.receive_json()))["type"] == "session.created"
    with pytest.raises(ConnectionError):
        await asyncio.open_connection(*address)


def test_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = run("--listen", address)
    assert (done.returncode, done.stdout) == (CANNOT_START, "")
    [line] = done.stderr.splitlines()
    assert line.startswith(f"voicetap simulate: --listen: {address}: ")


def test_a_log_that_cannot_be_written(tmp_path: Path) -> None:
    done = run("--listen", "127.0.0.1:0", "--log", str(tmp_path))
    assert (done.returncode, done.stderr) == (CANNOT_START, f"voicetap simulate: --log: {tmp_path}: Is a directory\n")


def test_a_scenario_that_there_is_not() -> None:
    done = run("--scenario", "perfect")
    assert done.returncode == BAD_CONFIGURATION
    assert done.stderr == (
        "voicetap simulate: --scenario: there is no perfect;"
        " there are default, clean, troubled, eventful, untranscribed, outage\n"
    )
