"""After the 101: whatever one side sends, in whatever pieces, the other side receives, and nothing else."""

import asyncio
import hashlib
import itertools
from collections.abc import Iterator

import pytest

from support import frames, handshake
from support.frames import BINARY, CONTINUATION, MASK, PING, PONG, TEXT, frame
from support.kernel import queued_bytes
from support.peer import End, Peer, Rest
from support.relaying import Connect, Session
from support.upstream import ScriptedUpstream
from support.waiting import eventually
from voicetap.chunks import Side
from voicetap.relay import Relay

BOTH_SIDES = pytest.mark.parametrize("side", list(Side), ids=lambda side: side.value)


async def carried(sender: Peer, receiver: Peer, data: bytes) -> bool:
    """Whether exactly these bytes arrive."""
    sending = asyncio.create_task(sender.send(data))
    arrived = await receiver.read(len(data))
    await sending
    return arrived == data


PAYLOADS = [b"", b"\0", b"keepalive", bytes(range(125))]


@BOTH_SIDES
@pytest.mark.parametrize("payload", PAYLOADS, ids=len)
@pytest.mark.parametrize("opcode", [PING, PONG], ids=["ping", "pong"])
async def test_pings_and_pongs_pass(session: Session, side: Side, opcode: int, payload: bytes) -> None:
    """T5: from either side, with payloads of 0 to 125 bytes; we answer none ourselves."""
    sender, receiver = session.ends(side)
    assert await carried(sender, receiver, frame(opcode, payload, mask=MASK if side is Side.CLIENT else None))
    assert await sender.nothing_more(0.01)


async def test_a_ping_within_a_fragmented_message(session: Session) -> None:
    """T5: stays where it was."""
    message = frame(TEXT, b"a", fin=False) + frame(PING, b"p") + frame(CONTINUATION, b"b")
    assert await carried(session.server, session.client, message)
    assert await session.server.nothing_more(0.01)


async def test_nothing_is_sent_on_an_idle_connection(session: Session) -> None:
    """T5: no ping, no heartbeat, no end of our own."""
    assert all(await asyncio.gather(session.client.nothing_more(0.2), session.server.nothing_more(0.2)))
    assert session.tap.chunks == []


CLOSES = {
    **{str(code): frames.close(code) for code in [*range(1000, 1004), *range(1007, 1015), 3000, 3999, 4000, 4999]},
    "empty": frames.close(),
    "with a reason": frames.close(3000, b"invalid_request_error.invalid_api_key"),
    "with a reason of 123 bytes": frames.close(1000, "é".encode() * 61 + b"."),
    "at the maximum duration": frames.close(1001, b"Your session hit the maximum duration of 60 minutes."),
    "1005, never to be sent": frames.close(1005),
    "1006, never to be sent": frames.close(1006),
    "65535": frames.close(65535),
    "of one byte": frame(frames.CLOSE, b"\x03"),
    "with a reason that is no UTF-8": frames.close(1000, b"\xff\xfe"),
    "with a reason too long": frame(frames.CLOSE, b"\x03\xe8" + b"x" * 200),
}


@BOTH_SIDES
@pytest.mark.parametrize("name", CLOSES)
async def test_a_close_frame_passes_as_it_is(session: Session, side: Side, name: str) -> None:
    """T6: code and reason, allowed or not; and the TCP end behind it."""
    sender, receiver = session.ends(side)
    await sender.send(CLOSES[name])
    sender.half_close()
    assert await receiver.read_to_end() == Rest(CLOSES[name], End.FIN)


async def test_a_closing_handshake_and_its_ends(session: Session) -> None:
    """T6: the client's Close, the upstream's, then TCP."""
    asked, answered = frames.close(1000, b"bye", mask=MASK), frames.close(1000, b"bye")
    assert await carried(session.client, session.server, asked)
    assert await carried(session.server, session.client, answered)
    session.server.close()
    assert await session.client.read_to_end() == Rest(b"", End.FIN)
    session.client.close()
    await eventually(lambda: session.tap.endings)
    assert session.tap.ends == [(Side.SERVER, False)]
    assert (session.tap.sent_by(Side.CLIENT), session.tap.sent_by(Side.SERVER)) == (asked, answered)


