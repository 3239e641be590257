"""A WebSocket upgrade: the upstream is asked first, and what comes early on either side is neither lost nor doubled."""

import asyncio
import contextlib

import pytest

from support import handshake
from support.frames import MASK, TEXT, frame
from support.handshake import SWITCHING
from support.kernel import queued_bytes
from support.observer import RecordingObserver
from support.peer import End, Peer, Rest
from support.relaying import Connect, Session, StartRelay
from support.upstream import ScriptedUpstream
from support.waiting import eventually, within
from voicetap.chunks import Side
from voicetap.relay import Relay

MIB = 1024 * 1024

SESSION_CREATED = frame(TEXT, b'{"type":"session.created"}')
SESSION_UPDATE = frame(TEXT, b'{"type":"session.update"}', mask=MASK)


async def test_a_frame_in_the_same_send_as_the_101(
    client: Peer, upstream: ScriptedUpstream, observer: RecordingObserver
) -> None:
    """T2: the most repeated bug of WebSocket proxies."""
    await client.send(handshake.upgrade())
    server = await upstream.accept()
    await server.read_head()
    await server.send(SWITCHING + SESSION_CREATED)
    server.half_close()
    assert await client.read_to_end() == Rest(SWITCHING + SESSION_CREATED, End.FIN)
    assert observer.taps[-1].sent_by(Side.SERVER) == SESSION_CREATED


async def test_a_101_and_a_frame_byte_by_byte(client: Peer, upstream: ScriptedUpstream) -> None:
    """T2"""
    await client.send(handshake.upgrade())
    server = await upstream.accept()
    await server.read_head()
    await server.send_in_slices(SWITCHING + SESSION_CREATED)
    server.half_close()
    assert await client.read_to_end() == Rest(SWITCHING + SESSION_CREATED, End.FIN)


async def test_a_101_split_at_every_offset(relay: Relay, connect: Connect, upstream: ScriptedUpstream) -> None:
    """T2: two segments, the second one arriving after the first has been read."""
    answer = SWITCHING + SESSION_CREATED
    lost = []
    for offset in range(1, len(answer)):
        client = await connect(relay)
        await client.send(handshake.upgrade())
        server = await upstream.accept()
        await server.read_head()
        await server.send(answer[:offset])
        await server.delivered()
        await server.send(answer[offset:])
        if await client.read(len(answer)) != answer:
            lost.append(offset)
        client.close()
        server.close()
    assert lost == []


@pytest.mark.parametrize("size", [1, 7, 1_000_000], ids=["byte by byte", "in slices", "in one segment"])
async def test_frames_that_the_client_sends_behind_its_request(
    client: Peer, upstream: ScriptedUpstream, observer: RecordingObserver, size: int
) -> None:
    """T3: forwarded after the upgrade, once."""
    early = SESSION_UPDATE + frame(TEXT, b"x" * 300, mask=MASK)
    await client.send_in_slices(handshake.upgrade() + early, size)
    server = await upstream.accept()
    await server.read_head()
    await server.send(SWITCHING)
    assert await server.read(len(early)) == early
    await client.send(SESSION_UPDATE)
    client.half_close()
    assert await server.read_to_end() == Rest(SESSION_UPDATE, End.FIN)
    assert observer.taps[-1].sent_by(Side.CLIENT) == early + SESSION_UPDATE


async def test_more_early_bytes_from_the_client_than_a_head_may_have(client: Peer, upstream: ScriptedUpstream) -> None:
    """T3: an impatient client with 1 MiB of audio."""
    early = frame(TEXT, bytes(MIB), mask=MASK)
    await client.send(handshake.upgrade())
    server = await upstream.accept()
    await server.read_head()
    sent = await client.send_until_stuck(early, quiet=0.05)
    await server.send(SWITCHING)
    await client.read_head()
    await client.send(early[sent:])
    assert await server.read(len(early)) == early


