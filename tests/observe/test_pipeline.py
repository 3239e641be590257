"""Chunks in, facts out, for one connection."""

import base64
import json
import logging
import zlib
from typing import Any

import pytest

from support.frames import CLOSE, PING, TEXT, frame
from support.observing import Listener
from voicetap.chunks import Chunk, Ending, Handshake, Side, UpgradeRequest
from voicetap.facts import (
    AnswerSpoken,
    BytesRelayed,
    ConnectionClosed,
    EventReceived,
    Fact,
    GapOpened,
    HandshakeAnswered,
    MessageMalformed,
    SessionStartFailed,
    UnknownEventReceived,
)
from voicetap.observe import pipeline as pipelines
from voicetap.observe.pipeline import COMPRESSED_PIECE, PIECE, Pipeline
from voicetap.wire import MessageDecoder


class Broken(Listener):
    """A sink that fails at its second fact."""

    name = "broken"

    def receive(self, fact: Fact) -> None:
        super().receive(fact)
        if len(self.facts) == 2:
            raise RuntimeError("broken")


REQUEST = UpgradeRequest("/v1/realtime?model=gpt-realtime", (), 100.0)


def switched(at: float = 100.2, *extensions: bytes) -> Handshake:
    headers = [(b"Sec-WebSocket-Extensions", value) for value in extensions]
    return Handshake("101", headers, 0.1, at)


def text(event: dict[str, Any] | str, **options: Any) -> bytes:
    return frame(TEXT, (event if isinstance(event, str) else json.dumps(event)).encode(), **options)


def pipeline_to(*sinks: Listener, failed: list[str] | None = None) -> Pipeline:
    return Pipeline(REQUEST, sinks, [].append if failed is None else failed.append)


def take(pipeline: Pipeline, chunk: Chunk) -> int:
    """Take a chunk in all its steps; return how many there were."""
    return sum(1 for _ in pipeline.chunk(chunk) or ())


def kinds(listener: Listener, *types: type[Fact]) -> list[Fact]:
    return [fact for fact in listener.facts if isinstance(fact, types)]


def test_a_call_from_the_handshake_to_the_end() -> None:
    listener = Listener()
    pipeline = pipeline_to(listener)
    audio = base64.b64encode(bytes(480)).decode()
    delta = {"type": "response.output_audio.delta", "item_id": "item_A", "response_id": "resp_1", "delta": audio}

    pipeline.answered(switched())
    take(pipeline, Chunk(Side.CLIENT, text({"type": "response.create"}, mask=b"abcd"), 100.5))
    take(pipeline, Chunk(Side.SERVER, text(delta) + text({"type": "brand.new"}) + frame(PING, b"1"), 101.0))
    take(pipeline, Chunk(Side.SERVER, text("{"), 101.5))
    take(pipeline, Chunk(Side.CLIENT, frame(CLOSE, b"\x03\xe8bye", mask=b"abcd"), 102.0))
    pipeline.closed(Ending(Side.CLIENT, False, 103.0))

    assert kinds(
        listener,
        HandshakeAnswered,
        EventReceived,
        AnswerSpoken,
        UnknownEventReceived,
        MessageMalformed,
        ConnectionClosed,
    ) == [
        HandshakeAnswered(100.2, "101", 0.1),
        EventReceived(100.5, Side.CLIENT, "response.create"),
        EventReceived(101.0, Side.SERVER, "response.output_audio.delta"),
        AnswerSpoken(101.0, "item_A", "resp_1"),
        UnknownEventReceived(101.0, Side.SERVER, "brand.new"),
        MessageMalformed(101.5, Side.SERVER, "json", None),
        ConnectionClosed(103.0, "client_closed", 1000, "bye", Side.CLIENT, 3.0),
    ]


def test_compressed_messages_are_read_when_the_handshake_agreed_to_it() -> None:
    listener = Listener()
    pipeline = pipeline_to(listener)
    squeeze = zlib.compressobj(wbits=-15)
    payload = squeeze.compress(b'{"type":"response.create"}') + squeeze.flush(zlib.Z_SYNC_FLUSH)
    pipeline.answered(switched(100.2, b"permessage-deflate"))
    take(pipeline, Chunk(Side.CLIENT, frame(TEXT, payload[:-4], rsv=4, mask=b"abcd"), 101.0))
    assert kinds(listener, EventReceived) == [EventReceived(101.0, Side.CLIENT, "response.create")]


