"""The timeline: drawn by its lanes' colours, moved and zoomed, and tied to turns and events."""

from typing import Any

import pytest

from support.browsed import PHONE, Tab, Talk, browsing, eventful
from voicetap.signals.live import LiveView

pytestmark = pytest.mark.slow

FILLED = {"user": "user", "transcription": "user-soft", "response": "agent-soft", "playback": "agent", "tool": "tool"}


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("size", [None, PHONE], ids=["desk", "phone"])
async def test_every_lane_has_bars_of_its_colour(colours: Any, size: dict[str, int] | None) -> None:
    view = LiveView()
    talk = eventful(view)
    async with browsing(view, colours=colours, size=size) as tab:
        await tab.open(talk.id)
        for lane, colour in FILLED.items():
            assert await tab.columns(lane, colour), lane
            for other in {"user", "agent", "tool"} - {colour.removesuffix("-soft")}:
                assert await tab.columns(lane, other) == [], (lane, other)


def place(seconds: float, width: float) -> float:
    """Where a moment of `eventful` is, shown whole, with a margin of 1.5 % on both sides."""
    return (seconds / 20.5 + 0.015) / 1.03 * width


async def test_bars_stand_where_their_times_are() -> None:
    """The user speaks from 0.2 to 1.7 s of 20.5 s, all of which is in sight."""
    view = LiveView()
    talk = eventful(view)
    async with browsing(view) as tab:
        await tab.open(talk.id)
        width = await tab.page.evaluate("document.getElementById('timeline-canvas').clientWidth")
        second = width / (20.5 * 1.03)
        user = await tab.columns("user", "user")
        assert min(user) == pytest.approx(place(0.2, width), abs=2)
        assert len([x for x in user if x < place(1.7, width)]) == pytest.approx(1.5 * second, abs=4)


async def test_an_interruption_and_what_went_unheard_are_marked_across_the_lanes() -> None:
    view = LiveView()
    talk = eventful(view)
    async with browsing(view) as tab:
        await tab.open(talk.id)
        width = await tab.page.evaluate("document.getElementById('timeline-canvas').clientWidth")
        cut = place(8.2, width)
        for lane in ("user", "transcription", "response", "playback", "tool"):
            assert any(abs(x - cut) <= 2 for x in await tab.columns(lane, "warn-mark")), lane
        assert any(abs(x - cut) <= 9 for x in await tab.columns("marks", "warn-mark"))
        # Hatched: between the stripes it is as light as the ground.
        unheard = [x for x in await tab.columns("playback", "surface") if cut + 4 < x < place(10.0, width)]
        striped = [x for x in await tab.columns("playback", "agent") if x in unheard]
        assert len(striped) > 20
        await tab.page.mouse.move(*await at(tab, "marks", cut))
        await tab.until_text("#tooltip", "interrupted")
        assert "2.00 s unheard" in await tab.text("#tooltip")
        await tab.page.click("#tab-turns")
        row = await tab.text('#turns tr[data-turn="2"]')
        assert "interrupted, 2.00 s unheard" in row


async def at(tab: Tab, lane: str, x: float) -> tuple[float, float]:
    """A point in the middle of a lane, in pixels of the page."""
    box = await tab.page.locator("#timeline-canvas").bounding_box()
    assert box is not None
    middle: float = await tab.page.evaluate(
        """lane => import("/static/timeline/lanes.js").then(({ layout }) => {
          const at = layout(false);
          const band = lane in at.lanes ? at.lanes[lane] : at[lane];
          return band.y + band.h / 2;
        })""",
        lane,
    )
    return box["x"] + x, box["y"] + middle


