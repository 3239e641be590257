"""What peers choose to say is text in the page, whatever it looks like; and nothing the page does needs an exception
from its policy."""

import json
from typing import Any

import pytest
from playwright.async_api import Route

from support.browsed import browsing, eventful
from voicetap.chunks import Side
from voicetap.signals.live import LiveView

pytestmark = pytest.mark.slow

HOSTILE = '"><img src=x onerror=window.harmed=1><script>window.harmed=1</script>'


async def test_hostile_names_from_the_wire_do_nothing() -> None:
    view = LiveView(content=True)
    talk = eventful(view, over=False, content=True)
    talk.begin(HOSTILE)
    talk.call(HOSTILE, HOSTILE, HOSTILE)
    talk.raw(Side.SERVER, {"type": HOSTILE})
    talk.raw(Side.CLIENT, HOSTILE)
    talk.error(HOSTILE, message=HOSTILE)
    talk.question(5).heard(5, HOSTILE).reply(5).wait(3)
    talk.hang_up()
    async with browsing(view) as tab:
        await tab.open(talk.id)
        await tab.page.keyboard.press("[")
        await tab.until_text("#turn", HOSTILE)
        await tab.page.click("#tab-turns")
        await tab.frames()
        assert await tab.page.evaluate("window.harmed") is None
        assert await tab.page.locator("img, #session script").count() == 0


def poisoned(value: Any, key: str = "") -> Any:
    """Every text that peers could have a part in, but for ids in addresses and words of the API's own lists."""
    if isinstance(value, dict):
        return {name: poisoned(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [poisoned(item, key) for item in value]
    kept = ("id", "epoch", "lane", "sender", "severity", "health", "state", "started_at", "expires_at")
    return f"{value} {HOSTILE}" if isinstance(value, str) and key not in kept else value


async def test_even_what_the_api_would_never_say_stays_text() -> None:
    view = LiveView()
    talk = eventful(view)

    async def poison(route: Route) -> None:
        answer = await route.fetch()
        await route.fulfill(response=answer, body=json.dumps(poisoned(await answer.json())))

    async with browsing(view) as tab:
        await tab.page.route("**/api/sessions**", poison)
        await tab.open(talk.id)
        assert HOSTILE in await tab.text("#session-title")
        assert HOSTILE in await tab.text(".sessions .name")
        for key in ("]", "]", "]"):
            await tab.page.keyboard.press(key)
        await tab.frames()
        assert HOSTILE in await tab.text("#turn")
        assert any(HOSTILE in text for text in await tab.page.locator(".event").all_inner_texts())
        await tab.page.focus("#timeline-focus")
        for _ in range(12):
            await tab.page.keyboard.press("ArrowDown")
        assert HOSTILE in await tab.text("#tooltip")
        await tab.page.click("#tab-turns")
        await tab.frames()
        assert await tab.page.evaluate("window.harmed") is None
        assert await tab.page.locator("img, #session script").count() == 0


async def test_content_is_shown_only_where_it_is_on_and_then_the_page_says_so() -> None:
    for content in (False, True):
        view = LiveView(content=content)
        talk = eventful(view, over=False, content=content)
        talk.question(5).heard(5, "My name is Ada").reply(5).wait(3)
        talk.hang_up()
        async with browsing(view) as tab:
            await tab.open(talk.id)
            await tab.page.keyboard.press("[")
            await tab.frames()
            assert ("My name is Ada" in await tab.page.content()) is content
            assert await tab.page.locator("#content-on").is_visible() is content
            if content:
                assert await tab.text("#content-on") == "Content is shown: transcripts"
