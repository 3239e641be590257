"""Who may ask: the page itself, somebody who types its address or follows a link to it, and programs.

There is no login, so this has to hold off what some site can lead a browser on this machine into. A name of that site's
own that suddenly means 127.0.0.1 (DNS rebinding) shows in `Host`; a page of another origin shows in `Origin` and in
`Sec-Fetch-Site` (W3C Fetch Metadata). Programs send neither of the last two, and the right `Host` by themselves.
"""

import logging
from typing import NamedTuple

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from ...config import is_loopback, parse_address
from .answers import error

log = logging.getLogger(__name__)

METHODS = (hdrs.METH_GET, hdrs.METH_HEAD)

HEADERS = {
    # Nothing inline, nothing from elsewhere, and no frame around it.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Of every answer. None of them lets another origin read it: there is no CORS here."""

HTTP_PORT = 80
"""What a `Host` without a port means."""


class Refusal(NamedTuple):
    """Why there is no answer."""

    status: int
    reason: str


class Guard:
    """Looks at each request before anything else does, and at each answer before it leaves."""

    def __init__(self, host: str) -> None:
        """`host` is the one that --page names."""
        self._host = host.lower()
        self.port = 0
        """The one that is listened on."""

    def watch(self, application: web.Application) -> None:
        """Stand before every route of it."""

        @web.middleware
        async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._answer(request, handler)

        application.middlewares.append(guarded)
        application.on_response_prepare.append(_seal)

    def refusal(self, request: web.BaseRequest) -> Refusal | None:
        """Why the request gets no answer; None where it gets one."""
        if request.method not in METHODS:
            return Refusal(405, "only GET and HEAD: nothing can be changed here")
        if not request.raw_path.startswith("/"):
            return Refusal(400, "this is no proxy; ask for a path")
        hosts = request.headers.getall(hdrs.HOST, [])
        if len(hosts) != 1 or not self._is_here(hosts[0]):
            return Refusal(403, "the Host of the request is not the address of this page")
        origins = request.headers.getall(hdrs.ORIGIN, [])
        if any(origin.lower() != f"http://{hosts[0]}".lower() for origin in origins):
            return Refusal(403, "asked for by a page of another origin")
        sites = request.headers.getall("Sec-Fetch-Site", [])
        if any(site not in ("same-origin", "none") for site in sites) and not _follows_link(request):
            return Refusal(403, "asked for by a page of another origin")
        return None

    def _is_here(self, host: str) -> bool:
        """Whether a `Host` is this port, by a name that no other site can have."""
        try:
            name, port = parse_address(host)
        except ValueError:
            name, port = host.strip("[]"), HTTP_PORT
        return port == self.port and (is_loopback(name.lower()) or name.lower() == self._host)

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        refused = self.refusal(request)
        if refused is not None:
            return error(*refused)
        try:
            return await handler(request)
        except web.HTTPException as problem:
            return error(problem.status, problem.reason.lower())
        except Exception:
            log.exception("the page has no answer, because of a bug in voicetap")
            return error(500, "not answered because of a bug in voicetap")


async def _seal(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)
    response.headers.setdefault(hdrs.CACHE_CONTROL, "no-store")
    # Who made the server is nobody's business.
    response.headers.popall(hdrs.SERVER, None)


def _follows_link(request: web.BaseRequest) -> bool:
    """Whether somebody goes to the page from somewhere else. It has no figures in it: those it asks for itself."""
    fetch = [request.headers.get(f"Sec-Fetch-{name}") for name in ("Mode", "Dest")]
    return request.path == "/" and fetch == ["navigate", "document"]
