"""Few colours, and the right ones."""

from pathlib import Path

import pytest

pytest.importorskip("matplotlib", reason="needs matplotlib: pip install 'voicetap[pictures]'")

from PIL import Image

from dashboards.pictures.files import save
from dashboards.pictures.theme import DARK

GREEN = (0x73, 0xBF, 0x69)


def saved(picture: Image.Image, path: Path) -> Image.Image:
    with Image.open(save(picture, DARK, path)) as file:
        assert (file.mode, file.info) == ("P", {})
        return file.convert("RGB")


def test_few_colours_stay_as_they_are(tmp_path: Path) -> None:
    picture = Image.new("RGB", (40, 40), (1, 2, 3))
    picture.putpixel((7, 9), (200, 100, 50))
    assert saved(picture, tmp_path / "a.png").tobytes() == picture.tobytes()


def test_of_many_colours_areas_and_those_of_the_theme_stay_and_others_are_near(tmp_path: Path) -> None:
    picture = Image.new("RGB", (100, 200), (24, 27, 31))
    for at in range(10_000):
        picture.putpixel((at % 100, at // 100), (at % 256, at // 256, (at * 7) % 256))
    picture.paste((GREEN[0] + 1, *GREEN[1:]), (60, 180, 100, 200))
    picture.putpixel((99, 199), GREEN)
    after = saved(picture, tmp_path / "a.png")
    colours = after.getcolors()
    assert colours is not None
    assert len(colours) == 176
    assert (after.getpixel((99, 199)), after.getpixel((50, 150))) == (GREEN, (24, 27, 31))
    before = picture.getpixel((37, 41)), after.getpixel((37, 41))
    assert max(abs(one - other) for one, other in zip(*before, strict=True)) < 45
