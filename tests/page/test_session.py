"""A session in the page: from nothing to a call that goes on, as it happens."""

import pytest

from support.browsed import Talk, browsing, eventful
from voicetap.chunks import Side
from voicetap.signals.live import LiveView

pytestmark = pytest.mark.slow


async def test_a_call_appears_in_the_empty_page_by_itself() -> None:
    view = LiveView()
    async with browsing(view) as tab:
        await tab.open()
        assert "No session yet" in await tab.text("#welcome")
        assert "ws://127.0.0.1:8080" in await tab.text("#welcome")
        talk = Talk(view).begun()
        await tab.until_text("#session-title", "gpt-realtime")
        assert await tab.text("#session-state") == "live"
        assert await tab.text("#session-health") == "good"
        assert await tab.page.locator("#welcome").is_hidden()
        assert await tab.text(".sessions .name") == "gpt-realtime"
        talk.question(1).reply(1)
        await tab.until_text(".figure-turns .value", "1")
        talk.wait(2)
        talk.hang_up()
        await tab.until_text("#session-state", "ended")
        assert "closed by the client" in await tab.text("#session-about")


async def test_its_figures_and_troubles_are_said_in_words() -> None:
    view = LiveView()
    talk = eventful(view)
    async with browsing(view) as tab:
        await tab.open(talk.id)
        assert await tab.text("#session-health") == "bad"
        troubles = await tab.page.locator(".trouble").all_inner_texts()
        assert [one.replace("→", "").strip() for one in troubles] == [
            "1 transcription failed",
            "1 slow turn",
            "1 unknown event",
        ]
        assert await tab.text(".figure-turns .value") == "4"
        assert await tab.text(".figure-cut") == "Cut off 1 1 truncation"
        assert await tab.text(".figure-unheard") == "Unheard 2.00 s 22 % of 9.00 s"
        assert "p95" in await tab.text(".figure-latency .note")


async def test_a_trouble_leads_to_where_it_was() -> None:
    view = LiveView()
    talk = eventful(view)
    async with browsing(view) as tab:
        await tab.open(talk.id)
        await tab.page.click('[data-kind="transcription_failed"]')
        await tab.until_text("#turn", "Turn 4")
        assert "failed: audio unintelligible" in await tab.text("#turn")
        await tab.page.click('[data-kind="slow_turn"]')
        await tab.until_text("#turn", "Turn 3")
        await tab.page.click('[data-kind="unknown"]')
        await tab.until_text('.event[aria-selected="true"]', "session.novelty")


async def test_a_turn_says_where_the_second_went() -> None:
    view = LiveView()
    talk = eventful(view)
    async with browsing(view) as tab:
        await tab.open(talk.id)
        await tab.page.keyboard.press("]")
        await tab.until_text(
            "#turn", "The user waited 0.90 s: 0.50 s silence until the server took speech to be over, 0.40 s model."
        )
        await tab.page.keyboard.press("]")
        await tab.page.keyboard.press("]")
        await tab.until_text("#turn", "The user waited 2.50 s")
        said = await tab.text("#turn")
        assert "1.10 s model, 0.90 s tools" in said
        assert "The objective is 1.50 s" in said
        assert "Tool look_up, 0.90 s" in said


async def test_the_clock_of_a_live_call_goes_on_by_itself() -> None:
    view = LiveView()
    talk = Talk(view, lasts=3600).begun()
    async with browsing(view) as tab:
        await tab.open(talk.id)
        shown = await tab.text(".figure-duration .value")
        assert shown.startswith("1:00:")
        for seconds in (1, 2):
            await tab.until_text(".figure-duration .value", f"1:00:{int(shown[-2:]) + seconds:02}")
        assert await tab.text(".session .time") == await tab.text(".figure-duration .value")


async def test_sessions_are_found_by_words_and_by_how_they_fare() -> None:
    view = LiveView()
    eventful(view, 1)
    Talk(view, 2).begun()
    Talk(view, 3).begun().hang_up()
    async with browsing(view) as tab:
        await tab.open()
        await tab.page.wait_for_selector(".sessions li >> nth=2")
        assert await tab.page.locator("#sessions-filter button").all_inner_texts() == ["All 3", "Live 1", "Troubled 1"]
        await tab.page.click("text=Troubled 1")
        await tab.page.wait_for_function("() => document.querySelectorAll('.sessions li').length === 1")
        assert "1 transcription failed" in await tab.text(".sessions li")
        await tab.page.click("text=All 3")
        await tab.page.fill("#sessions-search", "0000003")
        await tab.page.wait_for_function("() => document.querySelectorAll('.sessions li').length === 1")
        await tab.page.fill("#sessions-search", "nothing like it")
        await tab.until_text("#sessions-none", "No session is like that.")


async def test_a_session_that_was_refused_says_why() -> None:
    view = LiveView()
    talk = Talk(view)
    talk.error("invalid_api_key")
    talk.close_frame(Side.SERVER, 3000)
    talk.end(Side.SERVER)
    async with browsing(view) as tab:
        await tab.open(talk.id)
        assert await tab.text("#session-state") == "refused"
        assert "refused by the server (3000)" in await tab.text("#session-about")
        said = await tab.text("#turn")
        assert said.startswith("No turn: refused by the server.")
        assert "invalid api key" in said


async def test_a_session_that_is_not_kept_is_said_to_be_gone() -> None:
    async with browsing(LiveView()) as tab:
        await tab.page.goto(f"{tab.address}#/s/0123456789abcdef")
        await tab.until_text("#welcome", "This session is not kept any more")
        tab.complaints.clear()  # Chromium says that there was a 404
