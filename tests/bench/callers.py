"""The benched clients: all sessions of one process, each a connection through the peer under test.

    python -m bench.callers --port P --sessions N --rate R --size BYTES --traffic NAME --events N …

With `--authority FILE` they speak TLS, with `--deflate` they insist on permessage-deflate. It
prints `{"open": n}` once every session has had its 101 and the server's first events, and then obeys (see `endpoint`).
"""

import asyncio
import base64

import uvloop

from bench.arguments import EndpointArguments, parse_endpoint_arguments
from bench.board import open_board
from bench.certificates import client_tls
from bench.deflate import AGREED, agreed
from bench.endpoint import Endpoint, Leg, say
from bench.traffic import Script
from bench.upstream import accept_value


class ClientLeg(Leg):
    """A session as the client sees it."""

    def __init__(self, index: int, arguments: EndpointArguments, script: Script) -> None:
        sessions = arguments.load.sessions
        super().__init__(sessions, script)
        self.index = index
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._port = arguments.port
        self._authorization = arguments.key.encode()
        self._key = base64.b64encode(index.to_bytes(16, "big"))
        self._before_load = script.before_load(index, sessions)
        self._extensions = AGREED if arguments.deflate else b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        assert self.transport is not None
        self.transport.write(
            b"GET /v1/realtime?model=gpt-realtime&session=%d HTTP/1.1\r\n"
            b"Host: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n"
            b"Authorization: Bearer %s\r\n%s\r\n"
            % (self.index, self._port, self._key, self._authorization, self._extensions)
        )

    def handshake(self, head: bytes) -> int:
        status, *lines = head.split(b"\r\n")
        accepted = any(line.endswith(accept_value(self._key)) for line in lines)
        if status.split(b" ")[1] != b"101" or not accepted:
            self.ready.set_exception(ConnectionError(f"session {self.index} was answered {status.decode()!r}"))
        elif agreed(head) != bool(self._extensions):
            self.ready.set_exception(ConnectionError("permessage-deflate was not agreed to as it was offered"))
        return self._before_load

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
    load, (says, hears) = arguments.load, arguments.scripts()
    endpoint = Endpoint(load, says, board.from_client, board.from_server)
    tls = client_tls(arguments.authority) if arguments.authority else None
    loop = asyncio.get_running_loop()
    for index in range(load.sessions):
        leg = ClientLeg(index, arguments, hears)
        await loop.create_connection(lambda leg=leg: leg, "127.0.0.1", arguments.port, ssl=tls)  # type: ignore[misc]
        await asyncio.wait_for(leg.ready, 10)
        endpoint.legs[index] = leg
    say({"open": len(endpoint.legs)})
    await endpoint.obey()


if __name__ == "__main__":
    uvloop.run(main(parse_endpoint_arguments("callers")))
