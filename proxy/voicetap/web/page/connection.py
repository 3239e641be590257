"""A connection on which somebody asks, or sends what is no HTTP at all."""

from aiohttp import hdrs, web

from .answers import error
from .guard import HEADERS


class Connection(web.RequestHandler):
    """Refuses without quoting: aiohttp's own answer and log line would show the bad line, `Authorization` or not."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """What is answered where no route is asked; the connection ends behind it."""
        if status != 400 or request.writer.output_size:
            return super().handle_error(request, status, exc, message)
        answer = error(400, "this cannot be read", **HEADERS)
        # Without one, aiohttp would name itself.
        answer.headers[hdrs.SERVER] = "voicetap"
        answer.headers[hdrs.CACHE_CONTROL] = "no-store"
        answer.force_close()
        return answer
