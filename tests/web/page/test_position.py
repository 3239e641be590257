"""EPOCH.REVISION, and everything that is none."""

import pytest

from voicetap.web.page.position import Position, parse_position


@pytest.mark.parametrize("position", [Position("7abed12d", 0), Position("7abed12d", 2560), Position("a.b", 1)])
def test_what_is_written_can_be_read(position: Position) -> None:
    assert parse_position(str(position)) == position


@pytest.mark.parametrize(
    "text", ["", ".", "7abed12d", "7abed12d.", "7abed12d.-1", "7abed12d.+1", "a.1 ", "a.1e3", "a.²", "a." + "9" * 5000]
)
def test_anything_else_is_no_position(text: str) -> None:
    assert parse_position(text) is None
