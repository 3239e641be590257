"""The upstream's connection while its answer is read: nothing lost, nothing read ahead without bound."""

import asyncio
from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest

from support.peer import Peer
from support.upstream import ScriptedUpstream
from support.waiting import eventually, within
from voicetap.relay.leg import Leg


class Line(NamedTuple):
    """A leg, and the upstream at its other end."""

    leg: Leg
    server: Peer


@pytest.fixture
async def line(upstream: ScriptedUpstream) -> AsyncIterator[Line]:
    _, leg = await asyncio.get_running_loop().create_connection(Leg, "127.0.0.1", upstream.port)
    yield Line(leg, await upstream.accept())
    leg.abort()


async def read_all(leg: Leg) -> bytes:
    received = b""
    while data := await within(leg.read()):
        received += data
    return received


async def test_what_is_read_too_much_is_given_back(line: Line) -> None:
    await line.server.send(b"head and body")
    assert await within(line.leg.read()) == b"head and body"
    line.leg.put_back(b" and body")
    assert await within(line.leg.read()) == b" and body"
    line.leg.put_back(b"")
    await line.server.send(b"!")
    assert await within(line.leg.read()) == b"!"


async def test_what_comes_before_the_end_is_read_before_it(line: Line) -> None:
    await line.server.send(b"last words")
    line.server.half_close()
    await eventually(lambda: line.leg.ended)
    assert await read_all(line.leg) == b"last words"


async def test_what_comes_before_a_reset_is_read_before_it(line: Line) -> None:
    await line.server.send(b"last words")
    await line.server.delivered()
    line.server.reset()
    assert await within(line.leg.read()) == b"last words"
    with pytest.raises(ConnectionResetError):
        await within(line.leg.read())


async def test_nothing_is_read_ahead_without_bound(line: Line) -> None:
    """R1: the upstream is held back while nobody reads."""
    flood = bytes(20_000_000)
    taken = await line.server.send_until_stuck(flood, quiet=0.1)
    assert taken < len(flood)
    sending = asyncio.create_task(line.server.send(flood[taken:]))
    received = 0
    while received < len(flood):
        received += len(await within(line.leg.read()))
    await sending


async def test_a_writer_waits_for_a_reader_that_is_slow(line: Line) -> None:
    flood = bytes(20_000_000)
    writing = asyncio.create_task(line.leg.write(flood))
    await asyncio.wait([writing], timeout=0.1)
    assert not writing.done()
    assert await line.server.read(len(flood)) == flood
    await within(writing)


async def test_a_writer_is_told_that_the_upstream_has_gone(line: Line) -> None:
    line.server.reset()
    with pytest.raises(ConnectionResetError):
        await within(line.leg.read())
    with pytest.raises(ConnectionResetError):
        await within(line.leg.write(b"x"))


async def test_an_aborted_leg_lets_the_upstream_go(line: Line) -> None:
    line.leg.abort()
    await line.server.read_to_end()


async def test_a_leg_that_was_never_connected_can_be_aborted() -> None:
    Leg().abort()
