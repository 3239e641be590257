"""The questions that the API answers at once."""

from aiohttp import web

from ... import __version__
from ...signals.live import LiveView
from .answers import document, error
from .encoder import Encoder
from .models import Events, Session, Sessions
from .openapi import openapi
from .questions import read_question

NO_SESSION = "there is no such session; it may have been forgotten"


class Api:
    """What there is of a view."""

    def __init__(self, view: LiveView, epoch: str, encode: Encoder) -> None:
        """`epoch` is that of the view's revisions."""
        self._view = view
        self._epoch = epoch
        self._encode = encode
        self._openapi = openapi()

    async def sessions(self, request: web.Request) -> web.Response:
        """`GET /api/sessions`"""
        view = self._view
        return document(
            await self._encode(
                Sessions,
                epoch=self._epoch,
                revision=view.revision,
                version=__version__,
                content=view.content,
                limits=view.limits,
                sessions=list(view.summaries()),
            )
        )

    async def session(self, request: web.Request) -> web.Response:
        """`GET /api/sessions/{id}`"""
        revision = self._view.revision
        session = self._view.session(request.match_info["id"])
        if session is None:
            return error(404, NO_SESSION)
        changes = session.changes()
        return document(
            await self._encode(
                Session,
                epoch=self._epoch,
                revision=revision,
                summary=session.summary,
                configuration=session.configuration,
                spans=changes.spans,
                marks=changes.marks,
                turns=changes.turns,
                figures=changes.figures,
                dropped=changes.dropped,
            )
        )

    async def events(self, request: web.Request) -> web.Response:
        """`GET /api/sessions/{id}/events`"""
        session = self._view.session(request.match_info["id"])
        if session is None:
            return error(404, NO_SESSION)
        try:
            question = read_question(request.query)
        except ValueError as problem:
            return error(400, str(problem))
        page = session.events(**question.model_dump())
        return document(await self._encode(Events, events=page.events, next=page.next, dropped=page.dropped))

    async def openapi(self, request: web.Request) -> web.Response:
        """`GET /api/openapi.json`"""
        return web.json_response(self._openapi)
