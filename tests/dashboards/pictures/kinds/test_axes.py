"""What is written at axes."""

import pytest

pytest.importorskip("matplotlib", reason="needs matplotlib: pip install 'voicetap[pictures]'")

from dashboards.pictures.gathering import Time
from dashboards.pictures.kinds.axes import time_ticks, value_ticks

NOON = 1_780_315_200
"""2026-06-01T12:00:00Z"""


def test_times_are_whole_and_far_enough_apart() -> None:
    places, labels = time_ticks(Time(NOON - 100, NOON + 800, 15), pixels=500)
    assert places == [NOON, NOON + 300, NOON + 600]
    assert labels == ["12:00", "12:05", "12:10"]


def test_days_are_dates() -> None:
    _, labels = time_ticks(Time(NOON - 3 * 86400, NOON, 15), pixels=300)
    assert labels == ["05/30", "05/31", "06/01"]


@pytest.mark.parametrize(
    ("top", "unit", "labels"),
    [
        (1.5, "s", ["0 s", "500 ms", "1 s", "1.5 s"]),
        (0.16, "percentunit", ["0%", "5%", "10%", "15%"]),
        (70 * 1024**2, "bytes", ["0 B", "20 MiB", "40 MiB", "60 MiB"]),
    ],
)
def test_values_are_round(top: float, unit: str, labels: list[str]) -> None:
    assert value_ticks(top, unit, pixels=160)[1] == labels
