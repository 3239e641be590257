"""Text that fits."""

import pytest

pytest.importorskip("matplotlib", reason="needs matplotlib: pip install 'voicetap[pictures]'")

from dashboards.pictures.canvas import Box, fitting, shortened, width


def test_what_fits_is_left_as_it_is() -> None:
    assert shortened("Calls", 13, 200) == "Calls"


def test_what_does_not_fit_ends_early() -> None:
    short = shortened("Transcriptions that never came", 13, 100)
    assert short.endswith("…")
    assert 80 < width(short, 13) <= 100


def test_letters_are_as_large_as_they_fit_in_either_direction() -> None:
    assert fitting("1", room=500, height=60, largest=40) == 40
    assert fitting("1", room=500, height=24, largest=40) == 20
    size = fitting("a long text for a figure", room=100, height=60, largest=40)
    assert width("a long text for a figure", size) == pytest.approx(100, rel=0.02)


def test_a_sum_of_money_is_no_formula() -> None:
    assert width("$5 and $6", 13) > width("5 and 6", 13) + 10


def test_a_box_without_its_margins() -> None:
    inner = Box(10, 20, 100, 50).without(left=1, top=2, right=3, bottom=4)
    assert (inner.left, inner.top, inner.right, inner.bottom) == (11, 22, 107, 66)