async def test_a_bar_is_told_of_and_opens_its_turn() -> None:
    view = LiveView()
    talk = eventful(view)
    async with browsing(view) as tab:
        await tab.open(talk.id)
        [first, *_] = await tab.columns("tool", "tool")
        await tab.page.mouse.move(*await at(tab, "tool", first + 4))
        await tab.until_text("#tooltip", "Tool look_up")
        assert "0.90 s" in await tab.text("#tooltip")
        await tab.page.mouse.down()
        await tab.page.mouse.up()
        await tab.until_text("#turn", "Turn 3")
        assert (await tab.text('.event[aria-selected="true"]')).startswith("0:10.800")


async def test_an_event_moves_the_timeline_to_its_moment() -> None:
    view = LiveView()
    talk = eventful(view)
    async with browsing(view) as tab:
        await tab.open(talk.id)
        for _ in range(8):
            await tab.page.keyboard.press("+")
        await tab.frames()
        assert await tab.columns("tool", "text") == []
        await tab.page.fill("#events-search", "function_call_arguments")
        await tab.page.click(".event:not([hidden])")
        await tab.until_text("#turn", "Turn 3")
        await tab.frames()
        assert await tab.columns("tool", "text") != []  # the line of the event
        assert await tab.columns("tool", "tool") != []


async def test_it_zooms_and_moves_by_wheel_drag_and_buttons() -> None:
    view = LiveView()
    talk = eventful(view)
    async with browsing(view) as tab:
        await tab.open(talk.id)
        before = len(await tab.columns("user", "user"))
        await tab.page.mouse.move(*await at(tab, "user", 40))
        await tab.page.keyboard.down("Control")
        await tab.page.mouse.wheel(0, -400)
        await tab.page.keyboard.up("Control")
        await tab.frames()
        closer = await tab.columns("user", "user")
        assert len(closer) > before
        x, y = await at(tab, "response", 600)
        await tab.page.mouse.move(x, y)
        await tab.page.mouse.down()
        await tab.page.mouse.move(x - 150, y, steps=5)
        await tab.page.mouse.up()
        await tab.frames()
        assert await tab.columns("user", "user") != closer
        assert await tab.page.locator("#tooltip").is_hidden()
        await tab.page.click("#zoom-fit")
        await tab.frames()
        assert len(await tab.columns("user", "user")) == before
        box = await tab.page.locator("#minimap").bounding_box()
        assert box is not None
        await tab.page.click("#zoom-in", click_count=5)
        await tab.page.mouse.click(box["x"] + box["width"] - 5, box["y"] + 5)
        await tab.frames()
        assert await tab.columns("tool", "tool") == []


async def test_it_follows_what_is_live_until_the_reader_looks_back() -> None:
    view = LiveView()
    talk = Talk(view, lasts=4).begun().question(1)
    async with browsing(view) as tab:
        await tab.open(talk.id)
        assert await tab.page.get_attribute("#follow", "aria-pressed") == "true"
        now = max(await tab.columns("marks", "accent"))
        talk.reply(1)

        async def gone_on() -> bool:
            return bool(await tab.columns("playback", "agent")) and max(await tab.columns("marks", "accent")) > now

        await tab.until(gone_on)
        await tab.page.keyboard.press("ArrowRight")
        await tab.frames()
        assert await tab.page.get_attribute("#follow", "aria-pressed") == "false"
        await tab.page.keyboard.press("l")
        await tab.frames()
        assert await tab.page.get_attribute("#follow", "aria-pressed") == "true"
        talk.wait(1)
        talk.hang_up()
        await tab.page.wait_for_selector("#follow", state="hidden")


async def test_a_recording_without_times_says_so_and_keeps_its_order() -> None:
    view = LiveView()
    talk = Talk(view)
    talk.now = float("nan")
    talk.begun().question(1).reply(1).hang_up()
    async with browsing(view) as tab:
        await tab.open(talk.id)
        assert "has no times" in await tab.text("#untimed")
        assert await tab.page.locator("#timeline-canvas").is_hidden()
        assert (await tab.page.locator(".event:not([hidden])").all_inner_texts())[0].split()[-1] == "session.created"
