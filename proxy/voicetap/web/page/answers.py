"""What is answered: JSON that was encoded already, and errors."""

import msgspec
from aiohttp import hdrs, web

JSON = "application/json"


def document(body: bytes | bytearray) -> web.Response:
    """JSON that was encoded already."""
    return web.Response(body=body, content_type=JSON)


def error(status: int, reason: str, **headers: str) -> web.Response:
    """Why there is nothing else: `{"error": "…"}`, in words that quote nothing of the request."""
    if status == 405:
        headers[hdrs.ALLOW] = "GET, HEAD"
    return web.Response(status=status, body=msgspec.json.encode({"error": reason}), content_type=JSON, headers=headers)
