"""What stands in a panel without data."""

from ..canvas import MEDIUM, Box, Canvas
from ..reading import Panel


def words(panel: Panel) -> str:
    """The panel's own, or Grafana's."""
    return str(panel.defaults.get("noValue", "No data"))


def draw(canvas: Canvas, box: Box, panel: Panel) -> None:
    """They alone, in the middle."""
    left, top = box.left + box.width / 2, box.top + box.height / 2
    canvas.text(left, top, words(panel), MEDIUM, canvas.theme.weak, across="center")
