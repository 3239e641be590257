"""A figure that is measured as a browser measures: in pixels of a screen, from the top left.

Its letters are DejaVu Sans, which comes with matplotlib: a picture looks alike wherever it is drawn.
"""

from functools import cache
from io import BytesIO
from typing import Literal, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import FancyBboxPatch, Rectangle
from matplotlib.textpath import TextPath
from PIL import Image

from .theme import Colour, Theme

FONT = "DejaVu Sans"
SMALL = 11.0
"""Letters of axes and legends."""
MEDIUM = 13.0
"""Of titles; DejaVu's are wider than Grafana's, whose titles have 14."""
LARGE = 19.0
_PIXELS = 72
"""To an inch: with as many, matplotlib's points are pixels too."""

Across = Literal["left", "center", "right"]
Upright = Literal["baseline", "center", "top", "bottom"]


class Box(NamedTuple):
    """A rectangle."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height

    def without(self, left: float = 0, top: float = 0, right: float = 0, bottom: float = 0) -> "Box":
        """What is left of it inside these margins."""
        return Box(self.left + left, self.top + top, self.width - left - right, self.height - top - bottom)


class Canvas:
    """One picture, `scale` dots to the pixel."""

    def __init__(self, width: float, height: float, theme: Theme, scale: float = 2) -> None:
        self.theme = theme
        self._width, self._height = width, height
        self._figure = Figure((width / _PIXELS, height / _PIXELS), dpi=_PIXELS * scale, facecolor=theme.canvas)
        self._sheet = self._figure.add_axes((0, 0, 1, 1))
        self._sheet.set(xlim=(0, width), ylim=(height, 0))
        self._sheet.set_axis_off()

    def rectangle(self, box: Box, fill: Colour | None, edge: Colour | None = None, radius: float = 0) -> None:
        """Fill it, or draw its edge, or both."""
        fill, edge = fill or (0, 0, 0, 0), edge or (0, 0, 0, 0)
        width = 1 if edge[3] else 0
        corner, size = (box.left, box.top), (box.width, box.height)
        style = f"round,pad=0,rounding_size={radius}"
        patch = (
            FancyBboxPatch(corner, *size, boxstyle=style, facecolor=fill, edgecolor=edge, linewidth=width)
            if radius
            else Rectangle(corner, *size, facecolor=fill, edgecolor=edge, linewidth=width)
        )
        self._sheet.add_patch(patch)

    def line(self, points: list[tuple[float, float]], colour: Colour, width: float = 1) -> None:
        """From point to point."""
        self._sheet.plot(*zip(*points, strict=True), color=colour, linewidth=width, solid_capstyle="round")

    def text(
        self,
        left: float,
        top: float,
        text: str,
        size: float,
        colour: Colour,
        across: Across = "left",
        upright: Upright = "center",
    ) -> None:
        """Write, so that the point is at this end, or the middle, of the text."""
        upright_of = {"center": "center_baseline"}.get(upright, upright)
        self._sheet.text(
            *(left, top, _literal(text)), size=size, color=colour, ha=across, va=upright_of, family=FONT, zorder=5
        )

    def plot(self, box: Box) -> Axes:
        """Axes of their own, without anything drawn."""
        bottom = self._height - box.bottom
        rectangle = (box.left / self._width, bottom / self._height)
        axes = self._figure.add_axes((*rectangle, box.width / self._width, box.height / self._height))
        axes.patch.set_alpha(0)
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0, labelsize=SMALL, labelcolor=self.theme.weak, labelfontfamily=FONT, pad=5)
        return axes

    def image(self) -> Image.Image:
        """What was drawn."""
        dots = BytesIO()
        self._figure.savefig(dots, format="rgba", dpi=self._figure.dpi, facecolor=self.theme.canvas)
        width, height = (int(each) for each in self._figure.bbox.size)
        return Image.frombytes("RGBA", (width, height), dots.getvalue()).convert("RGB")


@cache
def width(text: str, size: float) -> float:
    """Of a written text, in pixels."""
    if not text.strip():
        return 0.32 * size * len(text)
    return float(TextPath((0, 0), _literal(text), size=size, prop=FontProperties(family=FONT)).get_extents().x1)


def shortened(text: str, size: float, room: float) -> str:
    """As much of it as there is room for, as browsers shorten it."""
    if width(text, size) <= room:
        return text
    while text and width(f"{text}…", size) > room:
        text = text[:-1]
    return f"{text.rstrip()}…"


def fitting(text: str, room: float, height: float, largest: float) -> float:
    """The size of letters with which a text just fits."""
    return min(largest, height / 1.2, 100 * room / max(width(text, 100), 1))


def _literal(text: str) -> str:
    """Dollar signs would begin a formula."""
    return text.replace("$", r"\$")
