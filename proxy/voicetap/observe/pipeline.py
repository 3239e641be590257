"""One connection understood: chunks in at the top, facts out to the sinks.

There are two entries, chunks (live) and messages (replay); from messages on they are one.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence

from ..chunks import Chunk, Ending, Handshake, Header, Side, UpgradeRequest
from ..facts import BytesRelayed, Fact, GapOpened, HandshakeAnswered, Sink
from ..prices import PriceTable
from ..realtime import decode
from ..session import Session
from ..wire import Gap, Kind, Message, MessageDecoder, close_code_and_reason, parse_deflate
from .recorder import SessionRecorder

log = logging.getLogger(__name__)

PIECE = 8 * 1024
"""Bytes decoded in one step where nothing is compressed: room for 4,096 empty frames, which take a few milliseconds,
and for any event of audio as models send them."""

COMPRESSED_PIECE = 512
"""Bytes decoded in one step where deflate was agreed to: at most 528 KB inflated, since it makes 1 of 1,032 at best."""


class Pipeline:
    """Decoders of both directions, the session that they feed, and the sinks that hear of it."""

    def __init__(
        self,
        request: UpgradeRequest,
        sinks: Iterable[Sink],
        sink_failed: Callable[[str], None],
        recorder: SessionRecorder | None = None,
        *,
        prices: PriceTable | None = None,
        content: bool = False,
    ) -> None:
        """`sink_failed` is told the name of a sink that raised. Without `prices` nothing has a cost; without `content`
        no fact says what people and models said."""
        self._request = request
        self._session: Session | None = None
        """From a 101 on; before it, nothing of a session is awaited."""
        self._sinks = list(sinks)
        self._sink_failed = sink_failed
        self._recorder = recorder
        self._prices = prices
        self._content = content
        self._decoders: dict[Side, MessageDecoder] = {}
        self._piece = PIECE

    def answered(self, handshake: Handshake) -> None:
        """Take the handshake's outcome; after a 101 there will be chunks."""
        self._emit([HandshakeAnswered(handshake.at, handshake.outcome, handshake.connect_seconds)])
        if self._recorder is not None:
            self._recorder.answered(handshake)
        if handshake.outcome == "101":
            self._session = Session(
                self._request.target, self._request.at, handshake.at, prices=self._prices, content=self._content
            )
            deflate = parse_deflate(_values(handshake.headers, b"sec-websocket-extensions"))
            self._decoders = {side: MessageDecoder(side, deflate) for side in Side}
            self._piece = COMPRESSED_PIECE if deflate else PIECE

    def chunk(self, chunk: Chunk) -> Iterator[None] | None:
        """Take the next bytes of one side: at once when they are short and complete at most one message.

        Else the steps in which they are taken are returned, each of a few milliseconds at most: some bytes decoded,
        or one message understood. They have to be exhausted before anything else is taken.
        """
        if len(chunk.data) > self._piece:
            return self._pieces(chunk)
        found = self._decoders[chunk.sender].receive(chunk.data)
        if not found:
            return None
        if len(found) == 1 and type(found[0]) is Message:
            self.message(chunk.sender, found[0], chunk.at)
            return None
        return self._each(chunk.sender, found, chunk.at)

    def _pieces(self, chunk: Chunk) -> Iterator[None]:
        decoder, data, piece = self._decoders[chunk.sender], chunk.data, self._piece
        for start in range(0, len(data), piece):
            found = decoder.receive(data[start : start + piece])
            yield
            yield from self._each(chunk.sender, found, chunk.at)

    def _each(self, sender: Side, found: Iterable[Message | Gap], at: float) -> Iterator[None]:
        for one in found:
            if type(one) is Message:
                self.message(sender, one, at)
            elif type(one) is Gap:
                self._emit([GapOpened(at, sender, one.reason)])
                if one.fatal and self._session is not None:
                    self._emit(self._session.blind(sender, at))
                    self._stop_recording()
            yield

    def message(self, sender: Side, message: Message, at: float) -> None:
        """Take the next message of one side, after a 101."""
        kind, session = message.kind, self._session
        assert session is not None
        understood = decode(sender, message) if kind is Kind.TEXT or kind is Kind.BINARY else None
        if self._recorder is not None:
            self._recorder.message(sender, message, understood, at)
        if understood is not None:
            self._emit(session.receive(sender, understood, at))
        elif kind is Kind.CLOSE:
            code, reason = close_code_and_reason(message.payload)
            self._emit(session.close_frame(sender, code, reason, at))

    def relayed(self, sender: Side, count: int, at: float) -> None:
        """Count bytes, understood or not."""
        self._emit([BytesRelayed(at, sender, count)])

    def gap(self, reason: str, at: float) -> None:
        """From here on nothing is looked at, on either side."""
        self._emit([GapOpened(at, None, reason)])
        if self._session is not None:
            self._emit(self._session.blind(None, at))
        self._stop_recording()

    def tick(self, now: float) -> None:
        """Let time pass: what was awaited and has not come is a fact too."""
        if self._session is not None:
            self._emit(self._session.tick(now))

    def closed(self, ending: Ending) -> None:
        """Take the end of the connection."""
        if self._session is not None:
            self._emit(self._session.close(ending))
        if self._recorder is not None:
            self._recorder.ended(ending)

    def close(self) -> None:
        """Nothing follows, however it ended."""
        self._stop_recording()
        for sink in self._sinks:
            self._close(sink)

    def _stop_recording(self) -> None:
        if self._recorder is not None:
            self._recorder.close()

    def _emit(self, facts: Sequence[Fact]) -> None:
        for fact in facts:
            for sink in self._sinks:
                try:
                    sink.receive(fact)
                except Exception:
                    self._remove(sink)

    def _remove(self, sink: Sink) -> None:
        """A sink that raises has heard its last of this connection; the others do not notice."""
        self._sinks = [other for other in self._sinks if other is not sink]
        log.exception("the sink %s failed and was removed from this connection", sink.name)
        self._sink_failed(sink.name)
        self._close(sink)

    def _close(self, sink: Sink) -> None:
        try:
            sink.close()
        except Exception:
            log.exception("the sink %s failed at its end", sink.name)


def _values(headers: Sequence[Header], name: bytes) -> list[bytes]:
    return [value for key, value in headers if key.lower() == name]
