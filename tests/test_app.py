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
from typing import Any

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
    command = [sys.executable, "-m", "voicetap", "serve", "--upstream", "https://localhost", "--page", "off", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=20)


@pytest.mark.parametrize("option", ["--listen", "--admin", "--page"])
def test_a_taken_port_is_one_clear_line(option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        ended = start("--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", option, address)
    assert ended.returncode == FAILED
    assert ended.stdout == ""
    [line] = ended.stderr.splitlines()
    assert line.startswith(f"voicetap serve: {option} {address}: ")
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


def test_of_a_page_that_is_off_nothing_is_said() -> None:
    with serve("http://127.0.0.1:1") as proxy:
        assert "page" not in proxy.listening


PAGE = ("--page", "127.0.0.1:0")


async def listed(proxy: Process) -> Any:
    async with aiohttp.ClientSession() as http, http.get(f"http://{proxy.page}/api/sessions") as answer:
        return await answer.json()


async def test_the_page_shows_calls_while_they_go_on_and_afterwards(upstream: str) -> None:
    with serve(upstream, *PAGE) as proxy:
        async with call(proxy) as session:
            await session.send('{"type": "response.create"}')
            await session.recv()
            [live] = (await listed(proxy))["sessions"]
        async with asyncio.timeout(5):
            while (ended := (await listed(proxy))["sessions"][0])["state"] in ("connecting", "live"):
                await asyncio.sleep(0.02)
    assert live["id"] == ended["id"]
    assert ended["end"] == "client_closed"


async def test_the_page_keeps_so_many_sessions(upstream: str) -> None:
    with serve(upstream, *PAGE, "--page-sessions", "2") as proxy:
        for _ in range(4):
            async with call(proxy) as session:
                await session.send('{"type": "response.create"}')
                await session.recv()
        shown = await listed(proxy)
        async with asyncio.timeout(5):
            while any(one["state"] in ("connecting", "live") for one in shown["sessions"]):
                await asyncio.sleep(0.02)
                shown = await listed(proxy)
        assert len(shown["sessions"]) == shown["limits"]["sessions"] == 2


@pytest.mark.parametrize(("options", "said"), [((), False), (("--content",), True)])
async def test_the_page_shows_what_was_said_where_the_operator_wants_it(options: tuple[str, ...], said: bool) -> None:
    spoken = {"type": "response.function_call_arguments.done", "call_id": "call_1", "name": "f", "arguments": "Ada"}

    async def speak(connection: websockets.ServerConnection) -> None:
        for event in ({"type": "response.created", "response": {"id": "resp_1"}}, {**spoken, "response_id": "resp_1"}):
            await connection.send(json.dumps(event))
        await connection.wait_closed()

    async with websockets.serve(speak, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
        with serve(url, *PAGE, *options) as proxy:
            async with call(proxy) as session, aiohttp.ClientSession() as http:
                for _ in range(2):
                    await session.recv()
                await asyncio.sleep(0.1)
                answer = await listed(proxy)
                assert answer["content"] is said
                id = answer["sessions"][0]["id"]
                async with http.get(f"http://{proxy.page}/api/sessions/{id}") as shown:
                    text = await shown.text()
    assert "call_1" in text
    assert ("Ada" in text) is said


async def test_pages_that_are_open_do_not_hold_up_the_end(upstream: str) -> None:
    with serve(upstream, *PAGE) as proxy:
        async with aiohttp.ClientSession() as http:
            streams = [await http.get(f"http://{proxy.page}/api/stream") for _ in range(10)]
            async with call(proxy):
                await asyncio.sleep(0.3)
            proxy.signal()
            assert await exit_status(proxy, 5) == 0
            for stream in streams:
                assert b"event: sessions" in await stream.read()


async def test_while_draining_the_page_shows_what_goes_on(upstream: str) -> None:
    with serve(upstream, *PAGE, "--drain-timeout", "60") as proxy:
        async with call(proxy) as session:
            await session.send("on")
            await session.recv()
            proxy.signal()
            await turns(proxy, 503)
            assert len((await listed(proxy))["sessions"]) == 1
        assert await exit_status(proxy, 5) == 0


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
