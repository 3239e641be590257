"""The page by keyboard alone."""

import pytest

from support.browsed import Tab, Talk, browsing, eventful
from voicetap.signals.live import LiveView

pytestmark = pytest.mark.slow


async def focused(tab: Tab) -> str:
    return str(await tab.page.evaluate("document.activeElement.id"))


async def test_keys_go_through_sessions_turns_and_searches() -> None:
    view = LiveView()
    first = eventful(view, 1)
    second = Talk(view, 2).begun()
    async with browsing(view) as tab:
        await tab.open()
        await tab.shows(second.id)
        await tab.page.keyboard.press("j")
        await tab.shows(first.id)
        await tab.until_text("#session-state", "ended")
        for key, turn in [("]", 1), ("]", 2), ("]", 3), ("[", 2)]:
            await tab.page.keyboard.press(key)
            await tab.until_text("#turn", f"Turn {turn} ")
        await tab.page.keyboard.press("Escape")
        await tab.until_text("#turn", "Worth a look")
        await tab.page.keyboard.press("/")
        assert await focused(tab) == "sessions-search"
        await tab.page.keyboard.type("jk]l?")
        assert await tab.page.input_value("#sessions-search") == "jk]l?"
        await tab.page.keyboard.press("Escape")
        assert await tab.page.input_value("#sessions-search") == ""
        await tab.page.keyboard.press("e")
        assert await focused(tab) == "events-search"
        await tab.page.keyboard.press("Escape")
        await tab.page.keyboard.press("k")
        await tab.shows(second.id)


async def test_help_opens_closes_and_holds_the_other_keys() -> None:
    view = LiveView()
    talk = eventful(view)
    async with browsing(view) as tab:
        await tab.open(talk.id)
        await tab.page.keyboard.press("?")
        assert await tab.page.locator("#help").is_visible()
        await tab.page.keyboard.press("]")
        await tab.frames()
        assert "Worth a look" in await tab.text("#turn")
        await tab.page.keyboard.press("Escape")
        assert await tab.page.locator("#help").is_hidden()


async def test_the_timeline_is_read_out_thing_by_thing() -> None:
    view = LiveView()
    talk = eventful(view)
    async with browsing(view) as tab:
        await tab.open(talk.id)
        await tab.page.focus("#timeline-focus")
        for said in ("The user spoke. 0:00.20, 1.50 s.", "Transcription.", "Response to speech."):
            await tab.page.keyboard.press("ArrowDown")
            assert said in (await tab.page.text_content("#spoken") or "")
            assert await tab.page.locator("#tooltip").is_visible()
        await tab.page.keyboard.press("Enter")
        await tab.until_text("#turn", "Turn 1 ")
        await tab.page.keyboard.press("ArrowUp")
        await tab.page.keyboard.press("ArrowUp")
        assert "The user spoke" in (await tab.page.text_content("#spoken") or "")


async def test_every_control_is_reached_by_tab_and_shows_that_it_is() -> None:
    view = LiveView()
    talk = eventful(view)
    async with browsing(view) as tab:
        await tab.open(talk.id)
        reached = []
        for _ in range(60):
            await tab.page.keyboard.press("Tab")
            here = await tab.page.evaluate(
                "[document.activeElement.id, getComputedStyle(document.activeElement).outlineStyle]"
            )
            reached.append(here[0])
            assert here[1] != "none", here
            if here[0] == "events":
                break
        for control in (
            "theme",
            "help-button",
            "sessions-search",
            "timeline-focus",
            "zoom-in",
            "tab-turn",
            "events-type",
        ):
            assert control in reached, control


async def test_the_colours_are_the_systems_until_the_reader_chooses() -> None:
    view = LiveView()
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    async with browsing(view, colours="dark") as tab:
        await tab.open()
        dark = await tab.page.evaluate(ground)
        await tab.page.click("#theme")
        assert await tab.page.get_attribute("#theme", "aria-label") == "Colours: light"
        light = await tab.page.evaluate(ground)
        assert light != dark
        await tab.page.reload()
        assert await tab.page.evaluate(ground) == light
        await tab.page.click("#theme")
        assert await tab.page.evaluate(ground) == dark
