"""A WebSocket upgrade: the upstream is asked before the client is answered, and its answer is the answer."""

import asyncio
from time import monotonic
from typing import cast

from aiohttp import web

from ..chunks import Chunk, Handshake, Side, Tap, UpgradeRequest
from .answers import OwnAnswer, RawResponse
from .connection import ClientConnection
from .exchange import NO_ANSWER, Answer, no_answer, pass_on_answer, read_answer
from .guard import GuardedObserver
from .heads import request_head
from .leg import Leg
from .live import Live
from .splice import Splice
from .upstream import Upstream


class Upgrades:
    """Serves upgrade requests, one dial each, never a second."""

    def __init__(
        self,
        upstream: Upstream,
        observer: GuardedObserver,
        live: Live,
        *,
        connect_timeout: float,
        handshake_timeout: float,
    ) -> None:
        """`connect_timeout` bounds the dial, `handshake_timeout` the wait for the answer after it, in seconds."""
        self._upstream = upstream
        self._observer = observer
        self._live = live
        self._connect_timeout = connect_timeout
        self._handshake_timeout = handshake_timeout

    async def serve(self, request: web.BaseRequest) -> web.StreamResponse:
        """Serve one upgrade request to the end of its connection."""
        report = self._report(request)
        try:
            return await self._serve(request, report)
        except NO_ANSWER as failure:
            outcome, answer = no_answer(failure)
            report.unanswered(outcome)
            return answer
        finally:
            report.unanswered("abandoned")  # the client went away first

    def refused(self, request: web.BaseRequest, answer: OwnAnswer) -> None:
        """Tell of one that voicetap answers by itself."""
        self._report(request).unanswered(answer.code)

    def _report(self, request: web.BaseRequest) -> "_Report":
        headers = request.raw_headers
        return _Report(self._observer.upgrade(UpgradeRequest(request.raw_path, headers, monotonic())))

    async def _serve(self, request: web.BaseRequest, report: "_Report") -> web.StreamResponse:
        begin = monotonic()
        leg = await self._upstream.dial(self._connect_timeout)
        report.connect_seconds = monotonic() - begin
        try:
            await leg.write(
                request_head(
                    request.method,
                    request.raw_path,
                    request.version,
                    request.raw_headers,
                    self._upstream.authority,
                )
            )
            async with asyncio.timeout(self._handshake_timeout):
                answer = await read_answer(leg, request.writer.write)
            if answer.status != 101:
                report.answered(answer)
                return await self._refuse(request, answer, leg)
            splice = self._splice(request, answer, leg, report)
        except BaseException:
            leg.abort()
            raise
        await asyncio.shield(splice.finished)
        return RawResponse(status=101, reusable=False)

    async def _refuse(self, request: web.BaseRequest, answer: Answer, leg: Leg) -> web.StreamResponse:
        """Pass the upstream's refusal on. The connection ends after it: what the client sent behind an upgrade
        that did not happen must never be read as a request (smuggling)."""
        await pass_on_answer(answer, leg, request)
        leg.abort()
        return RawResponse(status=answer.status, reusable=False)

    def _splice(self, request: web.BaseRequest, answer: Answer, leg: Leg, report: "_Report") -> Splice:
        """Tie both transports together, then deliver what came early on either side, in one step of the loop."""
        client, protocol = request.transport, cast(ClientConnection, request.protocol)
        if client is None:
            raise ConnectionResetError("the client has gone")
        splice = Splice(client, leg.transport, report.tap, protocol)
        self._live.began(splice)
        splice.finished.add_done_callback(lambda _: self._live.ended(splice))
        early = leg.take()
        client.write(answer.head + early)
        report.answered(answer)
        if early:
            report.tap.chunk(Chunk(Side.SERVER, early, monotonic()))
        if leg.lost:
            splice.server.connection_lost(leg.fault)  # it was told to the leg, and there will be no second word
        # Hands over the client's early bytes. Of a parser, aiohttp calls feed_data and feed_eof alone.
        protocol.set_parser(splice.client)  # type: ignore[arg-type]
        if splice.server.full:
            client.pause_reading()  # set_parser resumes reading, whatever those bytes did
        if leg.ended and not leg.lost:
            splice.server.eof_received()
        if protocol.client_ended:
            splice.client.eof_received()
        return splice


class _Report:
    """Tells the tap the handshake's outcome, once."""

    def __init__(self, tap: Tap) -> None:
        self.tap = tap
        self.connect_seconds: float | None = None
        self._told = False

    def answered(self, answer: Answer) -> None:
        self._tell(Handshake(str(answer.status), answer.headers, self.connect_seconds, monotonic()))

    def unanswered(self, outcome: str) -> None:
        self._tell(Handshake(outcome, (), self.connect_seconds, monotonic()))

    def _tell(self, handshake: Handshake) -> None:
        if not self._told:
            self._told = True
            self.tap.answered(handshake)