async def test_early_bytes_that_the_upstream_does_not_read_hold_back_the_client(
    relay: Relay, client: Peer, upstream: ScriptedUpstream
) -> None:
    """R1, T3: the 101 opens no hole in the back-pressure."""
    flood = bytes(range(256)) * 200_000
    await client.send(handshake.upgrade())
    server = await upstream.accept()
    await server.read_head()
    taken = await client.send_until_stuck(flood, quiet=0.05)
    await server.send(SWITCHING)
    taken += await client.send_until_stuck(flood[taken:], quiet=0.2)
    held_by_the_relay = taken - queued_bytes(relay.port, upstream.port) + len(SWITCHING)
    assert held_by_the_relay < MIB
    sending = asyncio.create_task(client.send(flood[taken:]))
    assert await server.read(len(flood)) == flood
    await sending


async def test_more_early_bytes_from_the_upstream_than_a_head_may_have(
    client: Peer, upstream: ScriptedUpstream
) -> None:
    """T2"""
    early = frame(TEXT, bytes(MIB))
    await client.send(handshake.upgrade())
    server = await upstream.accept()
    await server.read_head()
    await server.send(SWITCHING + early)
    assert await client.read(len(SWITCHING) + len(early)) == SWITCHING + early


async def test_early_bytes_of_both_sides_and_the_ends_of_both(client: Peer, upstream: ScriptedUpstream) -> None:
    """T2, T3, T8: nobody waits for the handshake."""
    await client.send(handshake.upgrade() + SESSION_UPDATE)
    client.half_close()
    server = await upstream.accept()
    await server.read_head()
    await server.send(SWITCHING + SESSION_CREATED)
    server.half_close()
    assert await client.read_to_end() == Rest(SWITCHING + SESSION_CREATED, End.FIN)
    assert await server.read_to_end() == Rest(SESSION_UPDATE, End.FIN)


async def test_an_upstream_that_answers_and_ends_before_it_is_asked(
    relay: Relay, connect: Connect, upstream: ScriptedUpstream
) -> None:
    """T2, T8: its end may have come before the handshake is over, and the other direction stays open."""

    async def answer(server: Peer) -> None:
        server.send_what_fits(SWITCHING + SESSION_CREATED)
        server.half_close()
        await server.read_head()
        assert await server.read_to_end() == Rest(SESSION_UPDATE, End.FIN)

    serving = asyncio.create_task(upstream.serve_all(answer))
    for _ in range(10):
        client = await connect(relay)
        await client.send(handshake.upgrade())
        assert await client.read_to_end() == Rest(SWITCHING + SESSION_CREATED, End.FIN)
        await client.send(SESSION_UPDATE)
        client.half_close()
    await within(relay.idle())
    serving.cancel()


async def test_the_client_is_answered_only_after_the_upstream_has_answered(
    client: Peer, upstream: ScriptedUpstream
) -> None:
    """T4: no 101 of our own."""
    await client.send(handshake.upgrade())
    server = await upstream.accept()
    await server.read_head()
    assert await client.nothing_more()
    await server.send(SWITCHING[:-1])
    assert await client.nothing_more()
    await server.send(SWITCHING[-1:])
    assert await client.read_head() == SWITCHING


async def test_an_upstream_that_never_answers(
    start_relay: StartRelay, upstream: ScriptedUpstream, observer: RecordingObserver, connect: Connect
) -> None:
    """T4: 504 with a JSON body, and the upstream's connection is given up."""
    relay = await start_relay(upstream.port, handshake_timeout=0.1)
    client = await connect(relay)
    await client.send(handshake.upgrade())
    server = await upstream.accept()
    await server.read_head()
    answer, end = await client.read_to_end()
    assert (handshake.status_of(answer), end) == (504, End.FIN)
    assert handshake.error_of(answer)["code"] == "upstream_timeout"
    await server.read_to_end()
    assert observer.taps[-1].outcomes == ["timeout"]


