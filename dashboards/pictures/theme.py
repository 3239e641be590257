"""Grafana's colours, dark and light."""

import re
from typing import NamedTuple

from .reading import Unknown

Colour = tuple[float, float, float, float]
"""Red, green, blue and opacity, 0 to 1."""


class Theme(NamedTuple):
    """What is not said by a board."""

    name: str
    canvas: Colour
    """Behind the panels."""
    panel: Colour
    border: Colour
    text: Colour
    weak: Colour
    """Text that explains."""
    grid: Colour
    hues: dict[str, tuple[str, str, str, str, str]]
    """Of each: super-light, light, itself, semi-dark, dark."""

    @property
    def is_dark(self) -> bool:
        """Whether heat is light."""
        return sum(self.panel[:3]) < 1.5

    def named(self, name: str) -> Colour:
        """A colour by the name that a board gives it. Raises Unknown."""
        if name == "text":
            return self.text
        if name == "transparent":
            return (0.0, 0.0, 0.0, 0.0)
        if name.startswith("#"):
            return colour(name)
        if found := _RGBA.fullmatch(name):
            red, green, blue, opacity = (float(part) for part in found.groups())
            return red / 255, green / 255, blue / 255, opacity
        for shade, prefix in enumerate(_SHADES):
            if (hue := name.removeprefix(prefix)) in self.hues and name == prefix + hue:
                return colour(self.hues[hue][shade])
        raise Unknown(f"the colour {name}")

    def colours(self) -> list[Colour]:
        """All that are opaque."""
        return [self.canvas, self.panel, self.text, *(colour(shade) for hue in self.hues.values() for shade in hue)]

    def classic(self, number: int) -> Colour:
        """The colour of the n-th series of a panel, from 0, where the board does not say."""
        name, shade = _CLASSIC[number % len(_CLASSIC)]
        return colour(self.hues[name][shade])


_RGBA = re.compile(r"rgba\((\d+), ?(\d+), ?(\d+), ?([\d.]+)\)")
_SHADES = ("super-light-", "light-", "", "semi-dark-", "dark-")
_HUES = ("green", "yellow", "blue", "orange", "red", "purple")
_CLASSIC = tuple((hue, shade) for shade in (2, 4, 0) for hue in _HUES)
"""The palette that Grafana calls classic, as far as it consists of hues."""


def colour(text: str, opacity: float = 1.0) -> Colour:
    """From #rrggbb."""
    red, green, blue = (int(text[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue, opacity


def faded(of: Colour, opacity: float) -> Colour:
    """The same, so opaque."""
    return (*of[:3], opacity)


def on(background: Colour) -> Colour:
    """What text is readable on a colour, by the brightness that the W3C's guidelines give it."""
    red, green, blue, _ = background
    brightness = 255 * (0.299 * red + 0.587 * green + 0.114 * blue)
    return colour("#202226") if brightness > 180 else colour("#f7f8fa")


DARK = Theme(
    "dark",
    canvas=colour("#111217"),
    panel=colour("#181b1f"),
    border=colour("#ccccdc", 0.12),
    text=colour("#ccccdc"),
    weak=colour("#ccccdc", 0.65),
    grid=colour("#f0faff", 0.09),
    hues={
        "green": ("#C8F2C2", "#96D98D", "#73BF69", "#56A64B", "#37872D"),
        "yellow": ("#FFF899", "#FFEE52", "#FADE2A", "#F2CC0C", "#E0B400"),
        "blue": ("#C0D8FF", "#8AB8FF", "#5794F2", "#3274D9", "#1F60C4"),
        "orange": ("#FFCB7D", "#FFB357", "#FF9830", "#FF780A", "#FA6400"),
        "red": ("#FFA6B0", "#FF7383", "#F2495C", "#E02F44", "#C4162A"),
        "purple": ("#DEB6F2", "#CA95E5", "#B877D9", "#A352CC", "#8F3BB8"),
    },
)
LIGHT = Theme(
    "light",
    canvas=colour("#f4f5f5"),
    panel=colour("#ffffff"),
    border=colour("#24292e", 0.12),
    text=colour("#24292e"),
    weak=colour("#24292e", 0.75),
    grid=colour("#000a17", 0.09),
    hues={
        "green": ("#96D98D", "#73BF69", "#56A64B", "#37872D", "#19730E"),
        "yellow": ("#FFEE52", "#FADE2A", "#F2CC0C", "#E0B400", "#CC9D00"),
        "blue": ("#8AB8FF", "#5794F2", "#3274D9", "#1F60C4", "#1250B0"),
        "orange": ("#FFB357", "#FF9830", "#FF780A", "#FA6400", "#E55400"),
        "red": ("#FF7383", "#F2495C", "#E02F44", "#C4162A", "#AD0317"),
        "purple": ("#CA95E5", "#B877D9", "#A352CC", "#8F3BB8", "#7C2EA3"),
    },
)
THEMES = {theme.name: theme for theme in (DARK, LIGHT)}
