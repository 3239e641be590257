"""Who gets an answer, by what the request says of itself; and what every answer says to the browser."""

from collections.abc import AsyncIterator

import pytest

from support.paged import get, listening, raw
from voicetap.signals.live import LiveView
from voicetap.web.page import Page
from voicetap.web.page.guard import HEADERS

HERE = "127.0.0.1:PORT"


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with listening(LiveView()) as page:
        yield page


def asks(host: str | None = HERE, *more: str, method: str = "GET", target: str = "/api/sessions") -> str:
    return "\n".join([f"{method} {target} HTTP/1.1", *([] if host is None else [f"Host: {host}"]), *more])


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:PORT", "localhost:PORT", "LOCALHOST:PORT", "[::1]:PORT", "127.9.9.9:PORT", "[0:0:0:0:0:0:0:1]:PORT"],
)
async def test_names_that_no_other_site_can_have(page: Page, host: str) -> None:
    assert (await raw(page, asks(host))).status == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:PORT",
        "evil.example",
        "127.0.0.1",  # of port 80
        "localhost",
        "127.0.0.1:1PORT",
        "127.0.0.1:0",
        "127.0.0.1:PORT.evil.example",
        "127.0.0.1.evil.example:PORT",
        "localhost.evil.example:PORT",
        "evil.example#@127.0.0.1:PORT",
        "user@127.0.0.1:PORT",
        "0.0.0.0:PORT",
        "[::]:PORT",
        "2130706433:PORT",
        "0x7f000001:PORT",
        "192.168.0.1:PORT",
        "",
        ":PORT",
    ],
)
async def test_names_of_others_are_refused(page: Page, host: str) -> None:
    answer = await raw(page, asks(host))
    assert answer.status in (400, 403)  # 400: aiohttp's own, of what can be no Host
    assert b"epoch" not in answer.body


async def test_without_a_host_and_with_two_of_them_there_is_no_answer(page: Page) -> None:
    assert (await raw(page, "GET /api/sessions HTTP/1.0")).status == 403
    assert (await raw(page, asks(HERE, "Host: evil.example"))).status in (400, 403)


async def test_the_host_that_the_operator_names_is_one_more() -> None:
    async with listening(LiveView(), "0.0.0.0") as page:
        assert (await raw(page, asks("0.0.0.0:PORT"))).status == 200
        assert (await raw(page, asks())).status == 200
        assert (await raw(page, asks("192.168.0.1:PORT"))).status == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (["Origin: http://127.0.0.1:PORT"], 200),
        (["Origin: http://evil.example"], 403),
        (["Origin: https://127.0.0.1:PORT"], 403),
        (["Origin: http://127.0.0.1:1"], 403),
        (["Origin: http://127.0.0.1"], 403),
        (["Origin: http://localhost:PORT"], 403),  # to a browser, that is another one
        (["Origin: null"], 403),
        (["Origin:"], 403),
        (["Origin: http://127.0.0.1:PORT", "Origin: http://evil.example"], 403),
        (["Sec-Fetch-Site: same-origin"], 200),
        (["Sec-Fetch-Site: none"], 200),
        (["Sec-Fetch-Site: cross-site"], 403),
        (["Sec-Fetch-Site: same-site"], 403),
        (["Sec-Fetch-Site: something-new"], 403),
        (["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"], 403),
    ],
)
async def test_pages_of_other_origins_are_refused(page: Page, headers: list[str], status: int) -> None:
    assert (await raw(page, asks(HERE, *headers))).status == status


@pytest.mark.parametrize(
    ("mode", "destination", "status"),
    [("navigate", "document", 200), ("navigate", "iframe", 403), ("no-cors", "script", 403), ("cors", "empty", 403)],
)
async def test_a_link_from_elsewhere_leads_to_the_page_alone(
    page: Page, mode: str, destination: str, status: int
) -> None:
    fetch = ["Sec-Fetch-Site: cross-site", f"Sec-Fetch-Mode: {mode}", f"Sec-Fetch-Dest: {destination}"]
    assert (await raw(page, asks(HERE, *fetch, target="/"))).status == status


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("target", ["/", "/api/sessions", "/api/stream", "/nothing"])
async def test_nothing_can_be_changed(page: Page, method: str, target: str) -> None:
    answer = await raw(page, asks(HERE, method=method, target=target))
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert answer.json == {"error": "only GET and HEAD: nothing can be changed here"}


@pytest.mark.parametrize("method", ["CONNECT", "BREW", "get"])
async def test_what_is_no_method_of_http_does_not_come_so_far(page: Page, method: str) -> None:
    answer = await raw(page, asks(HERE, method=method))
    assert answer.status in (400, 405)
    assert b"epoch" not in answer.body


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("http://127.0.0.1:PORT/api/sessions", 400),
        ("http://evil.example/api/sessions", 400),
        ("//evil.example/api/sessions", 404),
        ("/static/../api/sessions", 404),
        ("/static/%2e%2e/index.html", 404),
        ("/static/..%2findex.html", 404),
        ("/static/../../server.py", 404),
        ("/static//etc/passwd", 404),
        ("/static/%00", 404),
        ("/static/", 404),
        ("/static", 404),
        ("/api", 404),
        ("/metrics", 404),
        ("/api/sessions/", 404),
        ("/api/sessions/%2e%2e", 404),
    ],
)
async def test_targets_lead_nowhere_else(page: Page, target: str, status: int) -> None:
    answer = await raw(page, asks(HERE, target=target))
    assert answer.status == status
    assert list(answer.json) == ["error"]


@pytest.mark.parametrize("path", ["/", "/static/nothing", "/api/sessions", "/api/openapi.json", "/nothing"])
async def test_every_answer_protects_the_page(page: Page, path: str) -> None:
    headers = (await get(page, path)).headers
    assert {name: headers[name] for name in HEADERS} == HEADERS
    assert not [name for name in headers if name.startswith("Access-Control")]
    assert "Server" not in headers
    assert headers["Cache-Control"] == ("no-cache" if path == "/" else "no-store")


async def test_refusals_do_too(page: Page) -> None:
    answer = await raw(page, asks("evil.example"))
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json == {"error": "the Host of the request is not the address of this page"}


def test_nothing_inline_and_nothing_from_elsewhere() -> None:
    policy = dict(directive.split(" ", 1) for directive in HEADERS["Content-Security-Policy"].split("; "))
    assert policy.pop("default-src") == "'none'"
    assert set(policy.values()) == {"'none'", "'self'"}
    assert "unsafe" not in str(policy)


async def test_a_bug_is_no_secret_and_shows_none(
    page: Page, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def summaries(self: LiveView, since: int = 0) -> None:
        raise KeyError("what Ada said")

    monkeypatch.setattr(LiveView, "summaries", summaries)
    answer = await get(page, "/api/sessions")
    assert (answer.status, answer.json) == (500, {"error": "not answered because of a bug in voicetap"})
    [record] = caplog.records
    assert record.name == "voicetap.web.page.guard"