async def test_an_upstream_that_never_finishes_its_head(
    start_relay: StartRelay, upstream: ScriptedUpstream, connect: Connect
) -> None:
    """T4: the timeout is one for the whole answer, not for each byte of it."""
    relay = await start_relay(upstream.port, handshake_timeout=0.2)
    client = await connect(relay)
    await client.send(handshake.upgrade())
    server = await upstream.accept()
    await server.read_head()
    with contextlib.suppress(ConnectionError):
        await server.send_in_slices(SWITCHING[:-1])
    assert handshake.status_of(await client.read_head()) == 504


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (b"", "ends without a word"),
        (b"HTTP/1.1 101 Switching", "ends within its head"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "speaks another protocol"),
        (b"\x15\x03\x01\x00\x02\x02\x50\r\n\r\n", "speaks TLS"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_an_upstream_that_gives_no_answer(
    client: Peer, upstream: ScriptedUpstream, observer: RecordingObserver, answer: bytes, what: str
) -> None:
    """T4: 502 with a JSON body, nothing of what it sent."""
    await client.send(handshake.upgrade())
    server = await upstream.accept()
    await server.read_head()
    await server.send(answer)
    server.half_close()
    told, end = await client.read_to_end()
    assert (handshake.status_of(told), end) == (502, End.FIN)
    assert handshake.error_of(told)["code"] == "upstream_connect_error"
    assert observer.taps[-1].outcomes == ["connect_error"]


async def test_an_upstream_whose_head_never_ends(client: Peer, upstream: ScriptedUpstream) -> None:
    """T4: what is waited for is bounded in bytes, too."""
    await client.send(handshake.upgrade())
    server = await upstream.accept()
    await server.read_head()
    with contextlib.suppress(ConnectionError):
        await server.send(SWITCHING[:-2] + b"X-Pad: " + b"x" * 10_000_000)
    told, end = await client.read_to_end()
    assert (handshake.status_of(told), end) == (502, End.FIN)


@pytest.mark.parametrize("answer", [b"", SWITCHING[:30]], ids=["before its head", "within its head"])
async def test_an_upstream_that_resets_instead_of_answering(
    client: Peer, upstream: ScriptedUpstream, observer: RecordingObserver, answer: bytes
) -> None:
    """T4: 502; and one client causes one dial: nothing is tried again."""
    await client.send(handshake.upgrade())
    server = await upstream.accept()
    await server.read_head()
    await server.send(answer)
    server.reset()
    told, _ = await client.read_to_end()
    assert handshake.status_of(told) == 502
    assert upstream.dials == 1
    assert observer.taps[-1].outcomes == ["connect_error"]


async def test_a_client_that_leaves_before_the_answer_takes_the_upstream_along(
    client: Peer, upstream: ScriptedUpstream, observer: RecordingObserver
) -> None:
    """R6: a descriptor stays behind otherwise."""
    await client.send(handshake.upgrade())
    server = await upstream.accept()
    await server.read_head()
    client.reset()
    await server.read_to_end()
    await eventually(lambda: observer.taps[-1].outcomes)
    assert observer.taps[-1].outcomes == ["abandoned"]


async def test_the_observer_is_told_of_the_handshake(session: Session) -> None:
    target, headers = session.tap.request.target, list(session.tap.request.headers)
    assert (target.encode(), headers) == (handshake.TARGET, list(handshake.UPGRADE))
    assert session.tap.outcomes == ["101"]
    assert list(session.tap.handshakes[0].headers) == handshake.fields_of(SWITCHING)
    assert session.tap.handshakes[0].connect_seconds is not None


async def test_one_client_causes_one_dial(session: Session, upstream: ScriptedUpstream) -> None:
    """Also when the upstream dies."""
    session.server.reset()
    assert (await session.client.read_to_end()).end is End.RESET
    assert upstream.dials == 1
