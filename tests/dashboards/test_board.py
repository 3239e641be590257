"""Laying out a board."""

import pytest

from dashboards.board import board, row
from dashboards.panels import Query, figure, lines


def places(*rows: object) -> list[tuple[str | None, int, int, int, int]]:
    built = board("test", "Test", "A board.", *rows)  # type: ignore[arg-type]
    assert built.panels is not None
    found = [(panel.title, panel.grid_pos) for panel in built.panels]
    return [(title, at.x, at.y, at.w, at.h) for title, at in found if at is not None]


def number(title: str) -> object:
    return figure(title, "A number.", "short", Query(f"up{{a='{title}'}}"))


def line(title: str) -> object:
    return lines(title, "A line.", "short", Query(f"up{{a='{title}'}}"))


def test_panels_stand_beside_each_other_and_rows_below() -> None:
    assert places(row("First", number("a"), number("b")), row("Second", line("c"))) == [
        ("First", 0, 0, 24, 1),
        ("a", 0, 1, 12, 4),
        ("b", 12, 1, 12, 4),
        ("Second", 0, 5, 24, 1),
        ("c", 0, 6, 24, 8),
    ]


def test_a_full_line_is_followed_by_the_next() -> None:
    assert places(row("Row", line("a"), line("b"), line("c"), widths=(16, 8, 24))) == [
        ("Row", 0, 0, 24, 1),
        ("a", 0, 1, 16, 8),
        ("b", 16, 1, 8, 8),
        ("c", 0, 9, 24, 8),
    ]


def test_panels_that_leave_a_gap() -> None:
    with pytest.raises(ValueError, match="'Row' do not fill"):
        row("Row", line("a"), line("b"), widths=(16, 10))


def test_an_id_comes_from_the_title_so_that_links_to_a_panel_hold() -> None:
    alone = board("test", "Test", "A board.", row("Row", line("a")))
    after = board("test", "Test", "A board.", row("Row", line("b")), row("Other", line("a")))
    assert alone.panels is not None
    assert after.panels is not None
    assert alone.panels[1].id_val == after.panels[3].id_val
