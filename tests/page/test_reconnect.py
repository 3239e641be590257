"""The stream breaks, and nothing is lost or doubled: what the page then shows is what a page opened anew shows."""

from typing import Any

import pytest
from playwright.async_api import Route

from support.browsed import Tab, Talk, browsing, eventful
from support.waiting import within
from voicetap.signals.live import LiveView
from voicetap.web.page import Page as Server

pytestmark = pytest.mark.slow

EVERYTHING = """async () => {
  const frame = () => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)));
  const of = (selector) => [...document.querySelectorAll(selector)].map((node) => node.innerText.replace(/\\s+/g, " "));
  document.getElementById("tab-turns").click();
  const list = document.getElementById("events");
  const events = [];
  for (let top = 0; top <= list.scrollHeight; top += 240) {
    list.scrollTop = top;
    await frame();
    for (const row of document.querySelectorAll(".event:not([hidden])")) {
      events[row.dataset.index] = row.innerText.replace(/\\s+/g, " ");
    }
  }
  return { events, count: of("#events-count"), turns: of("#turns tbody tr"), troubles: of(".trouble"),
    figures: of(".figure:not(.figure-duration)"), sessions: of(".sessions .name") };
}"""
"""All that the page has of the opened session."""


STREAMS = """
  window.streams = [];
  window.EventSource = class extends EventSource {
    constructor(address) { super(address); streams.push(this); }
  };
"""
MINUTES = """
  window.minutes = [];
  const patient = setTimeout;
  window.setTimeout = (call, ms) => (ms >= 60_000 ? -minutes.push(call) : patient(call, ms));
"""
"""What is to be done in a minute or later waits until it is told that this has passed."""
LOOKED_AT = """(looked) => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => !looked });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


async def shown(tab: Tab, talk: Talk) -> Any:
    await tab.caught_up(talk)
    return await tab.page.evaluate(EVERYTHING)


async def shown_anew(tab: Tab, talk: Talk) -> Any:
    await tab.page.reload()
    await tab.drawn()
    return await shown(tab, talk)


async def test_after_a_break_the_page_knows_what_happened_meanwhile() -> None:
    view = LiveView()
    talk = eventful(view, over=False)
    async with browsing(view) as tab:
        await tab.open(talk.id)
        tab.way.cut()
        await tab.page.wait_for_selector('#link[data-link="lost"]')
        assert await tab.text("#link") == "Connection lost, trying again"
        talk.question(5).reply(5).heard(5).wait(3)
        Talk(view, 2).begun()
        for _ in range(2):
            await tab.page.wait_for_event("requestfailed")
        tab.way.mend()
        await tab.page.wait_for_selector('#link[data-link="live"]')
        talk.question(6).reply(6).wait(3)
        talk.hang_up()
        await tab.until_text("#session-state", "ended")
        after = await shown(tab, talk)
        assert len(after["turns"]) == 6
        assert len(after["sessions"]) == 2
        assert after == await shown_anew(tab, talk)


async def test_a_server_that_was_started_anew_is_asked_for_everything() -> None:
    view = LiveView()
    talk = eventful(view, over=False)
    async with browsing(view) as tab:
        await tab.open(talk.id)
        port = tab.server.port
        await within(tab.server.stop())
        await tab.page.wait_for_selector('#link[data-link="lost"]')
        other = LiveView()
        again = eventful(other, over=False)
        again.question(5).reply(5).wait(3)
        Talk(other, 7).begun()
        server = Server(other)
        await server.start("127.0.0.1", port)
        try:
            await tab.page.wait_for_selector('#link[data-link="live"]')
            again.question(6).reply(6).wait(3)
            again.hang_up()
            await tab.until_text("#session-state", "ended")
            after = await shown(tab, again)
            assert len(after["turns"]) == 6
            assert after == await shown_anew(tab, again)
        finally:
            await within(server.stop())


async def test_a_tab_that_nobody_looks_at_gives_its_stream_back_and_catches_up_later() -> None:
    """A browser has six connections to a server for all its tabs."""
    view = LiveView()
    talk = eventful(view, over=False)
    async with browsing(view) as tab:
        await tab.page.add_init_script(STREAMS)
        await tab.page.add_init_script(MINUTES)
        await tab.open(talk.id)
        open_ones = "streams.filter((stream) => stream.readyState !== EventSource.CLOSED).length"
        assert await tab.page.evaluate(open_ones) == 1
        await tab.page.evaluate(LOOKED_AT, False)
        assert await tab.page.evaluate(open_ones) == 1
        await tab.page.evaluate("minutes.pop()()")
        assert await tab.page.evaluate(open_ones) == 0
        talk.question(5).reply(5).wait(3)
        talk.hang_up()
        await tab.page.evaluate(LOOKED_AT, True)
        await tab.until_text("#session-state", "ended")
        await tab.until_text(".figure-turns .value", "5")


async def test_a_server_that_has_too_many_readers_is_asked_again() -> None:
    view = LiveView()
    talk = eventful(view, over=False)
    refused = 0

    async def refuse(route: Route) -> None:
        nonlocal refused
        refused += 1
        if refused > 2:
            await route.continue_()
        else:
            await route.fulfill(status=503, json={"error": "there are 32 streams already; close a page"})

    async with browsing(view) as tab:
        await tab.page.route("**/api/stream**", refuse)
        await tab.open(talk.id)
        assert refused == 3
        talk.hang_up()
        await tab.until_text("#session-state", "ended")
        tab.complaints.clear()  # Chromium says that there was a 503


async def test_what_changes_while_a_session_is_opened_is_in_it_once() -> None:
    view = LiveView()
    first, second = eventful(view, 1, over=False), eventful(view, 2, over=False)
    async with browsing(view) as tab:
        await tab.open(first.id)
        for number in range(5, 13):
            await tab.page.evaluate(f"location.hash = '#/s/{(first, second)[number % 2].id}'")
            first.question(number).reply(number).wait(3)
            second.question(number).reply(number).wait(3)
        await tab.page.evaluate(f"location.hash = '#/s/{second.id}'")
        await tab.shows(second.id)
        after = await shown(tab, second)
        assert len(after["turns"]) == 12
        assert after == await shown_anew(tab, second)
