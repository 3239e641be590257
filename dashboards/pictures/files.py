"""Writes pictures small: with few colours, which is enough for lines and letters."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .theme import Colour, Theme

_COLOURS = 176
_FREQUENT = 88
"""Areas; what remains is mostly the edges of letters."""

_Dots = NDArray[np.int32]


def save(picture: Image.Image, theme: Theme, path: Path) -> Path:
    """As PNG, without metadata; areas and the theme's own colours stay exactly as they are. Returns where it is."""
    dots = _packed(np.asarray(picture, dtype=np.int32))
    counts = np.bincount(dots.ravel(), minlength=1 << 24)
    used = np.flatnonzero(counts).astype(np.int32)
    named = np.intersect1d(used, _packed(np.array([_channels(each) for each in theme.colours()], dtype=np.int32)))
    palette = _completed(np.union1d(named, used[np.argsort(-counts[used])][:_FREQUENT]), used)
    places = np.zeros(1 << 24, dtype=np.uint8)
    places[used] = _nearest(used, palette)
    file = Image.fromarray(places[dots], mode="P")
    file.putpalette(_unpacked(palette).ravel().tolist())
    file.save(path, optimize=True)
    return path


def _completed(palette: _Dots, used: _Dots) -> _Dots:
    """With what is least like any colour that is in it already, one after the other, until it is full."""
    distances = np.min([_distances(used, each) for each in palette], axis=0)
    while len(palette) < _COLOURS and distances.any():
        palette = np.append(palette, used[distances.argmax()])
        distances = np.minimum(distances, _distances(used, palette[-1]))
    return palette


def _nearest(colours: _Dots, palette: _Dots) -> NDArray[np.uint8]:
    """Of each colour, the place of the most similar one in the palette."""
    nearest: NDArray[np.intp] = np.argmin([_distances(colours, each) for each in palette], axis=0)
    return nearest.astype(np.uint8)


def _distances(colours: _Dots, other: np.int32) -> _Dots:
    """Squared, of each of them."""
    squares: _Dots = ((_unpacked(colours) - _unpacked(other)) ** 2).sum(axis=1, dtype=np.int32)
    return squares


def _channels(colour: Colour) -> list[int]:
    return [round(255 * part) for part in colour[:3]]


def _packed(dots: _Dots) -> _Dots:
    """Red, green and blue as one number."""
    return dots[..., 0] << 16 | dots[..., 1] << 8 | dots[..., 2]


def _unpacked(dots: _Dots | np.int32) -> _Dots:
    return np.stack([dots >> 16, dots >> 8 & 255, dots & 255], axis=-1)
