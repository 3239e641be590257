"""The upstream's connection while its answer is read: a bounded stream, until the splice takes it over."""

import asyncio
from typing import cast

from .heads import MAX_HEAD


class UpstreamReset(ConnectionResetError):
    """The upstream cut the connection: a reset, not an end."""


class Leg(asyncio.Protocol):
    """Bytes from the upstream wait here, at most about MAX_HEAD of them, for somebody to read them."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._paused = False
        self._ended = False
        self.lost = False
        """The connection is gone."""
        self.fault: Exception | None = None
        """What cut it; None where it ended."""
        self._readable = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()

    @property
    def transport(self) -> asyncio.Transport:
        """The connection itself."""
        assert self._transport is not None
        return self._transport

    @property
    def ended(self) -> bool:
        """The upstream has sent its end; what it sent before may still wait to be read."""
        return self._ended

    async def read(self) -> bytes:
        """Wait for bytes; b"" says that the upstream has ended; UpstreamReset that it was cut."""
        await self._readable.wait()
        if self._received:
            return self.take()
        if self.fault is not None:
            raise UpstreamReset("the upstream cut the connection") from self.fault
        return b""

    def take(self) -> bytes:
        """What has been received and not been read, without waiting."""
        data = bytes(self._received)
        self._received.clear()
        if not self._ended and self.fault is None:
            self._readable.clear()
            if self._paused:
                self._paused = False
                self.transport.resume_reading()
        return data

    def put_back(self, data: bytes) -> None:
        """Give back what was read too much; the next read gets it first."""
        self._received[:0] = data
        if data:
            self._readable.set()

    async def write(self, data: bytes) -> None:
        """Send bytes, and wait while the upstream reads slower than we write; UpstreamReset when it was cut."""
        if self.lost:
            raise UpstreamReset("the upstream cut the connection") from self.fault
        self.transport.write(data)
        await self._writable.wait()

    def abort(self) -> None:
        """Drop the connection at once, where there is one."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the loop."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are none by inheritance

    def data_received(self, data: bytes) -> None:
        """Called by the loop."""
        self._received += data
        self._readable.set()
        if not self._paused and len(self._received) >= MAX_HEAD:
            self._paused = True
            self.transport.pause_reading()

    def eof_received(self) -> bool:
        """Called by the loop. The other direction stays open, where the transport can do that."""
        self._ended = True
        self._readable.set()
        return self.transport.can_write_eof()

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the loop."""
        self.lost = True
        if exc is None:
            self._ended = True
        else:
            self.fault = exc
        self._readable.set()
        self._writable.set()

    def pause_writing(self) -> None:
        """Called by the loop."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Called by the loop."""
        self._writable.set()
