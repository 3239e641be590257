import zlib

import pytest

from voicetap.wire.deflate import Inflater
from voicetap.wire.frames import FRAMING, Frame, Gap, Kind
from voicetap.wire.messages import HEAD, TAIL, Message, MessageAssembler, close_code_and_reason

OVERSIZE = Gap("oversize", fatal=False)


def begin(payload: bytes, *, fin: bool = False, rest: int = 0, kind: Kind = Kind.TEXT, rsv1: bool = False) -> Frame:
    return Frame(kind, fin, rsv1, payload, rest)


def more(payload: bytes, *, fin: bool = False, rest: int = 0) -> Frame:
    return Frame(None, fin, False, payload, rest)


def ping(payload: bytes) -> Frame:
    return Frame(Kind.PING, True, False, payload, 0)


def message(payload: bytes, kind: Kind = Kind.TEXT) -> Message:
    return Message(kind, payload, len(payload), b"")


def plain(*, limit: int = 1000) -> MessageAssembler:
    return MessageAssembler(None, limit=limit)


def compressed(*, context_takeover: bool = False, limit: int = 1000) -> MessageAssembler:
    return MessageAssembler(Inflater(context_takeover=context_takeover), limit=limit)


def deflate(payload: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return (stream.compress(payload) + stream.flush(zlib.Z_SYNC_FLUSH))[:-4]


class TestReassembly:
    def test_one_frame_is_a_message(self) -> None:
        frames = [begin(b"text", fin=True), begin(b"bin", fin=True, kind=Kind.BINARY), begin(b"", fin=True)]
        assert plain().receive(frames) == [message(b"text"), message(b"bin", Kind.BINARY), message(b"")]

    def test_fragments_are_joined(self) -> None:
        assembler = plain()
        assert assembler.receive([begin(b"to", kind=Kind.BINARY), more(b"")]) == []
        assert assembler.receive([more(b"get"), more(b"her", fin=True)]) == [message(b"together", Kind.BINARY)]

    def test_control_messages_come_at_once(self) -> None:
        frames = [begin(b"a"), ping(b"1"), more(b"b"), Frame(Kind.PONG, True, False, b"2", 0), more(b"c", fin=True)]
        expected = [message(b"1", Kind.PING), message(b"2", Kind.PONG), message(b"abc")]
        assert plain().receive(frames) == expected

    def test_a_close_ends_nothing(self) -> None:
        frames = [Frame(Kind.CLOSE, True, False, b"\x03\xe8", 0), begin(b"after", fin=True)]
        assert plain().receive(frames) == [message(b"\x03\xe8", Kind.CLOSE), message(b"after")]


class TestOrder:
    @pytest.mark.parametrize(
        "frames",
        [
            [more(b"of nothing")],
            [more(b"of nothing", fin=True)],
            [begin(b"first"), begin(b"second", fin=True)],
            [begin(b"first"), begin(b"second", kind=Kind.BINARY)],
            [begin(deflate(b"not agreed to"), rsv1=True, fin=True)],
            [begin(deflate(b"not agreed to"), rsv1=True)],
            [FRAMING],
        ],
    )
    def test_a_violation_is_one_gap_and_the_end(self, frames: list[Frame | Gap]) -> None:
        assembler = plain()
        after: list[Frame | Gap] = [begin(b"after", fin=True), ping(b"after"), FRAMING]
        assert assembler.receive([begin(b"before", fin=True), *frames, *after]) == [message(b"before"), FRAMING]
        assert assembler.lost
        assert assembler.receive(after) == []

    def test_so_it_is_within_a_compressed_message(self) -> None:
        assert compressed().receive([begin(deflate(b"x"), rsv1=True), begin(b"", rsv1=True)]) == [FRAMING]


class TestOversize:
    def test_the_limit_itself_is_not_too_large(self) -> None:
        frames = [begin(1000 * b"x", fin=True), begin(999 * b"x", rest=1), more(b"x", fin=True)]
        assert plain().receive(frames) == [message(1000 * b"x"), message(1000 * b"x")]

    def test_in_one_frame(self) -> None:
        payload = bytes(range(250)) * 400
        cut = Message(Kind.TEXT, payload[:HEAD], len(payload), payload[-TAIL:])
        assert plain(limit=HEAD + TAIL).receive([begin(payload, fin=True)]) == [OVERSIZE, cut]

    def test_it_is_known_from_the_head_of_the_frame(self) -> None:
        assembler = plain()
        assert assembler.receive([begin(b"", rest=1001)]) == [OVERSIZE]
        assert assembler.receive([more(600 * b"a", rest=401)]) == []
        cut = Message(Kind.TEXT, 600 * b"a" + 400 * b"b", 1001, 600 * b"a" + 401 * b"b")
        assert assembler.receive([more(401 * b"b", fin=True)]) == [cut]

    def test_it_is_known_from_the_fragment_that_passes_the_limit(self) -> None:
        assembler = plain()
        assert assembler.receive([begin(700 * b"a"), more(300 * b"b"), ping(b"")]) == [message(b"", Kind.PING)]
        assert assembler.receive([more(b"c")]) == [OVERSIZE]
        assert assembler.receive([ping(b""), more(b"d")]) == [message(b"", Kind.PING)]
        whole = 700 * b"a" + 300 * b"b" + b"cde"
        assert assembler.receive([more(b"e", fin=True)]) == [Message(Kind.TEXT, whole[:1000], 1003, whole)]

    def test_then_it_goes_on(self) -> None:
        frames = [begin(1001 * b"x", fin=True), begin(b"next", fin=True)]
        assert plain().receive(frames)[-1] == message(b"next")

    def test_an_endless_message_is_one_gap(self) -> None:
        frames = [begin(b""), *(more(500 * b"x") for _ in range(1000))]
        assert plain().receive(frames) == [OVERSIZE]


class TestCompressed:
    def test_only_the_first_frame_says_so(self) -> None:
        data = deflate(b"compressed")
        frames = [begin(data[:3], rsv1=True), ping(b""), more(data[3:]), more(b"", fin=True)]
        assert compressed().receive(frames) == [message(b"", Kind.PING), message(b"compressed")]

    def test_others_may_stand_among_them(self) -> None:
        frames = [
            begin(deflate(b"one"), rsv1=True, fin=True),
            begin(b"two", fin=True),
            begin(b"th"),
            more(b"ree", fin=True),
            begin(deflate(b"four"), rsv1=True, fin=True, kind=Kind.BINARY),
        ]
        expected = [message(b"one"), message(b"two"), message(b"three"), message(b"four", Kind.BINARY)]
        assert compressed().receive(frames) == expected

    def test_a_bomb_is_cut_and_without_context_takeover_it_goes_on(self) -> None:
        bomb, next_one = deflate(5000 * b"x"), begin(deflate(b"next"), rsv1=True, fin=True)
        frames = [begin(bomb, rsv1=True), more(b"anything"), more(b"", fin=True), next_one]
        expected = [Gap("inflate_limit", fatal=False), Message(Kind.TEXT, 1000 * b"x", 1001, b""), message(b"next")]
        assert compressed().receive(frames) == expected

    def test_a_bomb_in_one_frame(self) -> None:
        frames = [begin(deflate(5000 * b"x"), rsv1=True, fin=True), begin(deflate(b"next"), rsv1=True, fin=True)]
        expected = [Gap("inflate_limit", fatal=False), Message(Kind.TEXT, 1000 * b"x", 1001, b""), message(b"next")]
        assert compressed().receive(frames) == expected

    def test_with_context_takeover_the_context_is_lost(self) -> None:
        assembler = compressed(context_takeover=True)
        frames = [begin(deflate(5000 * b"x"), rsv1=True, fin=True), begin(b"next", fin=True)]
        expected = [Message(Kind.TEXT, 1000 * b"x", 1001, b""), Gap("inflate_limit", fatal=True)]
        assert assembler.receive(frames) == expected
        assert assembler.receive([begin(b"next", fin=True)]) == []

    @pytest.mark.parametrize("context_takeover", [True, False])
    def test_more_compressed_bytes_than_the_limit(self, *, context_takeover: bool) -> None:
        frames = [begin(deflate(b"x"), rsv1=True, rest=1000), more(b"\xff", fin=True)]
        expected = [Gap("inflate_limit", fatal=context_takeover)]
        assert compressed(context_takeover=context_takeover).receive(frames) == expected

    @pytest.mark.parametrize("context_takeover", [True, False])
    def test_corrupt(self, *, context_takeover: bool) -> None:
        frames = [
            begin(deflate(b"good"), rsv1=True, fin=True),
            begin(deflate(b"good"), rsv1=True),
            more(b"\xff\xff\xff"),
            more(b"\xff", fin=True),
            begin(deflate(b"next"), rsv1=True, fin=True),
        ]
        expected = [message(b"good"), Gap("inflate", fatal=context_takeover)]
        if not context_takeover:
            expected.append(message(b"next"))
        assert compressed(context_takeover=context_takeover).receive(frames) == expected


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"", (None, "")),
        (b"\x03", (None, "")),
        (b"\x03\xe8", (1000, "")),
        (b"\x0f\xa1expired", (4001, "expired")),
        (b"\x03\xe9" + "Grüße".encode(), (1001, "Grüße")),
        (b"\x03\xeaa\xffb", (1002, "a\N{REPLACEMENT CHARACTER}b")),
        (b"\x00\x00", (0, "")),
    ],
)
def test_the_payload_of_a_close(payload: bytes, expected: tuple[int | None, str]) -> None:
    assert close_code_and_reason(payload) == expected
