"""A whole board: its title, its choices, its rows and panels, each at its place in Grafana's grid."""

from datetime import UTC, datetime

from PIL import Image

from .asking import Source
from .canvas import LARGE, MEDIUM, SMALL, Box, Canvas, shortened, width
from .gathering import Answer, Time, gather
from .kinds import draw_of
from .reading import Board, Panel
from .theme import Theme

WIDTH = 1600
_COLUMNS = 24
_CELL, _GAP, _MARGIN = 30, 8, 16
"""Of Grafana's grid, in pixels."""
_TOP = 96
"""For the title and the choices."""
_HEADER = 34

Answers = dict[int, Answer]
"""By the panel's position on the board."""


def answers(source: Source, board: Board, time: Time, *, exemplars: bool = False) -> Answers:
    """Ask for all panels of a board. Raises OSError, ValueError."""
    return {
        number: gather(source, panel, time, int(place_of(panel).width), exemplars=exemplars)
        for number, panel in enumerate(board.panels)
        if panel.kind != "row"
    }


def draw(board: Board, answered: Answers, time: Time, theme: Theme, scale: float = 2) -> Image.Image:
    """The picture. Raises Unknown where the board has what cannot be drawn."""
    height = max(place_of(panel).bottom for panel in board.panels) + _MARGIN
    canvas = Canvas(WIDTH, height, theme, scale)
    _draw_head(canvas, board, time)
    for number, panel in enumerate(board.panels):
        place = place_of(panel)
        if panel.kind == "row":
            _draw_row(canvas, place, panel.title)
        else:
            _draw_panel(canvas, place, panel, answered[number])
    return canvas.image()


def place_of(panel: Panel) -> Box:
    """In pixels."""
    column = (WIDTH - 2 * _MARGIN + _GAP) / _COLUMNS
    left, top, across, high = panel.place
    return Box(
        _MARGIN + left * column, _TOP + top * (_CELL + _GAP), across * column - _GAP, high * (_CELL + _GAP) - _GAP
    )


def _draw_head(canvas: Canvas, board: Board, time: Time) -> None:
    theme = canvas.theme
    canvas.text(_MARGIN, 28, board.title, LARGE, theme.text)
    begin, end = (datetime.fromtimestamp(at, UTC) for at in (time.start, time.end))
    last = end.strftime("%H:%M" if end.date() == begin.date() else "%Y-%m-%d %H:%M")
    span = f"{begin:%Y-%m-%d %H:%M} to {last} UTC"
    canvas.text(WIDTH - _MARGIN, 28, span, MEDIUM, theme.weak, across="right")
    left: float = _MARGIN
    for variable in board.variables:
        value = "All" if variable.everything else "Prometheus"
        label_room, value_room = width(variable.label, SMALL) + 16, width(value, SMALL) + 32
        box = Box(left, 50, label_room + value_room, 30)
        canvas.rectangle(box, theme.panel, theme.border, radius=2)
        canvas.text(left + 8, 65, variable.label, SMALL, theme.text)
        canvas.text(left + label_room + 8, 65, value, SMALL, theme.weak)
        _draw_arrow(canvas, box.right - 14, 65)
        left = box.right + _GAP


def _draw_row(canvas: Canvas, box: Box, title: str) -> None:
    _draw_arrow(canvas, box.left + 8, box.top + box.height / 2)
    canvas.text(box.left + 22, box.top + box.height / 2, title, MEDIUM + 1, canvas.theme.text)


def _draw_arrow(canvas: Canvas, left: float, top: float) -> None:
    canvas.line([(left - 4, top - 2), (left, top + 2), (left + 4, top - 2)], canvas.theme.weak, 1.3)


def _draw_panel(canvas: Canvas, box: Box, panel: Panel, answer: Answer) -> None:
    theme = canvas.theme
    canvas.rectangle(box, theme.panel, theme.border, radius=2)
    title = shortened(panel.title, MEDIUM, box.width - (40 if panel.described else 18))
    canvas.text(box.left + 9, box.top + _HEADER / 2, title, MEDIUM, theme.text)
    if panel.described:
        _draw_hint(canvas, box.left + 9 + width(title, MEDIUM) + 14, box.top + _HEADER / 2)
    draw_of(panel)(canvas, box.without(8, _HEADER, 8, 8), panel, answer)


def _draw_hint(canvas: Canvas, left: float, top: float) -> None:
    """That there is a description."""
    canvas.rectangle(Box(left - 6, top - 6, 12, 12), None, canvas.theme.weak, radius=6)
    canvas.text(left, top + 0.5, "i", 9, canvas.theme.weak, across="center")
