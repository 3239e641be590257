"""Open tabs of the live page: each fetches what there is, then follows the list and one session, and looks at nothing.

    python -m bench.readers --port P --readers N

prints `{"open": n}` once all follow, and answers each line on stdin with `{"updates": n, "bytes": n}`, all so far.
"""

import argparse
import asyncio
import sys

import aiohttp
import uvloop

from bench.endpoint import say


class Reader:
    """One tab, in which one of the sessions is opened."""

    def __init__(self, http: aiohttp.ClientSession, number: int) -> None:
        self._http = http
        self._number = number
        self.open = asyncio.Event()
        self.updates = 0
        self.bytes = 0

    async def follow(self) -> None:
        """Read until cancelled, or the server ends it."""
        async with self._http.get("/api/sessions") as answer:
            sessions = await answer.json()
        id = sessions["sessions"][self._number % len(sessions["sessions"])]["id"]
        async with self._http.get(f"/api/sessions/{id}") as answer:
            await answer.read()
        since = f"{sessions['epoch']}.{sessions['revision']}"
        async with self._http.get("/api/stream", params={"session": id, "since": since}) as stream:
            stream.raise_for_status()
            self.open.set()
            async for data in stream.content.iter_any():
                self.updates += data.count(b"\nid: ") + data.startswith(b"id: ")
                self.bytes += len(data)


async def main(port: int, count: int) -> None:
    """Follow until stdin ends."""
    timeout = aiohttp.ClientTimeout(total=None)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", timeout=timeout, connector=connector) as http:
        readers = [Reader(http, number) for number in range(count)]
        following = [asyncio.create_task(reader.follow()) for reader in readers]
        await asyncio.wait_for(asyncio.gather(*(reader.open.wait() for reader in readers)), 10)
        say({"open": count})
        questions = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(questions), sys.stdin)
        while await questions.readline():
            going_on = sum(not task.done() for task in following)
            read = sum(reader.bytes for reader in readers)
            say({"open": going_on, "updates": sum(reader.updates for reader in readers), "bytes": read})


if __name__ == "__main__":
    parser = argparse.ArgumentParser("bench.readers")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--readers", type=int, required=True)
    arguments = parser.parse_args()
    uvloop.run(main(arguments.port, arguments.readers))
