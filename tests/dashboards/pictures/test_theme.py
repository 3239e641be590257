"""Colours by Grafana's names."""

import pytest

from dashboards.pictures.reading import Unknown
from dashboards.pictures.theme import DARK, LIGHT, colour, on


def test_the_same_name_is_another_colour_in_each_theme() -> None:
    assert DARK.named("green") == colour("#73BF69")
    assert LIGHT.named("green") == colour("#56A64B")
    assert DARK.named("super-light-blue") == colour("#C0D8FF")
    assert LIGHT.named("text") == LIGHT.text
    assert DARK.named("#102030") == (16 / 255, 32 / 255, 48 / 255, 1.0)
    assert DARK.named("rgba(255,0,51,0.5)") == (1.0, 0.0, 0.2, 0.5)
    assert DARK.named("transparent")[3] == 0


def test_a_colour_that_is_not_known_is_an_error() -> None:
    with pytest.raises(Unknown, match="mauve"):
        DARK.named("mauve")


def test_series_without_a_colour_get_those_of_the_palette_in_order() -> None:
    first = [DARK.classic(number) for number in range(7)]
    names = ["green", "yellow", "blue", "orange", "red", "purple", "dark-green"]
    assert first == [DARK.named(name) for name in names]
    assert DARK.classic(18) == DARK.classic(0)


def test_text_is_dark_on_what_is_bright() -> None:
    assert on(DARK.named("yellow")) == colour("#202226")
    assert on(DARK.named("green")) == colour("#f7f8fa")
