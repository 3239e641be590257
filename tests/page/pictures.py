"""Makes the pictures of the live page: `PYTHONPATH=tests python -m page.pictures`.

The calls are scripts and the clock stands still, so a page that looks the same makes the same pictures, but for fonts:
they are the system's, as for anybody.
"""

import argparse
import asyncio
import io
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image
from playwright.async_api import Route

from page.calls import tell
from support.browsed import DESK, PHONE, Tab, browsing
from support.requires import REPOSITORY
from voicetap.signals.live import LiveView

NOW = datetime(2026, 11, 21, 12, 4, 41, tzinfo=UTC)
DOTS = 2
"""To the pixel."""
COLOURS = 256
PLACE = {"timezone_id": "UTC", "locale": "en-GB"}


async def a_slow_turn(tab: Tab) -> None:
    """What was cut off before it, and where its time went."""
    for key in "0++]]]":
        await tab.page.keyboard.press(key)
    await tab.until_text("#turn", "Turn 3")


async def what_is_worth_a_look(tab: Tab) -> None:
    """The call before, which is over."""
    await tab.page.click('.session[href] >> text="ended" >> nth=0')
    await tab.until_text("#turn", "Worth a look")


async def as_it_happens(tab: Tab) -> None:
    """On a telephone."""
    await tab.until_text("#turn", "the latest")


PICTURES = [
    ("dark", DESK, "dark", a_slow_turn),
    ("light", DESK, "light", what_is_worth_a_look),
    ("phone", PHONE, "dark", as_it_happens),
]


async def make(out: Path) -> list[Path]:
    """Write all pictures into a folder."""
    view = LiveView()
    opened = tell(view, NOW.timestamp())
    made = []
    for name, size, colours, scene in PICTURES:
        look: dict[str, object] = {"size": size, "colours": colours, "device_scale_factor": DOTS}
        async with browsing(view, **look, reduced_motion="reduce", **PLACE) as tab:  # type: ignore[arg-type]
            await tab.page.clock.set_fixed_time(NOW)
            await tab.page.route("**/api/sessions", without_date)
            await tab.open(opened.id)
            await scene(tab)
            await tab.page.mouse.move(0, 0)
            await tab.frames()
            made.append(out / f"page-{name}.png")
            save(await tab.page.screenshot(), made[-1])
    return made


def save(screenshot: bytes, path: Path) -> None:
    """With as many colours as an eye tells apart there, so that it takes less than half the room."""
    picture = Image.open(io.BytesIO(screenshot)).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


async def without_date(route: Route) -> None:
    """The page goes by the server's clock where that differs, and that one does not stand still."""
    answer = await route.fetch()
    headers = {name: value for name, value in answer.headers.items() if name != "date"}
    await route.fulfill(response=answer, headers=headers)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m page.pictures", description=__doc__)
    parser.add_argument(
        "--out", type=Path, default=REPOSITORY / "docs" / "images", help="the folder (default: %(default)s)"
    )
    for path in asyncio.run(make(parser.parse_args().out)):
        print(path)


if __name__ == "__main__":
    main()
