"""Server-sent events (WHATWG HTML, 9.2): what changes, as it changes, to whoever reads.

Nothing is queued for anybody. At each tick a reader gets what has changed since what he took last, so that who reads
slowly gets fewer and larger updates; who does not read at all is let go after a while.
"""

import asyncio
from collections.abc import Callable
from time import monotonic

from aiohttp import hdrs, web

from .answers import error
from .delivery import SEND_SECONDS, cut_off
from .position import parse_position
from .updates import NOTHING, Updates

STREAMS = 32
"""At a time; each is a browser tab, or a program."""

PIECE = 64 * 1024
"""Bytes handed on at a time, and about what waits in this process for one reader."""

KEEPALIVE_SECONDS = 15.0
"""After so long without a change a comment shows that the connection lives (9.2.7)."""

RETRY = b"retry: 1000\n\n"
"""Milliseconds until a browser that was cut off comes back."""

KEEPALIVE = b":\n\n"


class Streams:
    """All streams of the page."""

    def __init__(
        self,
        updates: Updates,
        *,
        send_seconds: float = SEND_SECONDS,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """`send_seconds`: how long a reader may take for PIECE."""
        self._updates = updates
        self._send_seconds = send_seconds
        self._clock = clock
        self._open = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Stream until the reader has gone, or nothing follows any more."""
        if self._open >= STREAMS:
            return error(503, f"there are {STREAMS} streams already; close a page")
        self._open += 1
        response = web.StreamResponse(headers={hdrs.CONTENT_TYPE: "text/event-stream"})
        try:
            async with asyncio.timeout(self._send_seconds):
                await response.prepare(request)
            await self._follow(request, response)
        except (ConnectionError, TimeoutError):
            cut_off(request)
        finally:
            self._open -= 1
        return response

    async def _follow(self, request: web.Request, response: web.StreamResponse) -> None:
        session = request.query.get("session")
        # A browser that comes back says what it had last; its address is still that of its first question.
        last = request.headers.get("Last-Event-ID") or request.query.get("since", "")
        await self._send(response, RETRY)
        sent_at, taken, more = self._clock(), NOTHING, True
        if last:
            position = parse_position(last)
            if position is not None and self._updates.knows(position):
                taken = position.revision
            else:
                data, taken, more = await self._updates.reset()
                await self._send(response, data)
        while more:
            data, taken, more = await self._updates.next(session, taken)
            if request.transport is None or request.transport.is_closing():
                return
            if not data and self._clock() - sent_at >= KEEPALIVE_SECONDS:
                data = KEEPALIVE
            if data:
                await self._send(response, data)
                sent_at = self._clock()

    async def _send(self, response: web.StreamResponse, data: bytes | bytearray) -> None:
        view = memoryview(data)
        for start in range(0, len(data), PIECE):
            async with asyncio.timeout(self._send_seconds):
                await response.write(view[start : start + PIECE])
            # The kernel may take all of it without anybody having to wait.
            await asyncio.sleep(0)
