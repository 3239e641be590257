"""The event log of a session: all of it, found by who sent it, by type, turn and words."""

import pytest

from support.browsed import Tab, Talk, browsing, eventful
from voicetap.chunks import Side
from voicetap.signals.live import LiveView

pytestmark = pytest.mark.slow


SCROLLED = "document.getElementById('events').scrollTop"


async def rows(tab: Tab) -> list[str]:
    """What is in sight, without times."""
    await tab.frames()
    texts = await tab.page.locator(".event:not([hidden])").all_inner_texts()
    return [" ".join(text.split()[1:]) for text in texts]


async def test_frequent_events_are_folded_and_counted() -> None:
    view = LiveView()
    talk = Talk(view).begun().question(1, 1.5)
    async with browsing(view) as tab:
        await tab.open(talk.id)
        assert (await rows(tab))[1:] == [
            "server input_audio_buffer.speech_started turn 1",
            "client input_audio_buffer.append \N{MULTIPLICATION SIGN}20 turn 1",
            "server input_audio_buffer.speech_stopped turn 1",
            "server input_audio_buffer.committed turn 1",
        ]


async def test_what_is_not_understood_is_marked() -> None:
    view = LiveView()
    talk = Talk(view).begun()
    talk.raw(Side.SERVER, {"type": "session.novelty"})
    talk.raw(Side.CLIENT, "no JSON")
    talk.hang_up()
    async with browsing(view) as tab:
        await tab.open(talk.id)
        await tab.page.select_option("#events-type", label="only with a note")
        found = await rows(tab)
        assert len(found) == 2
        assert found[0] == "server session.novelty unknown"
        assert found[1].startswith("client")
        assert "malformed" in found[1]
        assert await tab.page.locator('.event[data-note="malformed"]:not([hidden])').count() == 1


async def test_it_is_filtered_by_sender_type_turn_and_words() -> None:
    view = LiveView()
    talk = eventful(view)
    async with browsing(view) as tab:
        await tab.open(talk.id)
        await tab.page.select_option("#events-sender", "client")
        assert {row.split()[0] for row in await rows(tab)} == {"client"}
        await tab.page.select_option("#events-sender", "")
        await tab.page.select_option("#events-type", "response.done")
        assert {row.split()[1] for row in await rows(tab)} == {"response.done"}
        await tab.page.select_option("#events-type", "")
        await tab.page.fill("#events-search", "truncat")
        assert [row.split()[1] for row in await rows(tab)] == [
            "conversation.item.truncate",
            "conversation.item.truncated",
        ]
        assert "2 of" in await tab.text("#events-count")
        await tab.page.fill("#events-search", "")
        await tab.page.click('.trouble[data-kind="slow_turn"]')
        await tab.page.click("text=only turn 3")
        found = await rows(tab)
        assert len(found) > 5
        assert all("turn 3" in row for row in found)
        await tab.page.fill("#events-search", "nothing like it")
        await tab.until_text("#events-none", "No event is like that.")


async def test_the_latest_stay_in_sight_unless_the_reader_looks_back() -> None:
    view = LiveView()
    talk = Talk(view, lasts=60).begun()
    for number in range(1, 12):
        talk.question(number, 1.0).reply(number).wait(2)
    async with browsing(view) as tab:
        await tab.open(talk.id)
        await tab.caught_up(talk)
        assert "response.done turn 11" in (await rows(tab))[-1]
        talk.error("late_one")
        await tab.caught_up(talk)
        assert "error" in (await rows(tab))[-1]
        end = await tab.page.evaluate(SCROLLED)
        await tab.page.hover("#events")
        await tab.page.mouse.wheel(0, -400)
        await tab.page.wait_for_function(f"end => {SCROLLED} === end - 400", arg=end)
        talk.error("another")
        await tab.caught_up(talk)
        assert await tab.page.evaluate(SCROLLED) == end - 400


async def test_its_rows_are_gone_through_by_keys() -> None:
    view = LiveView()
    talk = eventful(view)
    async with browsing(view) as tab:
        await tab.open(talk.id)
        await tab.page.focus("#events")
        for key in ("Home", "ArrowDown", "ArrowDown"):
            await tab.page.keyboard.press(key)
        active = await tab.page.get_attribute("#events", "aria-activedescendant")
        assert active == "event-3"
        assert await tab.page.get_attribute("#event-3", "aria-selected") == "true"
        await tab.page.keyboard.press("End")
        last = await tab.text('.event[aria-selected="true"]')
        assert last.startswith("0:18")
