"""The benched clients: all sessions of one process, each a connection through the peer under test.

    python -m bench.callers --port P --sessions N --rate R --size BYTES --board FILE --entries N

prints `{"open": n}` once every session has had its 101 and the server's first events, and then obeys (see `endpoint`).
"""

import asyncio
import base64

import uvloop

from bench.arguments import EndpointArguments, parse_endpoint_arguments
from bench.board import open_board
from bench.endpoint import Endpoint, Leg, say
from bench.traffic import client_events, server_events, server_prelude
from bench.upstream import accept_value


class ClientLeg(Leg):
    """A session as the client sees it."""

    def __init__(self, index: int, port: int, prelude_length: int, sessions: int, frame_length: int) -> None:
        super().__init__(sessions, frame_length)
        self.index = index
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._port = port
        self._key = base64.b64encode(index.to_bytes(16, "big"))
        self._prelude_length = prelude_length

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        assert self.transport is not None
        self.transport.write(
            b"GET /v1/realtime?model=gpt-realtime&session=%d HTTP/1.1\r\n"
            b"Host: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n"
            b"Authorization: Bearer not-a-key\r\n\r\n" % (self.index, self._port, self._key)
        )

    def handshake(self, head: bytes) -> int:
        status, *lines = head.split(b"\r\n")
        accepted = any(line.endswith(accept_value(self._key)) for line in lines)
        if status.split(b" ")[1] != b"101" or not accepted:
            self.ready.set_exception(ConnectionError(f"session {self.index} was answered {status.decode()!r}"))
        return self._prelude_length

    def opened(self) -> None:
        if not self.ready.done():
            self.ready.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(f"session {self.index} ended before it began"))


async def main(arguments: EndpointArguments) -> None:
    """Open every session, one after the other, then talk when told to."""
    board = open_board(arguments.board, arguments.entries)
    frame_length = len(server_events(arguments.size)[0])
    endpoint = Endpoint(
        arguments.load, client_events(arguments.size), frame_length, board.from_client, board.from_server
    )
    prelude_length = len(server_prelude())
    loop = asyncio.get_running_loop()
    for index in range(arguments.load.sessions):
        leg = ClientLeg(index, arguments.port, prelude_length, arguments.load.sessions, frame_length)
        await loop.create_connection(lambda leg=leg: leg, "127.0.0.1", arguments.port)  # type: ignore[misc]
        await asyncio.wait_for(leg.ready, 10)
        endpoint.legs[index] = leg
    say({"open": len(endpoint.legs)})
    await endpoint.obey()


if __name__ == "__main__":
    uvloop.run(main(parse_endpoint_arguments("callers")))
