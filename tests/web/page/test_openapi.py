"""The document is one of OpenAPI 3.1, has every route of the API, and is true of the answers."""

import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from support.paged import Call, get, listening, raw, told
from voicetap import __version__
from voicetap.signals.live import LiveView
from voicetap.web.page.openapi import openapi
from voicetap.web.page.stream import STREAMS


@pytest.fixture(scope="module")
def document() -> Any:
    return openapi()


def test_it_is_openapi(document: Any) -> None:
    OpenAPIV31SpecValidator(document).validate()
    assert document["info"]["version"] == __version__


async def test_it_is_served(document: Any) -> None:
    async with listening(LiveView()) as page:
        answer = await get(page, "/api/openapi.json")
    assert (answer.headers["Content-Type"], answer.json) == ("application/json; charset=utf-8", document)


async def test_every_route_of_the_api_is_in_it(document: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from aiohttp import web

    routes: set[str] = set()
    monkeypatch.setattr(web.Application, "add_routes", lambda self, added: routes.update(route.path for route in added))
    async with listening(LiveView()):
        pass
    assert routes - {"/", "/static/{name:.+}", "/api/openapi.json"} == document["paths"].keys()


def schema_of(document: Any, path: str, status: int) -> dict[str, Any]:
    content = document["paths"][path]["get"]["responses"][str(status)]["content"]
    return {**content["application/json"]["schema"], "components": document["components"]}


@pytest.mark.parametrize(
    ("path", "asked", "status"),
    [
        ("/api/sessions", "", 200),
        ("/api/sessions/{id}", "", 200),
        ("/api/sessions/{id}/events", "", 200),
        ("/api/sessions/{id}/events", "?limit=0", 400),
        ("/api/sessions/{id}", "x", 404),
        ("/api/sessions/{id}/events", "", 403),
    ],
)
async def test_answers_are_as_it_says(document: Any, path: str, asked: str, status: int) -> None:
    view = LiveView()
    call = told(view)
    target = path.format(id=call.id) + asked
    async with listening(view) as page:
        host = "evil.example" if status == 403 else f"127.0.0.1:{page.port}"
        answer = await raw(page, f"GET {target} HTTP/1.1\nHost: {host}")
    assert answer.status == status
    validator = Draft202012Validator(schema_of(document, path, status))
    validator.validate(answer.json)
    assert not validator.is_valid({})


async def test_also_of_a_session_of_which_little_is_known(document: Any) -> None:
    view = LiveView()
    call = Call(view)
    async with listening(view) as page:
        answer = await get(page, f"/api/sessions/{call.id}")
    Draft202012Validator(schema_of(document, "/api/sessions/{id}", 200)).validate(answer.json)


def test_everything_is_described(document: Any) -> None:
    for path, methods in document["paths"].items():
        assert list(methods) == ["get"]
        assert methods["get"]["summary"]
        for parameter in methods["get"]["parameters"]:
            assert parameter["description"], (path, parameter)
    for name, schema in document["components"]["schemas"].items():
        assert schema.get("description"), name
        assert schema["required"] == list(schema["properties"]), name


def test_limits_that_it_names_are_those_that_hold(document: Any) -> None:
    [limit] = [
        parameter["schema"]
        for parameter in document["paths"]["/api/sessions/{id}/events"]["get"]["parameters"]
        if parameter["name"] == "limit"
    ]
    assert (limit["minimum"], limit["maximum"], limit["default"]) == (1, 1000, 1000)
    assert re.search("four times a second", document["paths"]["/api/stream"]["get"]["description"])
    assert STREAMS == 32
