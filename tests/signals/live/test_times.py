import math

import pytest

from voicetap.signals.live.times import Times, iso, milliseconds


def test_times_are_milliseconds_since_the_upgrade_request_to_a_tenth() -> None:
    times = Times(100.0)
    assert [times.ms(at) for at in (100.0, 100.25, 101.00004, 101.00006)] == [0.0, 250.0, 1000.0, 1000.1]


@pytest.mark.parametrize(("requested_at", "at"), [(math.nan, 1.0), (0.0, math.nan), (math.nan, math.nan)])
def test_a_time_that_is_not_known_is_none(requested_at: float, at: float) -> None:
    assert Times(requested_at).ms(at) is None


def test_a_duration_that_is_not_known_is_none() -> None:
    assert [milliseconds(seconds) for seconds in (0.12345, 0.0, None, math.nan)] == [123.5, 0.0, None, None]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "1970-01-01T00:00:00.000Z"),
        (1_795_262_400.5, "2026-11-21T12:00:00.500Z"),
        (None, None),
        (math.nan, None),
        (math.inf, None),
        (1e300, None),
        (-1e12, None),
    ],
)
def test_a_time_since_1970_is_text_if_it_is_one(seconds: float | None, text: str | None) -> None:
    assert iso(seconds) == text
