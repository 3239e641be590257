"""Bytes in, messages out: what holds for the whole way, whatever is sent and however it is cut into chunks."""

import tracemalloc
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import pairwise, repeat
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets import frames as reference
from websockets.extensions.permessage_deflate import PerMessageDeflate

from support.frames import BINARY, CONTINUATION, MASK, PING, TEXT, close, frame
from voicetap import wire
from voicetap.chunks import Side
from voicetap.wire import Deflate, Gap, Kind, Message, MessageDecoder, close_code_and_reason

sides = pytest.mark.parametrize(("side", "mask"), [(Side.CLIENT, MASK), (Side.SERVER, None)], ids=["client", "server"])

MIB = 1 << 20
LIMIT = 50
"""For property tests: small enough for hypothesis to pass it."""


def message(payload: bytes, kind: Kind = Kind.TEXT) -> Message:
    return Message(kind, payload, len(payload), b"")


def chunks(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def decode(decoder: MessageDecoder, chunks: Iterable[bytes]) -> list[Message | Gap]:
    return [found for chunk in chunks for found in decoder.receive(chunk)]


def cut(data: bytes, places: list[int]) -> list[bytes]:
    borders = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[begin:end] for begin, end in pairwise(borders)]


def kept(thing: object) -> int:
    """Bytes of traffic that an object of `wire` holds, itself and below it."""
    if isinstance(thing, bytes):
        return len(thing)
    if isinstance(thing, BytesIO):
        return len(thing.getbuffer())
    return sum(kept(getattr(thing, name)) for name in getattr(type(thing), "__slots__", ()))


@contextmanager
def at_most(size: int) -> Iterator[None]:
    """Fails when more than `size` bytes of memory were in use at a time."""
    tracemalloc.start()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak <= size


def test_what_others_import() -> None:
    names = ["Deflate", "Gap", "Kind", "Message", "MessageDecoder", "close_code_and_reason", "parse_deflate"]
    assert sorted(wire.__all__) == names


@sides
def test_a_conversation(side: Side, mask: bytes | None) -> None:
    data = (
        frame(TEXT, b'{"type":"response.create"}', mask=mask)
        + frame(TEXT, b'{"type":', fin=False, mask=mask)
        + frame(PING, b"still there?", mask=mask)
        + frame(CONTINUATION, b'"x"}', mask=mask)
        + close(1000, b"bye", mask=mask)
    )
    expected = [
        message(b'{"type":"response.create"}'),
        message(b"still there?", Kind.PING),
        message(b'{"type":"x"}'),
        message(b"\x03\xe8bye", Kind.CLOSE),
    ]
    assert decode(MessageDecoder(side), [data]) == expected
    assert decode(MessageDecoder(side), chunks(data, 1)) == expected
    assert close_code_and_reason(expected[-1].payload) == (1000, "bye")


@sides
def test_after_a_violation_nothing_is_returned_or_kept(side: Side, mask: bytes | None) -> None:
    decoder = MessageDecoder(side)
    assert decoder.receive(frame(TEXT, 1000 * b"x", fin=False, mask=mask)) == []
    assert kept(decoder) >= 1000
    assert decoder.receive(frame(BINARY, b"", mask=mask)) == [Gap("framing", fatal=True)]
    assert decode(decoder, [frame(TEXT, b"next", mask=mask), 1000 * b"\xff", frame(TEXT, 1000 * b"x")[:500]]) == []
    assert kept(decoder) == 0


def test_text_that_is_not_utf_8_is_passed_on() -> None:
    assert MessageDecoder(Side.SERVER).receive(frame(TEXT, b"\xff\xfe")) == [message(b"\xff\xfe")]


# What is sent: data messages in fragments, compressed or not, with control messages between the fragments.

