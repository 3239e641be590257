"""Answers reach whoever reads them; who does not is let go, where aiohttp would wait for ever."""

import asyncio

from aiohttp import web
from aiohttp.typedefs import Handler

SEND_SECONDS = 10.0
"""How long somebody may take to read an answer, or a piece of a stream."""


class Delivery:
    """Sends answers."""

    def __init__(self, *, seconds: float = SEND_SECONDS) -> None:
        self._seconds = seconds

    def watch(self, application: web.Application) -> None:
        """Send those of every route of it."""

        @web.middleware
        async def delivering(request: web.Request, handler: Handler) -> web.StreamResponse:
            response = await handler(request)
            await self._send(request, response)
            return response

        application.middlewares.append(delivering)

    async def _send(self, request: web.Request, response: web.StreamResponse) -> None:
        if request.writer.output_size and not response.prepared:
            # Another answer has begun, a stream in which there is a bug; a second one would stand in the middle of it.
            cut_off(request)
            return
        try:
            async with asyncio.timeout(self._seconds):
                await response.prepare(request)
                await response.write_eof()
        except (ConnectionError, TimeoutError):
            cut_off(request)


def cut_off(request: web.Request) -> None:
    """End the connection, and throw away what was written to it and is not read yet."""
    if request.transport is not None:
        request.transport.abort()
