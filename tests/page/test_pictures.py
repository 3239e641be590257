"""The pictures of the page that the documents show can be made anew, and are the same each time."""

from pathlib import Path

import pytest
from PIL import Image, ImageChops

from page.pictures import DOTS, PICTURES, make

pytestmark = pytest.mark.slow


async def test_they_are_the_same_each_time(tmp_path: Path) -> None:
    rounds = [tmp_path / "one", tmp_path / "other"]
    for folder in rounds:
        folder.mkdir()
        await make(folder)
    for name, size, *_ in PICTURES:
        one, other = (Image.open(folder / f"page-{name}.png").convert("RGB") for folder in rounds)
        assert one.size == (size["width"] * DOTS, size["height"] * DOTS)
        assert ImageChops.difference(one, other).getbbox() is None, name
