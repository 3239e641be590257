"""Each answer of the API, whole, for a call that is known."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from support.paged import Call, get, listening, told
from support.waiting import within
from voicetap import __version__
from voicetap.signals.live import LiveView
from voicetap.web.page.models import Events, Session, Sessions
from voicetap.web.page.server import Page

EXPECTED = Path(__file__).parent / "expected"


def expected(name: str) -> Any:
    return json.loads((EXPECTED / f"{name}.json").read_text())


VARYING = {"epoch": re.compile("[0-9a-f]{8}"), "revision": re.compile("[1-9][0-9]*"), "version": re.compile(".+")}


def comparable(answer: Any) -> Any:
    """Without what is another in every run, or with every release."""
    if isinstance(answer, dict):
        for name in VARYING.keys() & answer:
            assert VARYING[name].fullmatch(str(answer[name]))
        return {name: comparable(value) for name, value in answer.items() if name not in VARYING}
    return [comparable(value) for value in answer] if isinstance(answer, list) else answer


@pytest.mark.parametrize(
    ("path", "name", "model"),
    [
        ("/api/sessions", "sessions", Sessions),
        ("/api/sessions/{id}", "session", Session),
        ("/api/sessions/{id}/events", "events", Events),
    ],
)
async def test_the_whole_of_a_call(path: str, name: str, model: Any) -> None:
    view = LiveView()
    call = told(view)
    async with listening(view) as page:
        answer = await get(page, path.format(id=call.id))
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
    assert comparable(answer.json) == expected(name)
    assert model.model_validate_json(answer.body, strict=True, extra="forbid")


async def test_before_any_call() -> None:
    async with listening(LiveView(content=True, sessions=7)) as page:
        answer = (await get(page, "/api/sessions")).json
    assert (answer["sessions"], answer["content"], answer["limits"]["sessions"]) == ([], True, 7)
    assert answer["version"] == __version__


@pytest.mark.parametrize("content", [False, True])
async def test_what_people_said_is_there_only_where_it_is_wanted(content: bool) -> None:
    view = LiveView(content=content)
    call = told(view, content=content)
    async with listening(view) as page:
        answers = [await get(page, path) for path in ("/api/sessions", f"/api/sessions/{call.id}")]
    assert answers[0].json["content"] is content
    assert any(b"Ada" in answer.body for answer in answers) is content


@pytest.mark.parametrize("path", ["/api/sessions/5e55100000000002", "/api/sessions/5e55100000000002/events"])
async def test_a_session_that_is_not_there(path: str) -> None:
    async with listening(LiveView()) as page:
        answer = await get(page, path)
    assert (answer.status, answer.json) == (404, {"error": "there is no such session; it may have been forgotten"})


async def numbers(page: Page, id: str, query: str = "") -> tuple[list[int], int | None]:
    answer = (await get(page, f"/api/sessions/{id}/events{query}")).json
    return [event["n"] for event in answer["events"]], answer["next"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?after=17", [18, 19]),
        ("?after=19", []),
        ("?type=response.create", [10]),
        ("?search=TRUNCAT", [17, 18]),
        ("?search=unintelligible", [14]),
        ("?search=%3Cb%3E", [19]),
        ("?search=audio&type=input_audio_buffer.append", [3]),
        ("?turn=1&after=18", [19]),
        ("?turn=2", []),
        ("?turn=&search=&type=&after=18", [19]),
    ],
)
async def test_the_event_log_is_searched(query: str, found: list[int]) -> None:
    view = LiveView()
    call = told(view)
    async with listening(view) as page:
        assert await numbers(page, call.id, query) == (found, None)


async def test_the_event_log_is_read_page_by_page() -> None:
    view = LiveView()
    call = told(view)
    async with listening(view) as page:
        after: int | None = 0
        pages = []
        while after is not None:
            found, after = await numbers(page, call.id, f"?limit=5&after={after}")
            pages.append(found)
    assert pages == [[1, 2, 3, 4, 5], [6, 7, 8, 9, 10], [11, 12, 13, 14, 15], [16, 17, 18, 19]]


async def test_a_question_that_is_wrong_is_said_to_be() -> None:
    view = LiveView()
    call = told(view)
    async with listening(view) as page:
        answer = await get(page, f"/api/sessions/{call.id}/events?turn=sk-canary")
    assert answer.status == 400
    assert answer.json["error"].startswith("turn: ")
    assert b"canary" not in answer.body


async def test_head_has_the_headers_alone() -> None:
    async with listening(LiveView()) as page, aiohttp.ClientSession() as http:
        for path in ("/", "/api/sessions", "/api/openapi.json"):
            async with http.head(f"http://127.0.0.1:{page.port}{path}") as answer:
                assert (answer.status, await answer.read()) == (200, b"")
                assert int(answer.headers["Content-Length"]) > 0


async def test_two_hundred_sessions_and_one_of_an_hour_are_in_nobodys_way() -> None:
    """The loop goes on while they are written; in what slices, tests/web/page/test_encoder.py says."""
    view = LiveView()
    for number in range(2, 201):
        Call(view, number).started()
    hour = Call(view)
    hour.started()
    for number in range(1200):
        hour.turn(number, 100)
    async with listening(view) as page:
        asked = [
            asyncio.create_task(get(page, path))
            for path in ("/api/sessions", f"/api/sessions/{hour.id}", f"/api/sessions/{hour.id}/events?after=5000")
        ]
        turns = 0
        while not all(task.done() for task in asked):
            await asyncio.sleep(0)
            turns += 1
        listed, session, events = [(await within(task)).json for task in asked]
    assert turns > 30
    assert len(listed["sessions"]) == 200
    assert (len(session["spans"]), len(session["turns"])) == (4800, 1000)
    assert session["dropped"]["turns"] == 200
    assert session["turns"][0]["turn"] == 201
    assert len(events["events"]) == 1000
