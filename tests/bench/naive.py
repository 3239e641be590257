"""The proxy that people write first: aiohttp on both sides, and two tasks that copy messages.

    python -m bench.naive --upstream ORIGIN --listen PORT [--authority FILE] [--deflate]

It takes uvloop, which many leave out, so it is the kinder comparison.
"""

import argparse
import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import uvloop
from aiohttp import web

from bench.certificates import client_tls

PASSED_ON = ("Authorization", "OpenAI-Beta")
UPSTREAM = web.AppKey("UPSTREAM", aiohttp.ClientSession)
DEFLATE = web.AppKey("DEFLATE", bool)


async def relay(request: web.Request) -> web.WebSocketResponse:
    """One call."""
    headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
    compress = 15 if request.app[DEFLATE] else 0
    async with request.app[UPSTREAM].ws_connect(
        request.path_qs, headers=headers, compress=compress, max_msg_size=0
    ) as upstream:
        client = web.WebSocketResponse(max_msg_size=0)
        await client.prepare(request)
        copying = {asyncio.create_task(copy(client, upstream)), asyncio.create_task(copy(upstream, client))}
        _, left = await asyncio.wait(copying, return_when=asyncio.FIRST_COMPLETED)
        for task in left:
            task.cancel()
        await client.close()
    return client


async def copy(
    source: web.WebSocketResponse | aiohttp.ClientWebSocketResponse,
    sink: web.WebSocketResponse | aiohttp.ClientWebSocketResponse,
) -> None:
    """Until the source ends."""
    async for message in source:
        if message.type is aiohttp.WSMsgType.TEXT:
            await sink.send_str(message.data)
        elif message.type is aiohttp.WSMsgType.BINARY:
            await sink.send_bytes(message.data)


async def application(arguments: argparse.Namespace) -> web.Application:
    """With one client session for all calls."""

    async def upstream(app: web.Application) -> AsyncIterator[None]:
        connector = aiohttp.TCPConnector(limit=0, ssl=client_tls(arguments.authority) if arguments.authority else True)
        async with aiohttp.ClientSession(arguments.upstream, connector=connector) as app[UPSTREAM]:
            yield

    app = web.Application()
    app[DEFLATE] = arguments.deflate
    app.router.add_get("/v1/realtime", relay)
    app.cleanup_ctx.append(upstream)
    return app


if __name__ == "__main__":
    parser = argparse.ArgumentParser("bench.naive")
    parser.add_argument("--upstream", required=True)
    parser.add_argument("--listen", type=int, required=True)
    parser.add_argument("--authority", type=Path)
    parser.add_argument("--deflate", action="store_true")
    given = parser.parse_args()
    web.run_app(application(given), host="127.0.0.1", port=given.listen, access_log=None, loop=uvloop.new_event_loop())
