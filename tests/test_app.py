"""One process from its first line to its exit status."""

import asyncio
import json
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import trustme
import websockets

from support.processes import Process, serve
from voicetap.app import BAD_FILE, FAILED


@pytest.fixture
async def upstream() -> AsyncIterator[str]:
    """A server that echoes; its URL."""

    async def echo(connection: websockets.ServerConnection) -> None:
        async for message in connection:
            await connection.send(message)

    async with websockets.serve(echo, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"


def call(proxy: Process) -> websockets.connect:
    return websockets.connect(f"ws://{proxy.listen}/v1/realtime?model=m", proxy=None)


async def ready(proxy: Process) -> int:
    async with aiohttp.ClientSession() as http, http.get(f"http://{proxy.admin}/readyz") as answer:
        return answer.status


async def turns(proxy: Process, status: int) -> None:
    """Wait until /readyz says so."""
    async with asyncio.timeout(5):
        while await ready(proxy) != status:
            await asyncio.sleep(0.01)


async def exit_status(proxy: Process, seconds: float) -> int:
    return await asyncio.to_thread(proxy.wait, seconds)


async def test_without_sessions_sigterm_ends_it_at_once(upstream: str) -> None:
    with serve(upstream) as proxy:
        assert await ready(proxy) == 200
        proxy.signal()
        assert await exit_status(proxy, 2) == 0


async def test_draining_lets_calls_go_on_and_begin_and_ends_with_the_last(upstream: str) -> None:
    with serve(upstream, "--drain-timeout", "60") as proxy:
        async with call(proxy) as before:
            await before.send("before")
            proxy.signal()
            await turns(proxy, 503)
            async with call(proxy) as during:
                await during.send("during")
                assert await during.recv() == "during"
            assert await before.recv() == "before"
        assert await exit_status(proxy, 2) == 0


async def test_draining_refuses_sessions_when_told_to(upstream: str) -> None:
    with serve(upstream, "--drain-timeout", "60", "--drain-refuse") as proxy:
        async with call(proxy) as before:
            proxy.signal()
            await turns(proxy, 503)
            with pytest.raises(websockets.InvalidStatus) as refusal:
                await call(proxy)
            assert refusal.value.response.status_code == 503
            await before.send("on")
            assert await before.recv() == "on"
        assert await exit_status(proxy, 2) == 0


async def test_at_the_limit_calls_are_cut(upstream: str) -> None:
    with serve(upstream, "--drain-timeout", "0.2") as proxy:
        async with call(proxy) as session:
            proxy.signal(signal.SIGINT)
            with pytest.raises(websockets.ConnectionClosedError):
                await session.recv()
        assert await exit_status(proxy, 2) == 0


async def test_a_second_signal_ends_it_at_once(upstream: str) -> None:
    with serve(upstream, "--drain-timeout", "60") as proxy:
        async with call(proxy) as session:
            proxy.signal()
            await turns(proxy, 503)
            proxy.signal()
            with pytest.raises(websockets.ConnectionClosedError):
                await session.recv()
        assert await exit_status(proxy, 2) == 0


def start(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "voicetap", "serve", "--upstream", "https://localhost", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=20)


def test_a_taken_port_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        ended = start("--listen", address, "--admin", "127.0.0.1:0")
    assert ended.returncode == FAILED
    assert ended.stdout == ""
    [line] = ended.stderr.splitlines()
    assert line.startswith(f"voicetap serve: --listen {address}: ")
    assert "in use" in line


@pytest.mark.parametrize("option", ["--tls-cert", "--upstream-ca"])
def test_an_unreadable_certificate_is_one_clear_line(tmp_path: Path, option: str) -> None:
    file = tmp_path / "not-a-certificate.pem"
    file.write_text("sk-canary")
    options = [option, str(file)] + (["--tls-key", str(file)] if option == "--tls-cert" else [])
    ended = start(*options, "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0")
    assert ended.returncode == FAILED
    [line] = ended.stderr.splitlines()
    assert line.startswith(f"voicetap serve: {option}")
    assert str(file) in line
    assert "canary" not in line


def test_a_bad_price_is_one_clear_line(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text("[models.mine]\ninput_text = 'cheap'\n")
    ended = start("--prices", str(file), "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0")
    assert ended.returncode == BAD_FILE
    [line] = ended.stderr.splitlines()
    assert line.startswith(f'voicetap serve: --prices: {file}: models."mine".input_text: must be ')


def test_the_first_line_says_where_it_listens(tmp_path: Path) -> None:
    with serve("http://127.0.0.1:1") as proxy:
        assert proxy.listening["event"] == "listening"
        for address in (proxy.listen, proxy.admin):
            host, port = address.split(":")
            assert host == "127.0.0.1"
            assert int(port) > 0
        assert json.dumps(proxy.listening)


async def test_clients_over_tls(upstream: str, tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    certificate.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    certificate.private_key_pem.write_to_path(tmp_path / "key.pem")

    context = ssl.create_default_context()
    authority.configure_trust(context)
    options = ["--tls-cert", str(tmp_path / "cert.pem"), "--tls-key", str(tmp_path / "key.pem")]
    with serve(upstream, *options) as proxy:
        port = proxy.listen.rpartition(":")[2]
        address = f"wss://localhost:{port}/v1/realtime"
        async with websockets.connect(address, ssl=context, proxy=None, host="127.0.0.1") as session:
            await session.send("hello")
            assert await session.recv() == "hello"
