"""`voicetap simulate` as a process, and the same server within a test."""

import asyncio
import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import aiohttp
import pytest
import trustme

from support.certificates import client_context
from support.processes import simulate
from support.waiting import eventually, within
from voicetap.cli import main
from voicetap.config import Address
from voicetap.simulator import DEFAULT, SCENARIOS, serving
from voicetap.simulator.process import BAD_CONFIGURATION, CANNOT_START
from voicetap.simulator.tally import tally


class Done(NamedTuple):
    returncode: object
    stdout: str
    stderr: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """The command in this process, for what ends before anything is served."""

    def run(*options: str) -> Done:
        try:
            status: object = main(["simulate", *options])
        except SystemExit as end:
            status = end.code
        return Done(status, *capsys.readouterr())

    return run


async def test_it_says_where_it_listens_logs_and_ends_cleanly(tmp_path: Path) -> None:
    """Over TLS; that it also goes without, a recording shows below."""
    authority, log = trustme.CA(), tmp_path / "server.jsonl"
    pair = authority.issue_cert("127.0.0.1")
    pair.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    pair.private_key_pem.write_to_path(tmp_path / "key.pem")
    tls = ("--tls-cert", str(tmp_path / "cert.pem"), "--tls-key", str(tmp_path / "key.pem"))
    with simulate("--log", str(log), "--scenario", "clean", "--seed", "3", *tls) as server:
        url = f"wss://{server.listen}/v1/realtime?model=gpt-realtime"
        async with (
            aiohttp.ClientSession() as http,
            http.ws_connect(url, ssl=client_context(authority)) as connection,
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


def test_a_port_that_is_taken(run: Callable[..., Done]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = run("--listen", address)
    assert (done.returncode, done.stdout) == (CANNOT_START, "")
    [line] = done.stderr.splitlines()
    assert line.startswith(f"voicetap simulate: --listen: {address}: ")


def test_a_log_that_cannot_be_written(run: Callable[..., Done], tmp_path: Path) -> None:
    done = run("--listen", "127.0.0.1:0", "--log", str(tmp_path))
    assert (done.returncode, done.stderr) == (CANNOT_START, f"voicetap simulate: --log: {tmp_path}: Is a directory\n")


def test_a_scenario_that_there_is_not(run: Callable[..., Done]) -> None:
    done = run("--scenario", "perfect")
    assert done.returncode == BAD_CONFIGURATION
    names = ", ".join(SCENARIOS)
    assert done.stderr == (
        f"voicetap simulate: --scenario: there is no perfect; there are {names} (--list says what each does)\n"
    )


def test_a_scenario_of_ones_own(run: Callable[..., Done], tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('about = "mine"\nstal_rate = 0.5\n')
    done = run("--scenario", str(file))
    assert done.returncode == BAD_CONFIGURATION
    assert done.stderr == f"voicetap simulate: --scenario: {file}: stal_rate: there is no such key\n"


def test_the_list_of_scenarios(run: Callable[..., Done]) -> None:
    done = run("--list")
    assert done.returncode == 0
    assert [line.split(maxsplit=1) for line in done.stdout.splitlines()] == [
        [name, scenario.about] for name, scenario in SCENARIOS.items()
    ]


def test_a_certificate_that_is_none(run: Callable[..., Done]) -> None:
    done = run("--listen", "127.0.0.1:0", "--tls-cert", __file__, "--tls-key", __file__)
    assert (done.returncode, done.stdout) == (CANNOT_START, "")
    assert done.stderr.startswith(f"voicetap simulate: --tls-cert, --tls-key: {__file__}: ")


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Ten minutes of silence; then it waits for the client."""
    header = {"voicetap_recording": 1, "switched_at_ms": 0}
    created = {"at_ms": 600_000, "from": "server", "event": {"type": "session.created"}}
    waits = {"at_ms": 600_000, "from": "client", "event": {"type": "response.create"}}
    file = tmp_path / "call.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in (header, created, waits, created)))
    return file


async def test_a_recording_is_played_back_as_fast_as_it_is_told(recording: Path) -> None:
    with simulate("--recording", str(recording), "--pace", "10000") as server:
        async with (
            aiohttp.ClientSession() as http,
            http.ws_connect(f"http://{server.listen}/v1/realtime") as connection,
        ):
            assert await within(connection.receive_json()) == {"type": "session.created"}


@pytest.mark.slow
async def test_what_a_recording_waits_for_is_told_on_standard_error(recording: Path) -> None:
    """After three seconds; test_server_faults has them shorter, in the log."""
    with simulate("--recording", str(recording), "--pace", "10000") as server:
        async with aiohttp.ClientSession() as http, http.ws_connect(f"http://{server.listen}/v1/realtime"):
            await eventually(server.log)
        told = server.log()
    assert told == ("voicetap simulate: call_1: waits for response.create (message 2 of the recording)\n")


def test_a_file_that_is_no_recording(run: Callable[..., Done], tmp_path: Path) -> None:
    file = tmp_path / "call.jsonl"
    file.write_text("{}\n")
    done = run("--recording", str(file))
    assert done.returncode == BAD_CONFIGURATION
    assert done.stderr.startswith(f"voicetap simulate: --recording: {file}:1: ")


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--recording", __file__, "--scenario", "clean"], "--scenario and --recording cannot be given together"),
        (["--pace", "2"], "--pace needs --recording"),
        (["--recording", __file__, "--pace", "0"], "--pace: Input should be greater than 0"),
        (["--tls-cert", __file__], "--tls-cert and --tls-key must be given together"),
    ],
)
def test_options_that_do_not_go_together(run: Callable[..., Done], options: list[str], problem: str) -> None:
    done = run(*options)
    assert (done.returncode, done.stderr) == (BAD_CONFIGURATION, f"voicetap simulate: {problem}\n")
