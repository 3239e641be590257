import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicetap.chunks import Side
from voicetap.wire import Deflate, parse_deflate
from voicetap.wire.deflate import Corrupt, Inflater

PLENTY = 1 << 20

HELLO = bytes.fromhex("f248cdc9c90700")
"""RFC 7692 section 7.2.3.1."""


def deflate(*messages: bytes, window_bits: int = 15) -> list[bytes]:
    """Messages of one context, as a sender puts them on the wire."""
    stream = zlib.compressobj(wbits=-window_bits)
    return [(stream.compress(message) + stream.flush(zlib.Z_SYNC_FLUSH))[:-4] for message in messages]


def final(message: bytes) -> bytes:
    """A message that ends in a block with BFINAL."""
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(message) + stream.flush()


class TestNegotiation:
    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ([], None),
            ([b""], None),
            ([b"x-webkit-deflate-frame"], None),
            ([b"permessage-deflate"], Deflate()),
            ([b"Permessage-Deflate; Server_No_Context_Takeover"], Deflate(server_no_context_takeover=True)),
            ([b"permessage-deflate;client_no_context_takeover"], Deflate(client_no_context_takeover=True)),
            ([b"permessage-deflate; server_max_window_bits=8; client_max_window_bits=12"], Deflate()),
            ([b'permessage-deflate; server_max_window_bits="10"'], Deflate()),
            ([b"x-other; a=b, permessage-deflate"], Deflate()),
            ([b"x-other", b"permessage-deflate; client_max_window_bits=9"], Deflate()),
            ([b"permessage-deflate, permessage-deflate; client_no_context_takeover"], Deflate()),
            ([b"permessage-deflate; client_max_window_bits"], Deflate()),
            ([b"permessage-deflate; server_max_window_bits=16; mystery=1"], Deflate()),
            ([b'x-other; a="b, permessage-deflate"', b"\xff\x00"], None),
            ([b"not ; ; a header", b"permessage-deflate"], Deflate()),
        ],
    )
    def test_fields_of_the_answer(self, fields: list[bytes], expected: Deflate | None) -> None:
        assert parse_deflate(fields) == expected

    @given(st.lists(st.binary() | st.text(alphabet='permessage-deflate;=," ', max_size=40).map(str.encode)))
    def test_nothing_raises(self, fields: list[bytes]) -> None:
        assert parse_deflate(fields) in (None, Deflate())

    def test_context_takeover_is_a_matter_of_each_side(self) -> None:
        deflate = Deflate(client_no_context_takeover=True)
        assert {side: deflate.context_takeover(side) for side in Side} == {Side.CLIENT: False, Side.SERVER: True}


class TestInflating:
    @pytest.mark.parametrize("context_takeover", [True, False])
    @pytest.mark.parametrize(
        ("wire", "expected"),
        [
            ("f248cdc9c90700", b"Hello"),
            ("000500faff48656c6c6f00", b"Hello"),
            ("f348cdc9c9070000", b"Hello"),
            ("f24805000000ffffcac9c90700", b"Hello"),
            ("00", b""),
        ],
        ids=["7.2.3.1 one block", "7.2.3.3 not compressed", "7.2.3.4 BFINAL", "7.2.3.5 two blocks", "7.2.3.6 empty"],
    )
    def test_examples_of_the_rfc(self, wire: str, expected: bytes, *, context_takeover: bool) -> None:
        inflater = Inflater(context_takeover=context_takeover)
        for _ in range(3):
            assert inflater.inflate(bytes.fromhex(wire), last=True, room=5) == expected

    def test_the_second_hello_refers_to_the_first(self) -> None:
        """RFC 7692 section 7.2.3.2."""
        inflater = Inflater(context_takeover=True)
        assert inflater.inflate(HELLO, last=True, room=PLENTY) == b"Hello"
        assert inflater.inflate(bytes.fromhex("f200110000"), last=True, room=PLENTY) == b"Hello"

    def test_without_context_takeover_it_would_have_nothing_to_refer_to(self) -> None:
        inflater = Inflater(context_takeover=False)
        assert inflater.inflate(HELLO, last=True, room=PLENTY) == b"Hello"
        with pytest.raises(Corrupt):
            inflater.inflate(bytes.fromhex("f200110000"), last=True, room=PLENTY)

    @given(st.lists(st.binary(max_size=300), max_size=8), st.integers(9, 15), st.integers(1, 50), st.booleans())
    def test_pieces_of_any_size(
        self, messages: list[bytes], window_bits: int, size: int, context_takeover: bool
    ) -> None:
        inflater = Inflater(context_takeover=context_takeover)
        if context_takeover:
            compressed = deflate(*messages, window_bits=window_bits)
        else:
            compressed = [deflate(message, window_bits=window_bits)[0] for message in messages]
        inflated = []
        for data in compressed:
            pieces = [data[at : at + size] for at in range(0, len(data), size)] + [b""]
            last = len(pieces) - 1
            inflated.append(
                b"".join(
                    inflater.inflate(piece, last=number == last, room=PLENTY) for number, piece in enumerate(pieces)
                )
            )
        assert inflated == messages

    def test_a_reference_over_the_whole_window(self) -> None:
        """A sender may use a larger window than a promise of 8 bits allows."""
        far = bytes(range(256)) * 2
        inflater = Inflater(context_takeover=True)
        messages = [far, b"-" * 30000, far]
        assert [inflater.inflate(data, last=True, room=PLENTY) for data in deflate(*messages)] == messages


