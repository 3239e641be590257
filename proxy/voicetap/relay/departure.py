"""The end of one leg in order: what was written to it arrives, what still comes from it is dropped.

A transport that is closed while its peer still talks has input that nobody reads. The kernel then answers with a reset,
and that destroys what was on its way to the peer. So the end is sent first, and the transport is closed when the peer
has ended too, or has had everything and FAREWELL to say so; over TLS, which cannot be half-closed, when everything has
been delivered.
"""

import asyncio
from collections.abc import Callable

from .reset import delivered

DELIVERY = 60.0
"""Seconds that a peer has to take what was written, however slowly it reads."""

FAREWELL = 5.0
"""Seconds that it then has to end."""


class Departure(asyncio.Protocol):
    """The protocol of a leg that is ending."""

    def __init__(self, transport: asyncio.Transport, lost: Callable[[Exception | None], None]) -> None:
        """`lost` is told when the transport is gone."""
        self._transport = transport
        self._lost = lost
        transport.set_protocol(self)
        transport.resume_reading()
        if transport.can_write_eof():
            transport.write_eof()
        self._closing = asyncio.create_task(self._close())

    def data_received(self, data: bytes) -> None:
        """Nobody is there to have it."""

    def eof_received(self) -> bool:
        """Both have ended."""
        self._transport.close()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the loop."""
        self._closing.cancel()
        self._lost(exc)

    async def _close(self) -> None:
        await delivered(self._transport, DELIVERY)
        if self._transport.can_write_eof():
            await asyncio.sleep(FAREWELL)
        self._transport.close()
