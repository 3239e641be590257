"""The line to a client: how bytes reach it, at once or as a trickle, and how it breaks."""

import asyncio
import socket
import struct

import msgspec
from aiohttp import WSMsgType, web

from .protocol import Binary, HangUp, Ping, Pong, Send, Text

TRICKLE_SECONDS = 0.1
"""From one piece of a trickle to the next."""
_FIN = 0x80
_OPCODES = {WSMsgType.TEXT: 0x1, WSMsgType.BINARY: 0x2, WSMsgType.PING: 0x9, WSMsgType.PONG: 0xA}

_KINDS = {Binary: WSMsgType.BINARY, Ping: WSMsgType.PING, Pong: WSMsgType.PONG}

Message = Send | Text | Binary | Ping | Pong


class Line:
    """Of one WebSocket; messages go out one after the other."""

    def __init__(self, websocket: web.WebSocketResponse, request: web.Request, bytes_per_second: int | None) -> None:
        """Without `bytes_per_second` a message is written whole."""
        self._socket = websocket
        self._request = request
        self._bytes_per_second = bytes_per_second

    async def send(self, message: Message) -> None:
        """Write it; raises ConnectionError where the client has gone."""
        kind, payload = _encoded(message)
        if self._bytes_per_second is None:
            await self._socket.send_frame(payload, kind)
            return
        frame = _header(kind, len(payload)) + payload
        size = max(1, round(self._bytes_per_second * TRICKLE_SECONDS))
        for start in range(0, len(frame), size):
            transport = self._request.transport
            if transport is None or transport.is_closing():
                raise ConnectionResetError("the client has gone")
            transport.write(frame[start : start + size])
            await asyncio.sleep(TRICKLE_SECONDS)

    async def shut(self) -> None:
        """Send a Close frame without a code."""
        await self._socket.send_frame(b"", WSMsgType.CLOSE)

    def hang_up(self, how: HangUp) -> None:
        """End the transport, without a Close frame."""
        transport = self._request.transport
        if transport is None:
            return
        if how.reset:
            raw = transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            transport.abort()
        else:
            transport.close()


def _encoded(message: Message) -> tuple[WSMsgType, bytes]:
    if isinstance(message, Send):
        return WSMsgType.TEXT, msgspec.json.encode(message.event)
    if isinstance(message, Text):
        return WSMsgType.TEXT, message.text.encode()
    return _KINDS[type(message)], message.payload


def _header(kind: WSMsgType, length: int) -> bytes:
    """Of an unmasked frame: RFC 6455 section 5.2."""
    first = _FIN | _OPCODES[kind]
    if length < 126:
        return struct.pack("!BB", first, length)
    return struct.pack("!BBH", first, 126, length) if length < 1 << 16 else struct.pack("!BBQ", first, 127, length)
