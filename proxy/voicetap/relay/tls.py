"""TLS over a plain transport, by the standard library's protocol, in either role.

uvloop has one of its own, which drops what it has received and not yet handed on when the peer ends while reading is
paused: a slow client of an https upstream would lose the end of what was said. The standard library's keeps it.
"""

import asyncio
import socket
import ssl
from asyncio.sslproto import SSLProtocol
from collections.abc import Callable
from typing import Any, TypeVar

P = TypeVar("P", bound=asyncio.Protocol)


class _Protocol(SSLProtocol):
    """What is read at a time is kept as room by each connection, used or not: with the library's 256 KiB that would be
    most of what a session takes. TLS has records of 16 KiB at most (RFC 8446 section 5.1)."""

    max_size = 32 * 1024


async def connect(make: Callable[[], P], context: ssl.SSLContext, hostname: str, sock: socket.socket) -> P:
    """Shake hands on a connected socket; raise OSError, of which ssl.SSLError is one."""
    loop = asyncio.get_running_loop()
    protocol, connected = make(), loop.create_future()
    transport, _ = await loop.create_connection(
        lambda: _Protocol(loop, protocol, context, connected, server_side=False, server_hostname=hostname),
        sock=sock,
    )
    try:
        await connected
    except BaseException:
        transport.abort()
        raise
    return protocol


def serving(
    make: Callable[[], asyncio.Protocol], context: ssl.SSLContext, handshake_timeout: float
) -> Callable[[], asyncio.BaseProtocol]:
    """What create_server is given for protocols that are reached over TLS; `handshake_timeout` in seconds."""
    loop = asyncio.get_running_loop()

    def accepted() -> SSLProtocol:
        # Nobody awaits the handshake. A failed one closes the connection, and there is nothing else to do.
        nobody: Any = None
        seconds: Any = handshake_timeout  # typeshed says int; any number will do
        return _Protocol(loop, make(), context, nobody, server_side=True, ssl_handshake_timeout=seconds)

    return accepted
