"""The page 390 pixels wide."""

import pytest

from support.browsed import PHONE, Tab, browsing, eventful
from voicetap.signals.live import LiveView

pytestmark = pytest.mark.slow


def longest(columns: list[int]) -> int:
    """Of the runs of columns that touch."""
    best = run = 0
    for i, x in enumerate(sorted(columns)):
        run = run + 1 if i and x - 1 in columns else 1
        best = max(best, run)
    return best


async def fits(tab: Tab) -> None:
    """Nothing is wider than the screen, and nothing that is in sight stands outside it."""
    await tab.frames()
    assert await tab.page.evaluate("[document.documentElement.scrollWidth, innerWidth]") == [390, 390]
    outside = """() => [...document.querySelectorAll("#opened *, .side *")]
      .filter((node) => node.checkVisibility() && !node.closest(".scroll, .unseen, .canvas-frame"))
      .filter((node) => node.getBoundingClientRect().right > innerWidth + 0.5)
      .map((node) => node.outerHTML.slice(0, 100))"""
    assert await tab.page.evaluate(outside) == []


async def test_nothing_is_wider_than_the_screen() -> None:
    view = LiveView(content=True)
    async with browsing(view, size=PHONE) as tab:
        await tab.open()
        await fits(tab)
        talk = eventful(view, content=True)
        await tab.drawn()
        await fits(tab)
        await tab.page.keyboard.press("]")
        await fits(tab)
        await tab.page.click("#tab-turns")
        await tab.frames()
        await fits(tab)
        await tab.page.click("#sessions-toggle")
        assert await tab.page.locator(f'a[href="#/s/{talk.id}"]').is_visible()
        await fits(tab)


async def test_the_list_makes_room_for_the_session_that_was_chosen() -> None:
    view = LiveView()
    first, second = eventful(view, 1), eventful(view, 2)
    async with browsing(view, size=PHONE) as tab:
        await tab.open(first.id)
        assert await tab.page.locator("#sessions-list").is_hidden()
        assert await tab.text("#sessions-toggle") == "2 sessions"
        await tab.page.click("#sessions-toggle")
        await tab.page.click(f'a[href="#/s/{second.id}"]')
        await tab.shows(second.id)
        assert await tab.page.locator("#sessions-list").is_hidden()


async def test_two_fingers_zoom_and_one_moves() -> None:
    view = LiveView()
    talk = eventful(view)
    async with browsing(view, size=PHONE, has_touch=True) as tab:
        await tab.open(talk.id)
        await tab.page.locator("#timeline-canvas").scroll_into_view_if_needed()
        box = await tab.page.locator("#timeline-canvas").bounding_box()
        assert box is not None
        before = await tab.columns("user", "user")
        devtools = await tab.page.context.new_cdp_session(tab.page)
        y = box["y"] + 100

        async def touch(kind: str, *places: float) -> None:
            points = [{"x": box["x"] + x, "y": y, "id": i} for i, x in enumerate(places)]
            await devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        await touch("touchStart", 60, 100)
        for step in range(1, 6):
            await touch("touchMove", 60 - step * 8, 100 + step * 30)
        await touch("touchEnd")
        await tab.frames()
        closer = await tab.columns("user", "user")
        assert longest(closer) > longest(before) * 1.5
        await touch("touchStart", 300)
        for step in range(1, 6):
            await touch("touchMove", 300 - step * 30)
        await touch("touchEnd")
        await tab.frames()
        assert await tab.columns("user", "user") != closer
