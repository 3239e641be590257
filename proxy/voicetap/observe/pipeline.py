"""One connection understood: chunks in at the top, facts out to the sinks.

There are two entries, chunks (live) and messages (replay); from messages on they are one.
"""

import logging
from collections.abc import Callable, Iterable, Sequence

from ..chunks import Chunk, Ending, Handshake, Header, Side, UpgradeRequest
from ..facts import BytesRelayed, Fact, GapOpened, HandshakeAnswered, Sink
from ..realtime import decode
from ..session import Session
from ..wire import Gap, Kind, Message, MessageDecoder, close_code_and_reason, parse_deflate

log = logging.getLogger(__name__)


class Pipeline:
    """Decoders of both directions, the session that they feed, and the sinks that hear of it."""

    def __init__(self, request: UpgradeRequest, sinks: Iterable[Sink], sink_failed: Callable[[str], None]) -> None:
        """`sink_failed` is told the name of a sink that raised."""
        self._session = Session(request.target, request.at)
        self._sinks = list(sinks)
        self._sink_failed = sink_failed
        self._decoders: dict[Side, MessageDecoder] = {}

    def answered(self, handshake: Handshake) -> None:
        """Take the handshake's outcome; after a 101 there will be chunks."""
        self._emit([HandshakeAnswered(handshake.at, handshake.outcome, handshake.connect_seconds)])
        if handshake.outcome == "101":
            deflate = parse_deflate(_values(handshake.headers, b"sec-websocket-extensions"))
            self._decoders = {side: MessageDecoder(side, deflate) for side in Side}

    def chunk(self, chunk: Chunk) -> None:
        """Take the next bytes of one side."""
        sender, at = chunk.sender, chunk.at
        for found in self._decoders[sender].receive(chunk.data):
            if type(found) is Message:
                self.message(sender, found, at)
            elif type(found) is Gap:
                self._emit([GapOpened(at, sender, found.reason)])

    def message(self, sender: Side, message: Message, at: float) -> None:
        """Take the next message of one side."""
        kind = message.kind
        if kind is Kind.TEXT or kind is Kind.BINARY:
            self._emit(self._session.receive(sender, decode(sender, message), at))
        elif kind is Kind.CLOSE:
            code, reason = close_code_and_reason(message.payload)
            self._emit(self._session.close_frame(sender, code, reason, at))

    def relayed(self, chunk: Chunk) -> None:
        """Count a chunk's bytes, understood or not."""
        self._emit([BytesRelayed(chunk.at, chunk.sender, len(chunk.data))])

    def gap(self, reason: str, at: float) -> None:
        """From here on nothing is looked at, on either side."""
        self._emit([GapOpened(at, None, reason)])

    def tick(self, now: float) -> None:
        """Let time pass: what was awaited and has not come is a fact too."""
        self._emit(self._session.tick(now))

    def closed(self, ending: Ending) -> None:
        """Take the end of the connection."""
        self._emit(self._session.close(ending))

    def close(self) -> None:
        """Nothing follows, however it ended."""
        for sink in self._sinks:
            self._close(sink)

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
