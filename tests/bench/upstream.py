"""The benched upstream: a Realtime server that says its part and does not listen.

    python -m bench.upstream --sessions N --rate R --size BYTES --traffic NAME --events N --board FILE …

prints `{"port": n}` once it listens and then obeys (see `endpoint`).
"""

import asyncio
import base64
import hashlib

import uvloop

from bench.arguments import EndpointArguments, parse_endpoint_arguments
from bench.board import open_board
from bench.endpoint import Endpoint, Leg, say
from bench.traffic import Script, client_script, server_script

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def accept_value(key: bytes) -> bytes:
    """`Sec-WebSocket-Accept` for a `Sec-WebSocket-Key` (RFC 6455 section 4.2.2)."""
    return base64.b64encode(hashlib.sha1(key + _GUID).digest())


class ServerLeg(Leg):
    """A session as the server sees it."""

    def __init__(self, endpoint: Endpoint, sessions: int, heard: Script, said: Script) -> None:
        super().__init__(sessions, heard)
        self._endpoint = endpoint
        self._said = said

    def handshake(self, head: bytes) -> int:
        request, *lines = head.split(b"\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)}
        self.index = int(request.split(b" ")[1].rpartition(b"session=")[2])
        self._endpoint.legs[self.index] = self
        assert self.transport is not None
        self.transport.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: "
            + accept_value(headers[b"sec-websocket-key"])
            + b"\r\n\r\n"
            + self._said.prelude(self.index, self._sessions)
        )
        return 0


async def main(arguments: EndpointArguments) -> None:
    """Listen on a free port of loopback until stdin ends."""
    board = open_board(arguments.board, arguments.entries)
    load, heard = arguments.load, client_script(arguments.traffic, arguments.size)
    said = server_script(arguments.traffic, arguments.size, load.rate, arguments.events)
    endpoint = Endpoint(load, said, board.from_server, board.from_client)
    server = await asyncio.get_running_loop().create_server(
        lambda: ServerLeg(endpoint, load.sessions, heard, said), "127.0.0.1", 0
    )
    say({"port": server.sockets[0].getsockname()[1]})
    await endpoint.obey()


if __name__ == "__main__":
    uvloop.run(main(parse_endpoint_arguments("upstream")))
