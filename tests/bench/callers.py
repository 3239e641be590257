"""The benched clients: all sessions of one process, each a connection through the peer under test.

    python -m bench.callers --port P --sessions N --rate R --size BYTES --traffic NAME --events N …

prints `{"open": n}` once every session has had its 101 and the server's first events, and then obeys (see `endpoint`).
"""

import asyncio
import base64

import uvloop

from bench.arguments import EndpointArguments, parse_endpoint_arguments
from bench.board import open_board
from bench.endpoint import Endpoint, Leg, say
from bench.traffic import Script, client_script, server_script
from bench.upstream import accept_value


class ClientLeg(Leg):
    """A session as the client sees it."""

    def __init__(self, index: int, port: int, sessions: int, script: Script) -> None:
        super().__init__(sessions, script)
        self.index = index
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._port = port
        self._key = base64.b64encode(index.to_bytes(16, "big"))
        self._prelude_length = len(script.prelude(index, sessions))

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
    load, script = (
        arguments.load,
        server_script(arguments.traffic, arguments.size, arguments.load.rate, arguments.events),
    )
    endpoint = Endpoint(load, client_script(arguments.traffic, arguments.size), board.from_client, board.from_server)
    loop = asyncio.get_running_loop()
    for index in range(load.sessions):
        leg = ClientLeg(index, arguments.port, load.sessions, script)
        await loop.create_connection(lambda leg=leg: leg, "127.0.0.1", arguments.port)  # type: ignore[misc]
        await asyncio.wait_for(leg.ready, 10)
        endpoint.legs[index] = leg
    say({"open": len(endpoint.legs)})
    await endpoint.obey()


if __name__ == "__main__":
    uvloop.run(main(parse_endpoint_arguments("callers")))
