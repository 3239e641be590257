"""What a screen reader, and eyes that need contrast, get of the page."""

from typing import Any

import pytest

from support.browsed import PHONE, Tab, Talk, browsing, eventful
from voicetap.signals.live import LiveView

pytestmark = pytest.mark.slow

LEAST_CONTRAST = 4.5
"""Of text that is not large (WCAG 2.2, 1.4.3)."""
LEAST_DISTANCE = 12
"""Between colours with different meanings, in CIELAB, as an eye sees them that lacks one sort of cones."""

NAMELESS = """() => [...document.querySelectorAll("button, a[href], input, select, [role], section, canvas")]
  .filter((node) => node.checkVisibility() && !node.closest("[aria-hidden=true]"))
  .filter((node) => !["presentation", "status", "group", "tooltip"].includes(node.getAttribute("role")))
  .filter((node) => !(node.tagName === "CANVAS" && node.closest("[aria-roledescription]")))
  .filter((node) => {
    const by = document.getElementById(node.getAttribute("aria-labelledby"));
    return !(node.getAttribute("aria-label") || by?.textContent || node.textContent).trim();
  })
  .map((node) => node.outerHTML.slice(0, 120))"""

FAINT = """(least) => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const flat = (colour, under) => {
    canvas.fillStyle = `rgb(${under.join(" ")})`;
    canvas.fillRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)];
  };
  const light = (rgb) => rgb.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (node) => {
    const over = [];
    for (let at = node; at; at = at.parentElement) over.unshift(getComputedStyle(at).backgroundColor);
    return over.reduce((under, colour) => flat(colour, under), [255, 255, 255]);
  };
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { textContent: text, parentElement: node } = walker.currentNode;
    if (!text.trim() || !node.checkVisibility() || node.closest(".unseen, :disabled")) continue;
    const under = ground(node);
    const [a, b] = [light(flat(getComputedStyle(node).color, under)), light(under)].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < least) found.add(`${node.className || node.tagName}: ${contrast.toFixed(2)}`);
  }
  return [...found];
}"""

PALETTE = """() => import("/static/theme.js").then(({ palette }) =>
  Object.fromEntries(Object.entries(palette(document.getElementById("probe")))
    .map(([name, colour]) => [name, colour.match(/[0-9.]+/g).slice(0, 3).map(Number)])))"""


async def everything(tab: Tab, session: str) -> None:
    """The session with as much of it in sight as can be."""
    await tab.open(session)
    await tab.page.keyboard.press("]")
    await tab.page.keyboard.press("]")
    await tab.frames()


@pytest.mark.parametrize("size", [None, PHONE], ids=["desk", "phone"])
async def test_everything_that_can_be_used_has_a_name(size: dict[str, int] | None) -> None:
    view = LiveView()
    talk = eventful(view)
    async with browsing(view, size=size) as tab:
        await everything(tab, talk.id)
        assert await tab.page.evaluate(NAMELESS) == []


@pytest.mark.parametrize("colours", ["light", "dark"])
async def test_every_text_stands_out(colours: Any) -> None:
    view = LiveView(content=True)
    talk = eventful(view, 1, content=True)
    eventful(view, 2, over=False)
    Talk(view, 3).begun()
    async with browsing(view, colours=colours) as tab:
        await everything(tab, talk.id)
        assert await tab.page.evaluate(FAINT, LEAST_CONTRAST) == []
        await tab.page.click("#tab-turns")
        await tab.page.keyboard.press("?")
        await tab.frames()
        assert await tab.page.evaluate(FAINT, LEAST_CONTRAST) == []
        # On canvas: what stands in bars, and what stands on the ground.
        palette = await tab.page.evaluate(PALETTE)
        for text, ground in [
            *[("on-solid", solid) for solid in ("user", "agent", "tool", "bad", "warn-mark", "accent")],
            *[("text", soft) for soft in ("surface", "user-soft", "agent-soft", "bad-soft", "selected")],
            *[(word, "surface") for word in ("muted", "bad", "accent")],
        ]:
            assert contrast(palette[text], palette[ground]) >= LEAST_CONTRAST, (text, ground)


def linear(colour: list[float]) -> list[float]:
    """sRGB without its curve, 0 to 1."""
    parts = [value / 255 for value in colour]
    return [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in parts]


def contrast(one: list[float], other: list[float]) -> float:
    """As WCAG 2.2 has it."""
    low, high = sorted(
        0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in (linear(one), linear(other))
    )
    return (high + 0.05) / (low + 0.05)


WITHOUT = {
    "red cones": [(0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)],
    "green cones": [(0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)],
}
"""Of linear RGB (Machado, Oliveira and Fernandes 2009, severity 1)."""