def test_what_is_no_frame_is_a_gap_and_the_other_side_is_still_read() -> None:
    listener = Listener()
    pipeline = pipeline_to(listener)
    pipeline.answered(switched())
    take(pipeline, Chunk(Side.SERVER, b"\xff\xff garbage", 101.0))
    take(pipeline, Chunk(Side.SERVER, text({"type": "session.created"}), 101.5))
    take(pipeline, Chunk(Side.CLIENT, text({"type": "response.create"}, mask=b"abcd"), 102.0))
    assert kinds(listener, GapOpened, EventReceived) == [
        GapOpened(101.0, Side.SERVER, "framing"),
        EventReceived(102.0, Side.CLIENT, "response.create"),
    ]


def test_bytes_are_counted_whatever_they_are() -> None:
    listener = Listener()
    pipeline = pipeline_to(listener)
    pipeline.relayed(Side.CLIENT, 5, 101.0)
    assert listener.facts == [BytesRelayed(101.0, Side.CLIENT, 5)]


def test_a_refused_handshake() -> None:
    listener = Listener()
    pipeline_to(listener).answered(Handshake("401", (), 0.2, 100.4))
    assert listener.facts == [HandshakeAnswered(100.4, "401", 0.2)]


def test_a_sink_that_fails_is_removed_and_the_others_do_not_notice(caplog: pytest.LogCaptureFixture) -> None:
    broken, listener, failed = Broken(), Listener(), list[str]()
    pipeline = pipeline_to(broken, listener, failed=failed)
    with caplog.at_level(logging.CRITICAL + 1):
        for at in (1.0, 2.0, 3.0):
            pipeline.gap("error", at)
    assert [fact.at for fact in broken.facts] == [1.0, 2.0]
    assert [fact.at for fact in listener.facts] == [1.0, 2.0, 3.0]
    assert failed == ["broken"]
    pipeline.close()
    assert (broken.closed, listener.closed) == (1, 1)


def test_nothing_is_computed_and_nothing_awaited_before_a_101(monkeypatch: pytest.MonkeyPatch) -> None:
    listener = Listener()
    with monkeypatch.context() as patched:
        patched.setattr(pipelines, "Session", None)
        pipeline = pipeline_to(listener)
        pipeline.tick(1000.0)
        assert listener.facts == []
    pipeline.answered(switched(1000.0))
    pipeline.tick(1029.9)
    assert kinds(listener, SessionStartFailed) == []
    pipeline.tick(1030.0)
    assert kinds(listener, SessionStartFailed) == [SessionStartFailed(1030.0, "timeout", None)]


def test_what_comes_in_one_short_chunk_with_one_message_is_done_at_once() -> None:
    pipeline = pipeline_to()
    pipeline.answered(switched())
    assert pipeline.chunk(Chunk(Side.SERVER, text("{") + text("{}")[:-1], 101.0)) is None
    assert pipeline.chunk(Chunk(Side.SERVER, b"}", 101.0)) is None


def test_many_messages_in_one_chunk_are_as_many_steps() -> None:
    listener = Listener()
    pipeline = pipeline_to(listener)
    pipeline.answered(switched())
    steps = pipeline.chunk(Chunk(Side.SERVER, frame(TEXT) * PIECE, 101.0))
    assert steps is not None
    before = 0
    for _ in steps:
        heard = len(kinds(listener, MessageMalformed))
        assert heard - before <= 1
        before = heard
    assert before == PIECE


@pytest.mark.parametrize(("extensions", "most"), [((), PIECE), ((b"permessage-deflate",), COMPRESSED_PIECE)])
def test_no_step_decodes_more_than_a_piece(
    extensions: tuple[bytes, ...], most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener, sizes = Listener(), list[int]()
    receive = MessageDecoder.receive

    def measured(decoder: MessageDecoder, data: bytes) -> Any:
        sizes.append(len(data))
        return receive(decoder, data)

    monkeypatch.setattr(MessageDecoder, "receive", measured)
    pipeline = pipeline_to(listener)
    pipeline.answered(switched(100.2, *extensions))
    event = text({"type": "response.create", "pad": "x" * 20_000}, mask=b"abcd")
    steps = take(pipeline, Chunk(Side.CLIENT, event, 101.0))
    assert (max(sizes), sum(sizes)) == (most, len(event))
    assert steps == len(sizes) + 1
    assert kinds(listener, EventReceived) == [EventReceived(101.0, Side.CLIENT, "response.create")]


def test_a_side_that_went_dark_is_not_waited_for() -> None:
    listener = Listener()
    pipeline = pipeline_to(listener)
    pipeline.answered(switched())
    take(pipeline, Chunk(Side.SERVER, b"\xff\xff", 101.0))
    pipeline.tick(200.0)
    pipeline.closed(Ending(Side.SERVER, False, 201.0))
    assert listener.facts[1:] == [
        GapOpened(101.0, Side.SERVER, "framing"),
        ConnectionClosed(201.0, "server_closed", None, "", Side.SERVER, 101.0),
    ]
