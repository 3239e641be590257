"""A reset arrives as a reset on the other side, behind everything that came before it."""

import asyncio

import pytest

from support import frames, handshake
from support.frames import TEXT, frame
from support.observer import RecordingObserver
from support.peer import End, Peer, Rest
from support.relaying import Connect, Session
from support.upstream import ScriptedUpstream
from support.waiting import eventually
from voicetap.chunks import Side
from voicetap.relay import Relay, reset

BOTH_SIDES = pytest.mark.parametrize("side", list(Side), ids=lambda side: side.value)


@BOTH_SIDES
async def test_a_reset_is_passed_on_as_a_reset(session: Session, side: Side) -> None:
    """T7"""
    sender, receiver = session.ends(side)
    sender.reset()
    assert await receiver.read_to_end() == Rest(b"", End.RESET)
    await eventually(lambda: session.tap.endings)
    assert session.tap.ends == [(side, True)]


@BOTH_SIDES
@pytest.mark.parametrize("cut", [0, 1, 2, 3, 4, 5, 103, 104, 4099])
async def test_a_reset_in_the_middle_of_a_frame(session: Session, side: Side, cut: int) -> None:
    """R4: the bytes before it arrive, and no others."""
    sender, receiver = session.ends(side)
    data = frame(TEXT, bytes(4096))[:cut]
    await sender.send(data)
    await sender.delivered()
    sender.reset()
    assert await receiver.read_to_end() == Rest(data, End.RESET)


@BOTH_SIDES
async def test_a_reset_behind_a_close_frame(session: Session, side: Side) -> None:
    """T6: what a server in a hurry does."""
    sender, receiver = session.ends(side)
    await sender.send(frames.close(4000, b"gone"))
    await sender.delivered()
    sender.reset()
    assert await receiver.read_to_end() == Rest(frames.close(4000, b"gone"), End.RESET)


@BOTH_SIDES
async def test_a_reset_while_the_other_side_does_not_read(session: Session, side: Side) -> None:
    """T7: it waits until what came before it has been delivered."""
    sender, receiver = session.ends(side)
    data = bytes(range(256)) * 20_000
    taken = await sender.send_until_stuck(data, quiet=0.1)
    reading = asyncio.create_task(receiver.read(1_000_000))
    await reading
    taken += await sender.send_until_stuck(data[taken:], quiet=0.1)
    delivering = asyncio.create_task(receiver.read_to_end())
    await sender.delivered()
    sender.reset()
    rest = await delivering
    assert reading.result() + rest.data == data[:taken]
    assert rest.end is End.RESET


@BOTH_SIDES
async def test_a_reset_after_which_the_other_side_reads_late(session: Session, side: Side) -> None:
    """T7: what its own kernel holds by then is not lost."""
    sender, receiver = session.ends(side)
    data = bytes(range(256)) * 200
    await sender.send(data)
    await sender.delivered()
    sender.reset()
    await eventually(lambda: session.tap.endings)
    assert await receiver.read_to_end() == Rest(data, End.RESET)


@BOTH_SIDES
async def test_a_reset_after_the_other_side_has_ended(session: Session, side: Side) -> None:
    """T8: half-closed one way, reset the other way."""
    sender, receiver = session.ends(side)
    await receiver.send(b"done")
    receiver.half_close()
    assert await sender.read_to_end() == Rest(b"done", End.FIN)
    await sender.send(b"but I")
    await sender.delivered()
    sender.reset()
    assert await receiver.read_to_end() == Rest(b"but I", End.RESET)
    await eventually(lambda: session.tap.endings)


@BOTH_SIDES
async def test_a_reset_after_its_own_end(session: Session, side: Side) -> None:
    """T8: no loop tells of it before the next write; with that write both connections are gone."""
    sender, receiver = session.ends(side)
    sender.half_close()
    assert await receiver.read_to_end() == Rest(b"", End.FIN)
    sender.reset()
    await receiver.send(b"anybody there?")
    await eventually(lambda: session.tap.endings)


async def test_a_reset_behind_the_101(client: Peer, upstream: ScriptedUpstream) -> None:
    """T2: the head and the early frame arrive before it."""
    await client.send(handshake.upgrade())
    server = await upstream.accept()
    await server.read_head()
    await server.send(handshake.SWITCHING + b"\x81\x00")
    await server.delivered()
    server.reset()
    assert await client.read_to_end() == Rest(handshake.SWITCHING + b"\x81\x00", End.RESET)


async def slow_session(
    relay: Relay, connect: Connect, upstream: ScriptedUpstream, observer: RecordingObserver
) -> Session:
    """The client's kernel holds next to nothing, so that what it does not read stays in the relay."""
    client = await connect(relay, buffers=4096)
    await client.send(handshake.upgrade())
    server = await upstream.accept()
    await server.read_head()
    await server.send(handshake.SWITCHING)
    await client.read_head()
    return Session(client, server, observer.taps[-1])


MORE_THAN_THE_CLIENT_HOLDS = bytes(range(256)) * 200


async def test_a_reset_waits_for_a_reader_that_is_slow(
    relay: Relay, connect: Connect, upstream: ScriptedUpstream, observer: RecordingObserver
) -> None:
    """T7: what the relay holds when the reset comes is delivered before it."""
    client, server, tap = await slow_session(relay, connect, upstream, observer)
    await server.send(MORE_THAN_THE_CLIENT_HOLDS)
    await server.delivered()
    server.reset()
    await asyncio.sleep(0.05)
    assert tap.endings == []
    assert await client.read_to_end() == Rest(MORE_THAN_THE_CLIENT_HOLDS, End.RESET)


async def test_a_reader_that_never_reads_cannot_hold_a_reset_for_ever(
    relay: Relay,
    connect: Connect,
    upstream: ScriptedUpstream,
    observer: RecordingObserver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """R1: the wait is bounded; what cannot be delivered by then is lost, and the reset says so."""
    monkeypatch.setattr(reset, "DELIVERY_LIMIT", 0.1)
    client, server, tap = await slow_session(relay, connect, upstream, observer)
    await server.send(MORE_THAN_THE_CLIENT_HOLDS)
    await server.delivered()
    server.reset()
    await eventually(lambda: tap.endings)
    arrived, end = await client.read_to_end()
    assert (arrived, end) == (MORE_THAN_THE_CLIENT_HOLDS[: len(arrived)], End.RESET)
    assert len(arrived) < len(MORE_THAN_THE_CLIENT_HOLDS)
