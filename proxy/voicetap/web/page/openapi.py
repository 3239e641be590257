"""The API described for programs: OpenAPI 3.1, made from the models that its answers are made from."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from ... import __version__
from .models import Error, Events, Reset, Session, SessionChanged, Sessions, SessionsChanged
from .questions import EventQuestion

Object = dict[str, Any]

_STREAM = """Server-sent events: all that there is, or what has changed since a position; then what changes, at most
four times a second. Each thing comes in its latest state, and whole: it replaces what a reader has under the same id.

- `event: sessions`, data as of SessionsChanged;
- `event: session`, data as of SessionChanged, if a session is named;
- `event: reset`, data as of Reset: what the reader has is of another run, or too old. It has to ask for all anew, and
  is told of what changes from then on.

The `id` of an event is EPOCH.REVISION. Sent back as `Last-Event-ID`, which browsers do by themselves, or as `since`, it
makes a stream go on from there."""


def openapi() -> Object:
    """The whole document."""
    answers = (Sessions, Session, Events, SessionsChanged, SessionChanged, Reset, Error)
    _, schemas = models_json_schema(
        [(model, "serialization") for model in answers], ref_template="#/components/schemas/{model}"
    )
    session = _parameter("id", "path", {"type": "string"}, "of the connection, as in the list")
    return {
        "openapi": "3.1.0",
        "info": {"title": "voicetap", "version": __version__, "description": "What the live page shows. Read-only."},
        "paths": {
            "/api/sessions": _get("Live sessions, and the last ones", Sessions),
            "/api/sessions/{id}": _get("One session: its timeline and its figures", Session, session, missing=True),
            "/api/sessions/{id}/events": _get(
                "The event log of a session", Events, session, *_query(EventQuestion), missing=True
            ),
            "/api/stream": {"get": _stream()},
        },
        "components": {"schemas": schemas["$defs"]},
    }


def _get(summary: str, model: type[BaseModel], *parameters: Object, missing: bool = False) -> Object:
    problems = {"400": "a parameter is wrong"} if len(parameters) > 1 else {}
    problems |= {"404": "there is no such session"} if missing else {}
    return {
        "get": {
            "summary": summary,
            "parameters": list(parameters),
            "responses": {"200": _answer(summary, model), **_problems(problems)},
        }
    }


def _stream() -> Object:
    return {
        "summary": "What changes",
        "description": _STREAM,
        "parameters": [
            _parameter("session", "query", {"type": "string"}, "tell of this session, too"),
            _parameter("since", "query", {"type": "string"}, "EPOCH.REVISION to go on from"),
            _parameter("Last-Event-ID", "header", {"type": "string"}, "the same, and it goes first"),
        ],
        "responses": {
            "200": {"description": "the stream", "content": {"text/event-stream": {"schema": {"type": "string"}}}},
            **_problems({"503": "there are too many streams already"}),
        },
    }


def _query(question: type[BaseModel]) -> Iterable[Object]:
    for name, schema in question.model_json_schema()["properties"].items():
        description = schema.pop("description")
        yield _parameter(name, "query", schema, description)


def _parameter(name: str, place: str, schema: Object, description: str) -> Object:
    return {"name": name, "in": place, "required": place == "path", "schema": schema, "description": description}


def _problems(descriptions: dict[str, str]) -> Object:
    everywhere = {"403": "the request comes from elsewhere, see docs/page.md"}
    return {status: _answer(why, Error) for status, why in sorted({**everywhere, **descriptions}.items())}


def _answer(description: str, model: type[BaseModel]) -> Object:
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"description": description, "content": {"application/json": {"schema": schema}}}
