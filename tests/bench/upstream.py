"""The benched upstream: a Realtime server that says its part and does not listen.

    python -m bench.upstream --sessions N --rate R --size BYTES --traffic NAME --events N --board FILE …

With `--certificate FILE` it speaks TLS, with `--deflate` it insists on permessage-deflate. It
prints `{"port": n}` once it listens and then obeys (see `endpoint`).
"""

import asyncio
import base64
import hashlib

import uvloop

from bench.arguments import EndpointArguments, parse_endpoint_arguments
from bench.board import open_board
from bench.certificates import server_tls
from bench.deflate import AGREED, agreed
from bench.endpoint import Endpoint, Leg, say
from bench.traffic import Script

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def accept_value(key: bytes) -> bytes:
    """`Sec-WebSocket-Accept` for a `Sec-WebSocket-Key` (RFC 6455 section 4.2.2)."""
    return base64.b64encode(hashlib.sha1(key + _GUID).digest())


class ServerLeg(Leg):
    """A session as the server sees it."""

    def __init__(
        self, endpoint: Endpoint, sessions: int, heard: Script, said: Script, *, deflate: bool = False
    ) -> None:
        super().__init__(sessions, heard)
        self._extensions = AGREED if deflate else b""
        self._endpoint = endpoint
        self._said = said

    def handshake(self, head: bytes) -> int:
        request, *lines = head.split(b"\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)}
        assert self.transport is not None
        key = headers.get(b"sec-websocket-key")
        if key is None or agreed(head) < bool(self._extensions):
            self.transport.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            self.transport.close()
            return 0
        number = request.split(b" ")[1].rpartition(b"session=")[2]
        # A proxy that drops the query leaves their order, for the callers open one after the other.
        self.index = int(number) if number.isdigit() else len(self._endpoint.legs)
        self._endpoint.legs[self.index] = self
        self.transport.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: "
            + accept_value(key)
            + b"\r\n"
            + self._extensions
            + b"\r\n"
            + self._said.prelude(self.index, self._sessions)
        )
        return 0


async def main(arguments: EndpointArguments) -> None:
    """Listen on a free port of loopback until stdin ends."""
    board = open_board(arguments.board, arguments.entries)
    load, (heard, said) = arguments.load, arguments.scripts()
    endpoint = Endpoint(load, said, board.from_server, board.from_client)
    server = await asyncio.get_running_loop().create_server(
        lambda: ServerLeg(endpoint, load.sessions, heard, said, deflate=arguments.deflate),
        "127.0.0.1",
        0,
        ssl=server_tls(arguments.certificate) if arguments.certificate else None,
    )
    say({"port": server.sockets[0].getsockname()[1]})
    await endpoint.obey()


if __name__ == "__main__":
    uvloop.run(main(parse_endpoint_arguments("upstream")))
