"""Several boards in one picture: the first large, the others small beside it."""

from collections.abc import Iterable, Sequence

from PIL import Image

from .theme import Theme

WIDTH = 1600
_FIRST = ("voicetap-overview", "voicetap-quality", "voicetap-latency", "voicetap-cost", "voicetap-proxy")
_LARGE = 0.68
"""Of the width."""
_GAP = 16


def ordered(names: Iterable[str]) -> list[str]:
    """As a reader meets the boards; those that are not known come last."""
    return sorted(names, key=lambda name: (_FIRST.index(name) if name in _FIRST else len(_FIRST), name))


def draw(pictures: Sequence[Image.Image], theme: Theme) -> Image.Image:
    """The first at the left in full height; of the others, as much from the top as there is room for."""
    background = tuple(round(255 * part) for part in theme.canvas[:3])
    large = _of_width(pictures[0], round(WIDTH * _LARGE) if len(pictures) > 1 else WIDTH)
    sheet = Image.new("RGB", (WIDTH, large.height), background)
    sheet.paste(large, (0, 0))
    others = pictures[1:]
    top = 0
    for number, other in enumerate(others):
        bottom = round((large.height + _GAP) * (number + 1) / len(others)) - _GAP
        small = _of_width(other, WIDTH - large.width - _GAP)
        sheet.paste(small.crop((0, 0, small.width, min(small.height, bottom - top))), (large.width + _GAP, top))
        top = bottom + _GAP
    return sheet


def _of_width(picture: Image.Image, width: int) -> Image.Image:
    return picture.resize((width, round(picture.height * width / picture.width)), Image.Resampling.LANCZOS)