def seen(colour: list[float], without: str) -> tuple[float, float, float]:
    """In CIELAB, D65, by who lacks some cones."""
    rgb = [min(1.0, max(0.0, sum(a * b for a, b in zip(row, linear(colour), strict=True)))) for row in WITHOUT[without]]
    to_xyz = [(0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505)]
    white = (0.95047, 1.0, 1.08883)
    x, y, z = (
        _root(sum(a * b for a, b in zip(row, rgb, strict=True)) / of) for row, of in zip(to_xyz, white, strict=True)
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _root(value: float) -> float:
    return float(value ** (1 / 3)) if value > 0.008856 else 7.787 * value + 16 / 116


@pytest.mark.parametrize("colours", ["light", "dark"])
async def test_colours_with_different_meanings_differ_for_colour_blind_eyes_too(colours: Any) -> None:
    async with browsing(LiveView(), colours=colours) as tab:
        await tab.open()
        palette = await tab.page.evaluate(PALETTE)
        meanings = ("user", "agent", "tool", "bad", "rest")
        for without in WITHOUT:
            for i, one in enumerate(meanings):
                for other in meanings[i + 1 :]:
                    a, b = seen(palette[one], without), seen(palette[other], without)
                    distance = sum((p - q) ** 2 for p, q in zip(a, b, strict=True)) ** 0.5
                    assert distance >= LEAST_DISTANCE, (without, one, other, round(distance))


async def test_the_page_has_landmarks_and_one_heading_for_each_part() -> None:
    view = LiveView()
    talk = eventful(view)
    async with browsing(view) as tab:
        await tab.open(talk.id)
        page = tab.page
        assert await page.get_by_role("complementary", name="Sessions").count() == 1
        assert await page.get_by_role("main", name="gpt-realtime").count() == 1
        for region in ("Timeline", "Latencies", "Turns", "Event log"):
            assert await page.get_by_role("region", name=region).count() == 1, region
        assert await page.get_by_role("heading", level=1).count() == 1
        assert await page.get_by_role("heading", level=2, name="gpt-realtime").count() == 1
        assert await page.get_by_role("tab", name="Turn", exact=True).get_attribute("aria-selected") == "true"
        await page.get_by_role("tab", name="Turn", exact=True).press("ArrowRight")
        assert await page.get_by_role("tab", name="All turns").get_attribute("aria-selected") == "true"
        assert await page.get_by_role("table", name="Turns of the session").count() == 1


async def test_the_table_says_what_the_timeline_draws() -> None:
    view = LiveView()
    talk = eventful(view)
    async with browsing(view) as tab:
        await tab.open(talk.id)
        await tab.page.click("#tab-turns")
        await tab.frames()
        rows = [" ".join(row.split()) for row in await tab.page.locator("#turns tbody tr").all_inner_texts()]
        assert rows == [
            "1 0:00.2 the user spoke 0.90 s 0.50 s 0.40 s 0 s 0 s completed",
            "2 0:04.8 the user spoke 0.90 s 0.50 s 0.40 s 0 s 0 s interrupted interrupted, 2.00 s unheard",
            "3 0:08.2 the user spoke 2.50 s slow 0.50 s 1.10 s 0.90 s 0 s completed session.novelty",
            "4 0:15.4 the user spoke 0.90 s 0.50 s 0.40 s 0 s 0 s completed",
        ]


async def test_new_troubles_are_read_out_politely() -> None:
    view = LiveView()
    talk = Talk(view, lasts=4).begun()
    async with browsing(view) as tab:
        await tab.open(talk.id)
        assert await tab.page.get_attribute("#announcer", "aria-live") == "polite"
        assert await tab.page.text_content("#announcer") == ""
        talk.question(1).misheard(1)
        said = "() => document.getElementById('announcer').textContent === 'Troubles: 1 transcription failed'"
        await tab.page.wait_for_function(said)


async def test_nothing_moves_by_itself_for_who_wants_it_so() -> None:
    view = LiveView()
    talk = Talk(view, lasts=2).begun()
    async with browsing(view, reduced_motion="reduce") as tab:
        await tab.open(talk.id)
        running = "() => document.getAnimations().filter((one) => one.playState === 'running').length"
        assert await tab.page.evaluate(running) == 0
        drawn = """() => new Promise((resolve) => {
          const context = document.getElementById("timeline-canvas").getContext("2d");
          const clear = context.clearRect;
          let count = 0;
          context.clearRect = (...all) => { count += 1; clear.apply(context, all); };
          setTimeout(() => resolve(count), 2500);
        })"""
        assert 1 <= await tab.page.evaluate(drawn) <= 4
