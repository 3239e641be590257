"""The page as it is served: whole, cached with care, and from the package wherever that is installed."""

import re
import subprocess
import sys
from collections.abc import AsyncIterator
from importlib.resources import files
from pathlib import Path
from zipfile import ZipFile

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from support.paged import get, listening
from support.requires import REPOSITORY
from voicetap.signals.live import LiveView
from voicetap.web.page import Page
from voicetap.web.page.files import CONTENT_TYPES, Files

STATIC = Path(str(files("voicetap.web.page") / "static"))
SERVED = sorted(str(path.relative_to(STATIC).as_posix()) for path in STATIC.rglob("*") if path.suffix in CONTENT_TYPES)


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with listening(LiveView()) as page:
        yield page


async def test_every_file_of_the_page_is_served_as_it_is(page: Page) -> None:
    assert "index.html" in SERVED
    for name in SERVED:
        answer = await get(page, f"/static/{name}")
        assert (answer.status, answer.body) == (200, (STATIC / name).read_bytes())
        assert answer.headers["Content-Type"] == CONTENT_TYPES[Path(name).suffix]


async def test_the_page_itself(page: Page) -> None:
    answer = await get(page, "/")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert answer.body == (STATIC / "index.html").read_bytes()


async def test_what_the_page_names_is_there(page: Page) -> None:
    named = re.findall(r'(?:src|href)="(/static/[^"#?]+)', (await get(page, "/")).body.decode())
    assert named
    for path in named:
        assert (await get(page, path)).status == 200, path


async def test_a_file_that_is_the_same_is_not_sent_again(page: Page) -> None:
    first = await get(page, "/static/index.html")
    tag = first.headers["ETag"]
    again = await get(page, "/static/index.html", **{"If-None-Match": f'"other", {tag}'})
    assert (again.status, again.body, again.headers["ETag"]) == (304, b"", tag)
    assert (await get(page, "/static/index.html", **{"If-None-Match": '"other"'})).status == 200


async def test_only_what_a_page_is_made_of_is_served(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    for name in ("index.html", "below/icon.svg", "notes.md", "secret", ".hidden"):
        (tmp_path / name).write_text(name)
    found = Files(tmp_path)
    application = web.Application()
    application.add_routes([web.get("/", found.index), web.get("/static/{name:.+}", found.named)])
    async with TestClient(TestServer(application)) as client:
        statuses = {
            name: (await client.get(f"/static/{name}")).status
            for name in ("index.html", "below/icon.svg", "icon.svg", "below", "notes.md", "secret", ".hidden")
        }
        # What is put there later is not looked at.
        (tmp_path / "index.html").write_text("other")
        assert await (await client.get("/")).text() == "index.html"
    assert statuses == {
        **{"index.html": 200, "below/icon.svg": 200},
        **dict.fromkeys(("icon.svg", "below", "notes.md", "secret", ".hidden"), 404),
    }


@pytest.mark.slow
def test_a_wheel_has_every_file_of_the_page(tmp_path: Path) -> None:
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--wheel-dir",
        str(tmp_path),
        str(REPOSITORY),
    ]
    subprocess.run(build, check=True, timeout=100)
    [wheel] = tmp_path.glob("*.whl")
    place = "voicetap/web/page/static/"
    with ZipFile(wheel) as contents:
        found = {name.removeprefix(place): contents.read(name) for name in contents.namelist() if place in name}
    assert {name: (STATIC / name).read_bytes() for name in SERVED}.items() <= found.items()
