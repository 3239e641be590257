"""A client that goes away, at whatever moment, leaves nothing behind."""

import asyncio
import contextlib
import os
import random
from collections.abc import Callable

import pytest

from support import handshake
from support.frames import TEXT, frame
from support.observer import RecordingObserver
from support.peer import Peer
from support.relaying import Connect
from support.upstream import ScriptedUpstream
from support.waiting import eventually, within
from voicetap.relay import Relay

ABORTED = 200


def descriptors() -> int:
    """How many this process has open."""
    return len(os.listdir("/proc/self/fd"))


async def answer_to_its_end(server: Peer) -> None:
    """Say 101 to an upgrade, then read until the end; leave early ones alone."""
    with contextlib.suppress(AssertionError, ConnectionError):
        await server.read_head()
        await server.send(handshake.SWITCHING + frame(TEXT, bytes(10_000)))
        await server.read_to_end()
    server.close()


async def before_its_head_is_complete(client: Peer) -> None:
    await client.send(handshake.upgrade()[:50])


async def before_the_101(client: Peer) -> None:
    await client.send(handshake.upgrade())


async def at_the_101(client: Peer) -> None:
    await client.send(handshake.upgrade() + frame(TEXT, b"x"))
    await client.read_head()


async def in_the_middle_of_a_frame(client: Peer) -> None:
    await client.send(handshake.upgrade())
    await client.read_head()
    await client.send(frame(TEXT, bytes(4096))[:104])


async def during_a_plain_request(client: Peer) -> None:
    await client.send(handshake.request(b"POST", b"/x", ((b"Host", b"h"), (b"Content-Length", b"10")), b"half"))


async def without_a_word(client: Peer) -> None:
    return


LEAVING = [
    before_its_head_is_complete,
    before_the_101,
    at_the_101,
    in_the_middle_of_a_frame,
    during_a_plain_request,
    without_a_word,
]


@pytest.mark.parametrize("leave", [Peer.reset, Peer.close], ids=["reset", "end"])
async def test_aborted_clients_leave_nothing_behind(
    relay: Relay,
    upstream: ScriptedUpstream,
    observer: RecordingObserver,
    leave: Callable[[Peer], None],
    connect: Connect,
) -> None:
    """R6: descriptors and tasks return to where they were."""
    tasks_before, descriptors_before = len(asyncio.all_tasks()), descriptors()

    serving = asyncio.create_task(upstream.serve_all(answer_to_its_end))
    order = random.Random(2)
    for number in range(ABORTED):
        client = await connect(relay)
        await LEAVING[number % len(LEAVING)](client)
        for _ in range(order.randrange(12)):
            await asyncio.sleep(0)
        leave(client)
    await within(relay.idle())
    await eventually(lambda: descriptors() <= descriptors_before)
    serving.cancel()
    await eventually(lambda: len(asyncio.all_tasks()) <= tasks_before)
    outcomes = [tap.outcomes for tap in observer.taps]
    assert [outcome for outcome in outcomes if outcome not in (["101"], ["abandoned"])] == []
    opened = [tap for tap in observer.taps if tap.outcomes == ["101"]]
    assert [len(tap.endings) for tap in opened] == [1] * len(opened)


async def test_refused_clients_leave_nothing_behind(relay: Relay, upstream: ScriptedUpstream, connect: Connect) -> None:
    """R7"""
    tasks_before, descriptors_before = len(asyncio.all_tasks()), descriptors()
    for number in range(ABORTED // 2):
        client = await connect(relay)
        await client.send(handshake.upgrade())
        server = await upstream.accept()
        await server.read_head()
        await server.send(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n" if number % 2 else b"")
        server.close()
        await client.read_to_end()
        client.close()
    await eventually(lambda: descriptors() <= descriptors_before)
    await eventually(lambda: len(asyncio.all_tasks()) <= tasks_before)
