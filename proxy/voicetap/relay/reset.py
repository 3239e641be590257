"""Passing on a reset: the other side gets one too, after everything that came before it.

asyncio's `abort` alone sends a FIN: only a close with SO_LINGER at zero sends RST, and that throws away what
the kernel still holds. So the reset waits, bounded, until the transport and the kernel have delivered.
"""

import array
import asyncio
import fcntl
import socket
import struct
import sys
import termios

DELIVERY_LIMIT = 5.0
"""Seconds that undelivered bytes may hold back a reset; a peer that reads nothing cannot hold it longer."""

_POLL = 0.005
_NO_LINGER = struct.pack("ii", 1, 0)


async def pass_on_reset(transport: asyncio.Transport) -> None:
    """Reset the connection once what was written to it has arrived, or DELIVERY_LIMIT has passed."""
    await delivered(transport, DELIVERY_LIMIT)
    reset_now(transport)


async def delivered(transport: asyncio.Transport, limit: float) -> None:
    """Wait until the peer's kernel has what was written, the transport closes, or `limit` seconds have passed."""
    loop = asyncio.get_running_loop()
    end = loop.time() + limit
    while not transport.is_closing() and _undelivered(transport) and loop.time() < end:  # noqa: ASYNC110  # no event says it
        await asyncio.sleep(_POLL)


def reset_now(transport: asyncio.Transport) -> None:
    """Reset the connection; what it still held is lost."""
    sock = transport.get_extra_info("socket")
    if sock is not None and sock.fileno() >= 0:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    transport.abort()


def _undelivered(transport: asyncio.Transport) -> bool:
    return transport.get_write_buffer_size() > 0 or _unacknowledged(transport) > 0


def _unacknowledged(transport: asyncio.Transport) -> int:
    """Bytes that the kernel holds and the peer's kernel has not acknowledged (TIOCOUTQ; Linux)."""
    sock = transport.get_extra_info("socket")
    if sys.platform != "linux" or sock is None or sock.fileno() < 0:
        return 0
    count = array.array("i", [0])
    try:
        fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, count)
    except OSError:
        return 0
    return count[0]
