"""What voicetap answers by itself, when the upstream has given no answer to pass on.

The body has the shape of the API's own errors, so that clients print its message. There is no Date and no
Server field: nothing is said that the peer could not know.
"""

import json
from http import HTTPStatus

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter


class RawResponse(web.StreamResponse):
    """A response whose bytes have been written already; aiohttp adds none."""

    def __init__(self, *, status: int, reusable: bool) -> None:
        super().__init__(status=status)
        self._reusable = reusable

    @property
    def keep_alive(self) -> bool:
        """Whether the client's connection may carry another request."""
        return self._reusable

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Write nothing."""
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        """Write nothing."""


class OwnAnswer(RawResponse):
    """A refusal of voicetap's own; the connection ends after it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(status=status, reusable=False)
        self.code = code
        self._message = message

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Write all of it."""
        await request.writer.write(self.to_bytes(with_body=request.method != "HEAD"))
        return None

    def to_bytes(self, *, with_body: bool = True) -> bytes:
        """The whole answer; a HEAD has no body (RFC 9110 section 9.3.2)."""
        error = {"type": "voicetap_error", "code": self.code, "message": self._message, "param": None}
        body = json.dumps({"error": error}).encode()
        head = (
            f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}\r\n"
            "Content-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n"
            "Connection: close\r\n\r\n"
        )
        return head.encode() + (body if with_body else b"")
