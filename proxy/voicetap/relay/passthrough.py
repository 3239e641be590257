"""Every request that is no WebSocket upgrade: one dial, the bodies streamed, the answer as it came."""

import asyncio
from collections.abc import Sequence
from time import monotonic
from typing import cast

from aiohttp import hdrs, web

from ..chunks import Header, HttpExchange
from .answers import OwnAnswer, RawResponse
from .connection import ClientConnection
from .exchange import NO_ANSWER, no_answer, pass_on_answer, read_answer
from .guard import GuardedObserver
from .heads import BadAnswer, request_head
from .leg import Leg
from .upstream import Upstream


class PassThrough:
    """Serves plain requests. No cookie is kept, no redirect followed, nothing tried again."""

    def __init__(self, upstream: Upstream, observer: GuardedObserver, *, connect_timeout: float) -> None:
        """`connect_timeout` bounds the dial, in seconds; the answer may take as long as it takes."""
        self._upstream = upstream
        self._observer = observer
        self._connect_timeout = connect_timeout

    async def serve(self, request: web.BaseRequest) -> web.StreamResponse:
        """Serve one request."""
        response: RawResponse
        try:
            response = await self._serve(request)
        except NO_ANSWER as failure:
            _, response = no_answer(failure)
        self._observer.http(HttpExchange(request.raw_path, response.status, monotonic()))
        return response

    async def _serve(self, request: web.BaseRequest) -> RawResponse:
        leg = await self._upstream.dial(self._connect_timeout)
        body: asyncio.Task[None] | None = None
        try:
            await leg.write(
                request_head(
                    request.method,
                    request.raw_path,
                    request.version,
                    _end_to_end(request.raw_headers),
                    self._upstream.authority,
                )
            )
            # The upstream may answer before it has read the whole body, or ask for it first (Expect).
            body = asyncio.create_task(_send_body(request, leg))
            try:
                answer = await read_answer(leg, request.writer.write)
            except NO_ANSWER:
                if _failed(body):
                    return OwnAnswer(400, "bad_request", "voicetap cannot read the body of this request")
                raise
            if answer.status == 101:
                raise BadAnswer("the upstream switched protocols without being asked")
            reusable = await pass_on_answer(answer, leg, request)
            sent = (
                body.done() and body.exception() is None and not cast(ClientConnection, request.protocol).client_ended
            )
            reusable = reusable and sent and request.keep_alive and request.version >= (1, 1)
            return RawResponse(status=answer.status, reusable=reusable)
        finally:
            if body is not None and not _failed(body):
                body.cancel()
            leg.abort()


async def _send_body(request: web.BaseRequest, leg: Leg) -> None:
    """Stream the request's body: as it is, or in chunks again where it came in chunks."""
    chunked = hdrs.TRANSFER_ENCODING in request.headers
    try:
        async for data in request.content.iter_any():
            await leg.write(b"%x\r\n%b\r\n" % (len(data), data) if chunked else data)
        if chunked:
            await leg.write(b"0\r\n\r\n")
    except ConnectionError:
        pass  # the upstream stopped reading; its answer, or the lack of one, says why
    except web.RequestPayloadError:
        leg.abort()  # never let what cannot be understood look complete
        raise


def _failed(body: asyncio.Task[None]) -> bool:
    """Whether the client's body could not be read to its end."""
    return body.done() and not body.cancelled() and body.exception() is not None


def _end_to_end(headers: Sequence[Header]) -> Sequence[Header]:
    """Take out the wish for another protocol than WebSocket (h2c): a server may ignore it, and a relay must not make it
    its own (RFC 9110 section 7.8). Everything else goes as it came, above all what frames the body."""
    if not any(name.lower() == b"upgrade" for name, _ in headers):
        return headers
    kept = []
    for name, value in headers:
        if name.lower() == b"upgrade":
            continue
        if name.lower() == b"connection":
            options = [option.strip() for option in value.split(b",")]
            value = b", ".join(option for option in options if option.lower() != b"upgrade")
            if not value:
                continue
        kept.append((name, value))
    return kept
