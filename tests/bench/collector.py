"""An OTLP receiver that takes what comes and looks at it when asked: where a benched peer sends its telemetry.

    python -m bench.collector

prints `{"port": n}` once it listens, and answers each line on stdin with `{"requests": n, "spans": {first word: n}}`,
all so far by the first word of the span's name.
"""

import asyncio
import gzip
import sys
from collections import Counter

import uvloop
from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from bench.endpoint import say

_MAX_BYTES = 64 * 1024 * 1024


class Collector:
    """Everything received; reading it would take the processor from the load, so that waits."""

    def __init__(self) -> None:
        self._bodies: list[bytes] = []

    async def receive(self, request: web.Request) -> web.Response:
        """OTLP over HTTP, in binary protobuf; an empty answer is complete success."""
        body = await request.read()
        if request.path == "/v1/traces":
            self._bodies.append(body)
        return web.Response(content_type="application/x-protobuf")

    def report(self) -> dict[str, object]:
        """What all of it is."""
        spans: Counter[str] = Counter()
        for body in self._bodies:
            message = ExportTraceServiceRequest.FromString(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)
            spans.update(
                span.name.partition(" ")[0]
                for resource in message.resource_spans
                for scope in resource.scope_spans
                for span in scope.spans
            )
        return {"requests": len(self._bodies), "spans": dict(spans)}


async def main() -> None:
    """Listen on a free port of loopback until stdin ends."""
    collector = Collector()
    application = web.Application(client_max_size=_MAX_BYTES)
    application.router.add_post("/{path:.*}", collector.receive)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    say({"port": runner.addresses[0][1]})
    questions = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(questions), sys.stdin)
    while await questions.readline():
        say(collector.report())


if __name__ == "__main__":
    uvloop.run(main())
