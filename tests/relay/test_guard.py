"""An observer that fails changes nothing of the traffic, and nobody but the log hears of it."""

import logging

import pytest

from support import handshake
from support.frames import TEXT, frame
from support.observer import FailingObserver
from support.peer import End, Rest
from support.relaying import Connect, StartRelay
from support.upstream import ScriptedUpstream
from support.waiting import within

CALLS = ["upgrade", "answered", "chunk", "closed"]


@pytest.mark.parametrize("observer", [*map(FailingObserver, CALLS)], ids=CALLS)
async def test_a_session_whose_observer_fails(
    start_relay: StartRelay,
    upstream: ScriptedUpstream,
    observer: FailingObserver,
    caplog: pytest.LogCaptureFixture,
    connect: Connect,
) -> None:
    """R12: bytes identical, both ways, early ones too; the end passes, and the relay is idle afterwards."""
    relay = await start_relay(upstream.port, observer=observer)
    client = await connect(relay)
    early, late = frame(TEXT, b"early"), frame(TEXT, bytes(range(256)) * 1000)
    await client.send(handshake.upgrade() + early)
    server = await upstream.accept()
    await server.read_head()
    await server.send(handshake.SWITCHING + early)
    assert await client.read(len(handshake.SWITCHING + early)) == handshake.SWITCHING + early
    assert await server.read(len(early)) == early
    for sender, receiver in ((client, server), (server, client)):
        await sender.send(late)
        assert await receiver.read(len(late)) == late
    server.close()
    assert await client.read_to_end() == Rest(b"", End.FIN)
    client.close()
    await within(relay.idle())
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


@pytest.mark.parametrize("observer", [*map(FailingObserver, CALLS[:2])], ids=CALLS[:2])
@pytest.mark.parametrize("answer", [b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno", b""])
async def test_a_refusal_whose_observer_fails(
    start_relay: StartRelay, upstream: ScriptedUpstream, observer: FailingObserver, answer: bytes, connect: Connect
) -> None:
    """R12"""
    relay = await start_relay(upstream.port, observer=observer)
    client = await connect(relay)
    await client.send(handshake.upgrade())
    server = await upstream.accept()
    await server.read_head()
    await server.send(answer)
    server.half_close()
    told, end = await client.read_to_end()
    assert (handshake.status_of(told), end) == (401 if answer else 502, End.FIN)


async def test_a_plain_request_whose_observer_fails(
    start_relay: StartRelay, upstream: ScriptedUpstream, connect: Connect
) -> None:
    """R12: the connection serves the next request, too."""
    relay = await start_relay(upstream.port, observer=FailingObserver("http"))
    client = await connect(relay)
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    for _ in range(2):
        await client.send(handshake.request(b"GET", b"/x"))
        server = await upstream.accept()
        await server.read_head()
        await server.send(answer)
        assert await client.read(len(answer)) == answer
