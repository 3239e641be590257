"""One end of a TCP connection in the hands of a test: every byte, and how the connection ended.

It works on a plain socket, because asyncio's streams forget what they hold when a reset arrives. Every wait has a
deadline.
"""

import array
import asyncio
import contextlib
import fcntl
import socket
import struct
import termios
from enum import Enum
from typing import NamedTuple

from .waiting import PATIENCE, within


class End(Enum):
    """How a connection ended, as its other end saw it."""

    FIN = "fin"
    RESET = "reset"


class Rest(NamedTuple):
    """What came until the end, and which end it was."""

    data: bytes
    end: End


class Peer:
    """A connected socket that remembers what it received."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sock = sock
        self._unread = bytearray()
        self._end: End | None = None
        self.received = bytearray()
        """Every byte so far, read by the test or not."""

    @classmethod
    async def connect(cls, port: int, *, buffers: int | None = None) -> "Peer":
        """Connect to a port of this machine; `buffers` bounds what its kernel holds each way, in bytes."""
        sock = socket.socket()
        sock.setblocking(False)
        if buffers is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffers)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffers)
        try:
            await within(asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port)))
        except OSError:
            sock.close()
            raise
        return cls(sock)

    async def send(self, data: bytes) -> None:
        """Hand all of it to the kernel; ConnectionError when the connection has gone."""
        await within(asyncio.get_running_loop().sock_sendall(self._sock, data), 30)

    async def send_in_slices(self, data: bytes, size: int = 1) -> None:
        """Send `size` bytes at a time, each slice in a segment of its own."""
        for start in range(0, len(data), size):
            await self.send(data[start : start + size])
            await asyncio.sleep(0)

    async def send_until_stuck(self, data: bytes, quiet: float = 0.3) -> int:
        """Send until the kernel takes nothing more for `quiet` seconds; the number of bytes it took."""
        taken = 0
        loop = asyncio.get_running_loop()
        last_progress = loop.time()
        while taken < len(data) and loop.time() - last_progress < quiet:
            if took := self.send_what_fits(data[taken : taken + 262_144]):
                taken += took
                last_progress = loop.time()
            await asyncio.sleep(0 if took else 0.005)
        return taken

    def send_what_fits(self, data: bytes) -> int:
        """Hand to the kernel what it takes without waiting; the number of bytes it took."""
        taken = 0
        while taken < len(data):
            try:
                taken += self._sock.send(data[taken : taken + 65536])
            except BlockingIOError:
                break
        return taken

    async def delivered(self) -> None:
        """Wait until the other end's kernel has everything that was sent (TIOCOUTQ is 0)."""
        count = array.array("i", [1])
        async with asyncio.timeout(PATIENCE):
            while fcntl.ioctl(self._sock.fileno(), termios.TIOCOUTQ, count) == 0 and count[0]:
                await asyncio.sleep(0.001)

    async def read(self, size: int) -> bytes:
        """Exactly `size` bytes; fails when the connection ends before."""
        while len(self._unread) < size:
            await self._receive_or_fail(f"{size} bytes")
        return self._take(size)

    async def read_until(self, marker: bytes) -> bytes:
        """Up to and with `marker`; fails when the connection ends before."""
        while (found := self._unread.find(marker)) < 0:
            await self._receive_or_fail(repr(marker))
        return self._take(found + len(marker))

    async def read_head(self) -> bytes:
        """A request's or response's head, with its blank line."""
        return await self.read_until(b"\r\n\r\n")

    async def read_to_end(self) -> Rest:
        """Everything that is left, and how it ended."""
        while self._end is None:
            await self._receive()
        return Rest(self._take(len(self._unread)), self._end)

    def read_what_there_is(self) -> None:
        """Take one read's worth of what has arrived, if anything has, without waiting."""
        if self._end is None:
            with contextlib.suppress(BlockingIOError):
                self._receive_now()

    async def nothing_more(self, seconds: float = 0.05) -> bool:
        """Whether neither a byte nor an end comes for a moment."""
        if not self._unread and self._end is None:
            with contextlib.suppress(TimeoutError):
                await self._receive(seconds)
        return not self._unread and self._end is None

    def half_close(self) -> None:
        """Send the end (FIN), and go on reading."""
        self._sock.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """End the connection with a reset (RST); what the kernel has not delivered is lost."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._sock.close()

    def close(self) -> None:
        """End both directions; harmless when they have ended."""
        self._sock.close()

    async def _receive_or_fail(self, wanted: str) -> None:
        await self._receive()
        if self._end is not None:
            raise AssertionError(f"{self._end} before {wanted}; unread: {bytes(self._unread[:2000])!r}")

    async def _receive(self, seconds: float = PATIENCE) -> None:
        """One read of the socket, when something has arrived."""
        loop = asyncio.get_running_loop()
        arrived = asyncio.Event()
        # Not loop.sock_recv: cancelled by the deadline, it may have taken bytes that nobody then sees.
        loop.add_reader(self._sock, arrived.set)
        try:
            await within(arrived.wait(), seconds)
        finally:
            loop.remove_reader(self._sock)
        self._receive_now()

    def _receive_now(self) -> None:
        """One read of the socket; `_end` is set when that was the end. BlockingIOError when nothing has arrived."""
        try:
            data = self._sock.recv(262_144)
        except ConnectionResetError:
            self._end = End.RESET
            return
        if not data:
            self._end = End.FIN
        self._unread += data
        self.received += data

    def _take(self, size: int) -> bytes:
        data = bytes(self._unread[:size])
        del self._unread[:size]
        return data
