"""Which kinds of panels can be drawn."""

import pytest

pytest.importorskip("matplotlib", reason="needs matplotlib: pip install 'voicetap[pictures]'")

from dashboards.pictures import reading
from dashboards.pictures.kinds import draw_of
from dashboards.pictures.reading import Panel, Place, Unknown


def test_all_that_the_boards_have() -> None:
    panels = [panel for name in reading.names() for panel in reading.read(name).panels if panel.kind != "row"]
    assert {draw_of(panel) for panel in panels}


def test_another_is_an_error_and_no_empty_box() -> None:
    with pytest.raises(Unknown, match="piechart"):
        draw_of(Panel("piechart", "A cake", False, Place(0, 0, 8, 8), (), {}, {}, {}, ()))
