"""A leg that is ended by voicetap still gets what was written to it, however much its peer talks."""

import asyncio
import contextlib

import pytest

from support import handshake
from support.frames import MASK, TEXT, frame
from support.peer import End, Peer
from support.relaying import Connect, Session
from support.upstream import ScriptedUpstream
from support.waiting import eventually
from voicetap.relay import Relay, departure


async def talk(client: Peer) -> None:
    """Say something every few milliseconds, as a microphone does, until nobody listens."""
    with contextlib.suppress(ConnectionError):
        while True:
            await client.send(frame(TEXT, bytes(200), mask=MASK))
            await asyncio.sleep(0.005)


async def test_stopping_delivers_what_is_buffered_to_a_client_that_talks(
    relay: Relay, upstream: ScriptedUpstream, connect: Connect
) -> None:
    """D2"""
    client = await connect(relay, buffers=4096)
    await client.send(handshake.upgrade())
    server = await upstream.accept()
    await server.read_head()
    await server.send(handshake.SWITCHING)
    await client.read_head()
    data = bytes(range(256)) * 400
    await server.send(data)
    await server.delivered()
    talking = asyncio.create_task(talk(client))
    stopping = asyncio.create_task(relay.stop())
    try:
        assert await client.read(len(data)) == data
        client.close()
        await stopping
    finally:
        talking.cancel()


async def test_an_end_of_ours_is_an_end_to_both(session: Session, relay: Relay) -> None:
    stopping = asyncio.create_task(relay.stop())
    for peer in (session.client, session.server):
        arrived, end = await peer.read_to_end()
        assert (arrived, end) == (b"", End.FIN)
        peer.close()
    await stopping
    [ending] = session.tap.endings
    assert ending.by is None


async def test_a_peer_that_never_ends_is_left(session: Session, relay: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(departure, "FAREWELL", 0.05)
    relay.live.close()
    await eventually(lambda: session.tap.endings)