@BOTH_SIDES
async def test_an_end_without_a_close_frame_stays_without(session: Session, side: Side) -> None:
    """T7: the case that clients call 1006; nothing is made up."""
    sender, receiver = session.ends(side)
    await sender.send(b"\x81")
    sender.close()
    assert await receiver.read_to_end() == Rest(b"\x81", End.FIN)
    receiver.close()
    await eventually(lambda: session.tap.endings)
    assert session.tap.ends == [(side, False)]


@BOTH_SIDES
async def test_a_half_close_leaves_the_other_direction_open(session: Session, side: Side) -> None:
    """T8: data still flows the other way; after the second end both connections are gone."""
    sender, receiver = session.ends(side)
    await sender.send(b"last words")
    sender.half_close()
    assert await receiver.read_to_end() == Rest(b"last words", End.FIN)
    assert await sender.nothing_more()
    late = bytes(range(256)) * 4000
    for _ in range(3):
        assert await carried(receiver, sender, late)
    receiver.half_close()
    assert await sender.read_to_end() == Rest(b"", End.FIN)
    await eventually(lambda: session.tap.endings, 1.0)
    assert session.tap.ends == [(side, False)]


async def test_both_sides_end_at_the_same_time(session: Session) -> None:
    """T8: each still gets what the other sent before."""
    data = bytes(1_000_000)
    await asyncio.gather(session.client.send(data), session.server.send(data))
    session.client.half_close()
    session.server.half_close()
    rests = await asyncio.gather(session.client.read_to_end(), session.server.read_to_end())
    assert set(rests) == {Rest(data, End.FIN)}
    await eventually(lambda: session.tap.endings)


@BOTH_SIDES
async def test_an_end_behind_much_that_is_unread(session: Session, side: Side) -> None:
    """T8: the end waits for the bytes before it."""
    sender, receiver = session.ends(side)
    data = bytes(range(256)) * 20_000
    taken = await sender.send_until_stuck(data, quiet=0.1)
    sender.half_close()
    assert await receiver.read_to_end() == Rest(data[:taken], End.FIN)


MIB = 1024 * 1024

MESSAGES = {
    "16 MiB": lambda mask: frame(BINARY, bytes(16 * MIB), mask=mask),
    "10,000 fragments": lambda mask: b"".join(
        [
            frame(TEXT, b"x", fin=False, mask=mask),
            frame(CONTINUATION, b"y", fin=False, mask=mask) * 9_998,
            frame(CONTINUATION, b"z", mask=mask),
        ]
    ),
    "100,000 empty fragments": lambda mask: frame(CONTINUATION, fin=False, mask=mask) * 100_000,
    "8 bytes of length for 5": lambda mask: frame(TEXT, b"hello", length_bytes=8, mask=mask),
    "2 bytes of length for 5": lambda mask: frame(TEXT, b"hello", length_bytes=2, mask=mask),
}


@BOTH_SIDES
@pytest.mark.parametrize("name", MESSAGES)
async def test_a_message_of_unusual_size(session: Session, side: Side, name: str) -> None:
    """T9: no limit of ours."""
    sender, receiver = session.ends(side)
    assert await carried(sender, receiver, MESSAGES[name](MASK if side is Side.CLIENT else None))


@pytest.mark.slow
@BOTH_SIDES
async def test_a_message_of_64_mib(session: Session, side: Side) -> None:
    """T9"""
    sender, receiver = session.ends(side)
    assert await carried(sender, receiver, frame(BINARY, bytes(64 * MIB)))