class TestFinalBlocks:
    @pytest.mark.parametrize("padding", [b"", b"\x00"], ids=["left out", "as RFC 7692 7.2.3.4 has it"])
    @pytest.mark.parametrize("context_takeover", [True, False])
    def test_every_message_may_end_in_one(self, padding: bytes, *, context_takeover: bool) -> None:
        inflater = Inflater(context_takeover=context_takeover)
        for message in (b"one", b"two", b"", b"three"):
            assert inflater.inflate(final(message) + padding, last=True, room=PLENTY) == message

    def test_in_pieces(self) -> None:
        inflater = Inflater(context_takeover=True)
        for message in (b"one", b"two"):
            data = final(message) + b"\x00"
            pieces = [inflater.inflate(data[at : at + 1], last=False, room=PLENTY) for at in range(len(data))]
            assert b"".join([*pieces, inflater.inflate(b"", last=True, room=PLENTY)]) == message

    def test_nothing_else_may_follow(self) -> None:
        with pytest.raises(Corrupt):
            Inflater(context_takeover=False).inflate(final(b"one") + final(b"two"), last=True, room=PLENTY)


class TestRoom:
    def test_just_enough(self) -> None:
        (data,) = deflate(b"x" * 1000)
        assert Inflater(context_takeover=True).inflate(data, last=True, room=1000) == b"x" * 1000

    @pytest.mark.parametrize("room", [0, 1, 999])
    def test_one_byte_more_than_room_stands_for_the_rest(self, room: int) -> None:
        (data,) = deflate(b"x" * 1000)
        assert Inflater(context_takeover=True).inflate(data, last=True, room=room) == b"x" * (room + 1)

    def test_a_bomb_takes_no_more_than_the_room(self) -> None:
        (bomb,) = deflate(bytes(32 << 20))
        inflater = Inflater(context_takeover=True)
        tracemalloc.start()
        try:
            inflated = inflater.inflate(bomb, last=True, room=PLENTY)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert len(inflated) == PLENTY + 1
        assert peak < 3 * PLENTY


def test_what_is_not_deflate_is_corrupt() -> None:
    with pytest.raises(Corrupt):
        Inflater(context_takeover=True).inflate(b"\xff\xff\xff", last=True, room=PLENTY)


def test_a_message_given_up_leaves_nothing_to_the_next_one_without_context_takeover() -> None:
    inflater = Inflater(context_takeover=False)
    with pytest.raises(Corrupt):
        inflater.inflate(b"\xff\xff\xff", last=False, room=PLENTY)
    inflater.end()
    assert inflater.inflate(HELLO, last=True, room=PLENTY) == b"Hello"
