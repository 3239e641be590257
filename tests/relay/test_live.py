"""What is being served is counted, waited for, and ended in order."""

import asyncio

import pytest

from support import handshake
from support.peer import End, Peer, Rest
from support.relaying import Session
from support.upstream import ScriptedUpstream
from support.waiting import eventually, within
from voicetap.relay import Relay


async def test_a_relay_without_requests_is_idle(relay: Relay) -> None:
    await within(relay.idle())


async def test_a_relay_is_idle_again_when_its_last_session_has_ended(relay: Relay, session: Session) -> None:
    """D1: what a drain waits for."""
    idle = asyncio.create_task(relay.idle())
    await asyncio.wait([idle], timeout=0.05)
    assert not idle.done()
    assert len(relay.live) == 1
    session.client.close()
    session.server.close()
    await within(idle)
    assert len(relay.live) == 0


async def test_an_unanswered_request_is_no_idleness(relay: Relay, client: Peer, upstream: ScriptedUpstream) -> None:
    await client.send(handshake.upgrade())
    server = await upstream.accept()
    idle = asyncio.create_task(relay.idle())
    await asyncio.wait([idle], timeout=0.05)
    assert not idle.done()
    server.close()
    await within(idle)


async def test_a_stop_delivers_what_is_buffered(relay: Relay, session: Session) -> None:
    """D2: then the session ends, by nobody's doing but ours."""
    data = bytes(range(256)) * 10_000
    sending = asyncio.create_task(session.server.send(data))
    arrived = await session.client.read(len(data) - 100_000)
    await sending
    stopping = asyncio.create_task(relay.stop())
    rest, end = await session.client.read_to_end()
    assert (arrived + rest, end) == (data, End.FIN)
    await session.server.read_to_end()
    await within(stopping)
    assert session.tap.ends == [(None, False)]


async def test_a_stop_does_not_wait_for_a_client_that_reads_nothing(relay: Relay, session: Session) -> None:
    """D2: its time is limited."""
    await session.server.send_until_stuck(bytes(50_000_000), quiet=0.1)
    await within(relay.stop(flush=0.1))
    await eventually(lambda: session.tap.endings)
    assert [ending.by for ending in session.tap.endings] == [None]


async def test_a_stop_ends_an_unanswered_request(relay: Relay, client: Peer, upstream: ScriptedUpstream) -> None:
    """D2: the upstream's connection goes with it."""
    await client.send(handshake.upgrade())
    server = await upstream.accept()
    await server.read_head()
    await within(relay.stop(flush=0.1))
    await client.read_to_end()
    assert await server.read_to_end() == Rest(b"", End.FIN)


async def test_a_stopped_relay_accepts_nobody(relay: Relay) -> None:
    port = relay.port
    await within(relay.stop())
    with pytest.raises(ConnectionRefusedError):
        await Peer.connect(port)


async def test_stopping_twice_is_stopping(relay: Relay) -> None:
    await within(relay.stop())
    await within(relay.stop())