NO_FRAMES = {
    "no frames at all": bytes(range(256)) * 10,
    "a length of 2**63 - 1": bytes([0x82, 127]) + (2**63 - 1).to_bytes(8) + b"x" * 100,
    "a length above 2**63": bytes([0x82, 127]) + b"\xff" * 8 + b"x" * 100,
    "reserved bits": frame(TEXT, b"hello", rsv=7),
    "reserved opcodes": b"".join(frame(opcode, b"x") for opcode in (3, 7, 11, 15)),
    "a ping of 126 bytes": frame(PING, bytes(126)),
    "a fragmented ping": frame(PING, b"x", fin=False),
    "a continuation of nothing": frame(CONTINUATION, b"x"),
    "text that is no UTF-8": frame(TEXT, b"\xff\xfe\x80"),
    "the mask of the wrong side": frame(TEXT, b"hello", mask=MASK),
    "an HTTP request": b"GET / HTTP/1.1\r\nHost: h\r\n\r\n",
    "an HTTP answer": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "a bare line feed": b"\n",
}


@BOTH_SIDES
@pytest.mark.parametrize("name", NO_FRAMES)
async def test_what_no_peer_should_send(session: Session, side: Side, name: str) -> None:
    """T1: garbage is passed on like anything else, and so is what follows it."""
    sender, receiver = session.ends(side)
    assert await carried(sender, receiver, NO_FRAMES[name] + frame(TEXT, b"after"))
    assert await sender.nothing_more(0.01)


@BOTH_SIDES
@pytest.mark.parametrize("size", [1, 3, 1460])
async def test_bytes_in_slices(session: Session, side: Side, size: int) -> None:
    """T13: a segment boundary anywhere."""
    sender, receiver = session.ends(side)
    data = frame(TEXT, bytes(range(250)), mask=MASK) * (1 if size < 100 else 100)
    await sender.send_in_slices(data, size)
    assert await receiver.read(len(data)) == data
    assert session.tap.sent_by(side) == data


async def test_both_directions_at_once(session: Session) -> None:
    """T13: 8 MiB each way without a deadlock."""
    data = bytes(range(256)) * 32 * 1024
    both = carried(session.client, session.server, data), carried(session.server, session.client, data)
    assert all(await asyncio.gather(*both))


async def test_sessions_do_not_mix(relay: Relay, upstream: ScriptedUpstream, connect: Connect) -> None:
    """T13: thirty at once, each with bytes of its own."""

    async def call(number: int) -> bool:
        client = await connect(relay)
        await client.send(handshake.upgrade(b"/%d" % number))
        assert await client.read_head() == handshake.SWITCHING
        data = bytes([number]) * 200_000
        sending = asyncio.create_task(client.send(data))
        same = await client.read(len(data)) == data
        await sending
        client.close()
        return same

    async def echo(server: Peer) -> None:
        number = int((await server.read_until(b" HTTP"))[len(b"GET /") : -len(b" HTTP")])
        await server.read_head()
        await server.send(handshake.SWITCHING)
        data = await server.read(200_000)
        await server.send(data if data == bytes([number]) * 200_000 else bytes(200_000))

    serving = asyncio.create_task(upstream.serve_all(echo))
    assert all(await asyncio.gather(*(call(number) for number in range(1, 31))))
    serving.cancel()


@BOTH_SIDES
async def test_a_reader_that_stops_holds_back_the_writer(
    relay: Relay, upstream: ScriptedUpstream, session: Session, side: Side
) -> None:
    """R1: of 50 MB the relay itself holds less than one; the rest waits in the kernel or with the writer."""
    sender, receiver = session.ends(side)
    flood = b"".join(itertools.islice(pseudo_random(), 50 * 16))
    taken = await sender.send_until_stuck(flood)
    assert taken - queued_bytes(relay.port, upstream.port) < MIB
    assert taken < len(flood)
    sending = asyncio.create_task(sender.send(flood[taken:]))
    assert await receiver.read(len(flood)) == flood
    await sending


def pseudo_random() -> Iterator[bytes]:
    """Blocks of 64 KB, no two alike."""
    seed = b"flood"
    while True:
        seed = hashlib.sha256(seed).digest()
        yield seed * 2000