payloads = st.binary(max_size=3 * LIMIT) | st.sampled_from([b"ab" * LIMIT, b"ab" * (LIMIT // 2), bytes(LIMIT + 1)])
controls = st.lists(st.tuples(st.just(PING), st.binary(max_size=125)), max_size=2)
data_messages = st.fixed_dictionaries(
    {
        "opcode": st.sampled_from([TEXT, BINARY]),
        "payload": payloads,
        "borders": st.lists(st.integers(0, 3 * LIMIT), max_size=4),
        "compressed": st.booleans(),
        "between": controls,
    }
)
negotiated = st.none() | st.builds(
    Deflate,
    client_no_context_takeover=st.booleans(),
    server_no_context_takeover=st.booleans(),
)


def extension_of(side: Side, deflate: Deflate) -> PerMessageDeflate:
    """What websockets compresses with on that side."""
    return PerMessageDeflate(False, not deflate.context_takeover(side), 15, 15)


def encode(side: Side, deflate: Deflate | None, sent: list[dict[str, Any]]) -> bytes:
    """The stream as websockets would write it."""
    masked = side is Side.CLIENT
    extension = extension_of(side, deflate) if deflate else None
    stream = b""
    for item in sent:
        fragments = cut(item["payload"], item["borders"])
        for number, fragment in enumerate(fragments):
            opcode = reference.Opcode(CONTINUATION if number else item["opcode"])
            part = reference.Frame(opcode, fragment, fin=number == len(fragments) - 1)
            extensions = [extension] if extension and item["compressed"] else []
            stream += part.serialize(mask=masked, extensions=extensions)
            if not part.fin:
                for opcode, payload in item["between"]:
                    stream += reference.Frame(reference.Opcode(opcode), payload).serialize(mask=masked)
    return stream


def expected_of(sent: list[dict[str, Any]]) -> list[Message]:
    kinds = {TEXT: Kind.TEXT, BINARY: Kind.BINARY}
    expected = []
    for item in sent:
        expected += len(item["borders"]) * [message(payload, Kind.PING) for _, payload in item["between"]]
        expected.append(message(item["payload"], kinds[item["opcode"]]))
    return expected


places = st.lists(st.integers(0, 4000), max_size=12)


@sides
@given(negotiated, st.lists(data_messages, max_size=6), places)
def test_what_websockets_sends_is_what_is_read(
    side: Side, mask: bytes | None, deflate: Deflate | None, sent: list[dict[str, Any]], places: list[int]
) -> None:
    data = encode(side, deflate, sent)
    assert decode(MessageDecoder(side, deflate), cut(data, places)) == expected_of(sent)


@sides
@given(negotiated, st.lists(data_messages, max_size=6), places)
def test_neither_messages_nor_gaps_depend_on_chunks(
    side: Side, mask: bytes | None, deflate: Deflate | None, sent: list[dict[str, Any]], places: list[int]
) -> None:
    """With a limit that many of the messages pass."""
    data = encode(side, deflate, sent)
    at_once = MessageDecoder(side, deflate, limit=LIMIT).receive(data)
    assert decode(MessageDecoder(side, deflate, limit=LIMIT), cut(data, places)) == at_once
    messages = [item for item in at_once if isinstance(item, Message) and item.kind is not Kind.PING]
    assert [len(item.payload) for item in messages] == [min(item.size, LIMIT) for item in messages]


any_frames = st.lists(
    st.builds(
        frame,
        st.sampled_from([CONTINUATION, TEXT, BINARY, PING, 0x8, 0xA, 0x3]),
        st.binary(max_size=2 * LIMIT),
        mask=st.sampled_from([None, None, None, MASK]),
        fin=st.booleans(),
        rsv=st.sampled_from([0, 0, 0, 4, 4, 1]),
        length_bytes=st.sampled_from([None, 8]),
    ),
    max_size=12,
)


@given(st.sampled_from(Side), negotiated, st.lists(st.binary(max_size=300)) | any_frames)
def test_garbage_never_raises_and_never_fills_the_memory(
    side: Side, deflate: Deflate | None, garbage: list[bytes]
) -> None:
    decoder = MessageDecoder(side, deflate, limit=LIMIT)
    found: list[Message | Gap] = []
    for chunk in garbage:
        found += decoder.receive(chunk)
        held_back, head_and_tail, mask = 14 + 125, LIMIT + LIMIT, 4
        assert kept(decoder) <= held_back + head_and_tail + mask
    assert [item for item in found[:-1] if isinstance(item, Gap) and item.fatal] == []


@sides
def test_a_message_above_the_limit_takes_only_its_ends_in_memory(side: Side, mask: bytes | None) -> None:
    payload = bytes(range(256)) * (3 * MIB // 256)
    data = list(chunks(frame(TEXT, payload, mask=mask) + frame(TEXT, b"next", mask=mask), 10_000))
    decoder = MessageDecoder(side, limit=2 * MIB)
    with at_most(MIB // 4):
        found = decode(decoder, data)
    cut = Message(Kind.TEXT, payload[: 64 * 1024], len(payload), payload[-4 * 1024 :])
    assert found == [Gap("oversize", fatal=False), cut, message(b"next")]


@sides
def test_a_length_of_2_63_less_1_takes_no_memory(side: Side, mask: bytes | None) -> None:
    head = frame(TEXT, b"", mask=mask, length_bytes=8)
    endless = head[:2] + (2**63 - 1).to_bytes(8) + head[10:]
    decoder = MessageDecoder(side)
    with at_most(MIB // 4):
        assert decoder.receive(endless) == [Gap("oversize", fatal=False)]
        assert decode(decoder, repeat(bytes(64 * 1024), 320)) == []


def in_fragments(count: int) -> Iterator[bytes]:
    """A message of many fragments of two bytes."""
    middle = count * frame(CONTINUATION, b"xy", fin=False)
    return chunks(frame(TEXT, b"", fin=False) + middle + frame(CONTINUATION), 10_000)


def test_a_hundred_thousand_fragments() -> None:
    """Joined again for each of them they would take minutes."""
    whole = b"xy" * 100_000
    assert decode(MessageDecoder(Side.SERVER), in_fragments(100_000)) == [message(whole)]
    cut = Message(Kind.TEXT, whole[:1000], len(whole), whole[-4096:])
    expected = [Gap("oversize", fatal=False), cut]
    assert decode(MessageDecoder(Side.SERVER, limit=1000), in_fragments(100_000)) == expected


def test_fragments_take_no_more_memory_than_what_they_carry() -> None:
    """As a list of bytes they would take twenty times as much."""
    data = list(in_fragments(20_000))
    with at_most(5 * 40_000 + 400_000):
        assert decode(MessageDecoder(Side.SERVER), data) == [message(b"xy" * 20_000)]


@pytest.mark.parametrize("context_takeover", [True, False])
def test_a_bomb_takes_no_more_memory_than_the_limit(*, context_takeover: bool) -> None:
    stream = zlib.compressobj(wbits=-15)
    bomb = (stream.compress(bytes(32 * MIB)) + stream.flush(zlib.Z_SYNC_FLUSH))[:-4]
    data = list(chunks(frame(TEXT, bomb, rsv=4), 4096))
    decoder = MessageDecoder(Side.SERVER, Deflate(server_no_context_takeover=not context_takeover), limit=2 * MIB)
    with at_most(3 * 2 * MIB):
        found = decode(decoder, data)
    gap = Gap("inflate_limit", fatal=context_takeover)
    cut = Message(Kind.TEXT, bytes(64 * 1024), 2 * MIB + 1, b"")
    assert found == ([cut, gap] if context_takeover else [gap, cut])
    after = [] if context_takeover else [message(b"next")]
    assert decoder.receive(frame(TEXT, b"next")) == after
