"""Two transports, each the other's sink, until both have ended.

The halves of linkerd's duplex: each direction ends by itself. An end that one side sends is passed on as an
end, a reset as a reset, and back-pressure as a pause of reading. No byte is looked at, none is made up.
"""

import asyncio
from time import monotonic

from ..chunks import Chunk, Ending, Side, Tap
from .departure import Departure
from .reset import pass_on_reset, reset_now


class Endpoint(asyncio.Protocol):
    """The protocol of one leg: what it receives, the other leg's transport sends."""

    peer: "Endpoint"

    def __init__(self, side: Side, transport: asyncio.Transport, splice: "Splice", tap: Tap) -> None:
        self.transport = transport
        self.ended = False
        """This side has sent its end: a FIN, over TLS the end of the stream."""
        self.lost = False
        """The transport is gone."""
        self.full = False
        """The transport takes no more for now."""
        self.departing = False
        """The transport delivers what was written to it, and then ends."""
        self._side = side
        self._splice = splice
        self._observe = tap.chunk

    def data_received(self, data: bytes) -> None:
        """Write first, then tap."""
        peer = self.peer
        if not peer.lost:
            peer.transport.write(data)
            self._observe(Chunk(self._side, data, monotonic()))

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        """Take what came early, as aiohttp hands it to the parser that succeeds its own."""
        self.data_received(data)
        return False, b""

    def feed_eof(self) -> None:
        """aiohttp's word to that parser when the connection is lost; connection_lost has said it already."""

    def eof_received(self) -> bool:
        """Pass the end on; keep the other direction open where the transports can do that (TLS cannot)."""
        self.ended = True
        self._splice.saw_end(self._side, reset=False)
        peer = self.peer
        if peer.lost or peer.ended:
            # Both have sent their end. Closing both sends what is still buffered first.
            peer.transport.close()
            self.transport.close()
            return False
        if not peer.transport.can_write_eof():
            peer.depart()
        elif not peer.transport.is_closing():
            peer.transport.write_eof()
        return self.transport.can_write_eof()

    def connection_lost(self, exc: Exception | None) -> None:
        """Take the other leg along: in order after an end, by a reset after a reset."""
        self.lost = True
        self._splice.saw_end(self._side, reset=exc is not None)
        if not self.peer.lost:
            if exc is None or self.departing:
                self.peer.depart()
            else:
                self._splice.reset(self.peer.transport)
        self._splice.lost(self._side, exc)

    def depart(self) -> None:
        """End this leg in order, and take nothing from it any more."""
        if self.ended:
            self.transport.close()
        elif not self.lost and not self.departing:
            self.departing = True
            Departure(self.transport, self.connection_lost)

    def pause_writing(self) -> None:
        """This leg takes no more for now: the other one is not read."""
        self.full = True
        if not self.peer.lost:
            self.peer.transport.pause_reading()

    def resume_writing(self) -> None:
        """This leg takes more again."""
        self.full = False
        if not self.peer.lost and not self.peer.ended:
            self.peer.transport.resume_reading()


class Splice:
    """One relayed connection, from the 101 to the end of both transports."""

    def __init__(
        self, client: asyncio.Transport, server: asyncio.Transport, tap: Tap, replaced: asyncio.BaseProtocol
    ) -> None:
        """`replaced` is the protocol that had the client's transport before: it is told when that is lost."""
        self.client = Endpoint(Side.CLIENT, client, self, tap)
        self.server = Endpoint(Side.SERVER, server, self, tap)
        self.client.peer, self.server.peer = self.server, self.client
        self.finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when both transports are gone."""
        self._tap = tap
        self._replaced = replaced
        self._first_end: tuple[Side | None, bool] | None = None
        self._resetting: set[asyncio.Task[None]] = set()
        client.set_protocol(self.client)
        server.set_protocol(self.server)

    def close(self) -> None:
        """End both legs once what is buffered has been sent; voicetap's own doing, not a peer's."""
        self._first_end = self._first_end or (None, False)
        for endpoint in (self.client, self.server):
            if not endpoint.lost:
                endpoint.depart()

    def abort(self) -> None:
        """End both legs at once."""
        self._first_end = self._first_end or (None, True)
        for endpoint in (self.client, self.server):
            if not endpoint.lost:
                reset_now(endpoint.transport)

    def saw_end(self, side: Side, *, reset: bool) -> None:
        """Note whose end came first: everything after it is its consequence."""
        self._first_end = self._first_end or (side, reset)

    def reset(self, transport: asyncio.Transport) -> None:
        """Pass a reset on, after what came before it."""
        transport.pause_reading()
        task = asyncio.create_task(pass_on_reset(transport))
        self._resetting.add(task)
        task.add_done_callback(self._resetting.discard)

    def lost(self, side: Side, exc: Exception | None) -> None:
        """One transport is gone; with the second the splice has finished."""
        if side is Side.CLIENT:
            self._replaced.connection_lost(exc)
        if self.client.lost and self.server.lost and not self.finished.done():
            assert self._first_end is not None
            by, reset = self._first_end
            self.finished.set_result(None)
            self._tap.closed(Ending(by=by, reset=reset, at=monotonic()))
