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
        clocks = "['.figure-duration .value', '.session .time'].map((name) => document.querySelector(name).innerText)"
        for _ in range(3):
            [shown, beside] = await tab.page.evaluate(clocks)
            assert shown == beside
            assert shown.startswith("1:00:")
            await tab.page.wait_for_function(f"shown => {clocks}[0] > shown", arg=shown)


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
        assert "refused by the server (3000 unauthorized)" in await tab.text("#session-about")
        said = await tab.text("#turn")
        assert said.startswith("No turn: refused by the server.")
        assert "invalid api key" in said


async def test_who_closed_it_and_with_which_code_stands_in_its_head() -> None:
    for content, said in (
        (False, "closed by the server (1011 internal error)"),
        (True, "closed by the server (1011 internal error: “out of <b>memory</b>”)"),
    ):
        view = LiveView(content=content)
        talk = Talk(view).begun()
        talk.close_frame(Side.SERVER, 1011, "out of <b>memory</b>")
        talk.end(Side.SERVER)
        async with browsing(view) as tab:
            await tab.open(talk.id)
            assert said in await tab.text("#session-about")


async def test_the_rate_limit_that_is_nearest_to_its_end_is_a_figure() -> None:
    view = LiveView()
    talk = Talk(view, lasts=2).begun()
    async with browsing(view) as tab:
        await tab.open(talk.id)
        assert await tab.page.locator(".figure-limits").is_hidden()
        limits = [("requests", 1000, 990, 26), ("tokens", 40_000, 10_000, 4.2)]
        fields = ("name", "limit", "remaining", "reset_seconds")
        talk.server("rate_limits.updated", rate_limits=[dict(zip(fields, limit, strict=True)) for limit in limits])
        await tab.until_text(".figure-limits", "Rate limit 25 % left of tokens")
        assert (await tab.page.get_attribute(".figure-limits", "title") or "").splitlines() == [
            "tokens: 10.0 k of 40.0 k left at 0:00, whole again 4.20 s later",
            "requests: 990 of 1.0 k left at 0:00, whole again 26.0 s later",
        ]


async def test_a_row_of_the_table_stays_the_same_while_the_call_goes_on() -> None:
    """Else a click that is under way goes to nothing, and the keyboard's place is lost."""
    view = LiveView()
    talk = Talk(view, lasts=30).begun().question(1).reply(1)
    talk.wait(2)
    talk.question(2).reply(2).wait(2)
    async with browsing(view) as tab:
        await tab.open(talk.id)
        await tab.page.click("#tab-turns")
        await tab.page.focus('#turns tr[data-turn="1"] button')
        talk.question(3).reply(3)
        await tab.page.wait_for_selector('#turns tr[data-turn="3"]')
        assert await tab.page.evaluate("document.activeElement.textContent") == "1"
        await tab.page.keyboard.press("Enter")
        await tab.until_text("#turn", "Turn 1 ")


async def test_an_address_that_no_page_has_made_is_none() -> None:
    view = LiveView()
    talk = eventful(view)
    async with browsing(view) as tab:
        await tab.page.goto(f"{tab.address}#/s/%E0%A4%A")
        await tab.shows(talk.id)


async def test_of_very_many_sessions_the_latest_are_listed_and_the_others_found() -> None:
    view = LiveView(sessions=10_000)
    for number in range(1, 5_001):
        Talk(view, number).hang_up()
    async with browsing(view) as tab:
        await tab.open()
        await tab.until_text("#sessions-none", "and 4700 before: find them by words")
        assert await tab.page.locator(".sessions li").count() == 300
        await tab.page.fill("#sessions-search", f"{0x5E55100000000000 + 1:x}")
        await tab.page.wait_for_function("() => document.querySelectorAll('.sessions li').length === 1")
        assert await tab.page.locator("#sessions-none").is_hidden()


async def test_a_session_that_is_not_kept_is_said_to_be_gone() -> None:
    async with browsing(LiveView()) as tab:
        await tab.page.goto(f"{tab.address}#/s/0123456789abcdef")
        await tab.until_text("#welcome", "This session is not kept any more")
        tab.complaints.clear()  # Chromium says that there was a 404
