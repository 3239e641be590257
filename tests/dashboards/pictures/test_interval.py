"""Grafana's steps: what it asks for is what a picture asks for."""

import pytest

from dashboards.pictures.interval import aligned, rate_interval, step

MINUTE, HOUR, DAY = 60, 3600, 86400


@pytest.mark.parametrize(
    ("range_seconds", "pixels", "seconds"),
    [
        (15 * MINUTE, 500, 15),
        (HOUR, 500, 15),
        (6 * HOUR, 500, 30),
        (6 * HOUR, 776, 30),
        (DAY, 500, 120),
        (7 * DAY, 500, 1200),
        (30 * DAY, 500, 3600),
    ],
)
def test_a_point_for_each_pixel_but_no_more_than_there_are_scrapes(
    range_seconds: int, pixels: int, seconds: int
) -> None:
    assert step(range_seconds, pixels, scrape_seconds=15) == seconds


def test_between_two_steps_the_nearer_one_and_the_longer_where_both_are_as_near() -> None:
    assert step(44, 1, scrape_seconds=1) == 30
    assert step(45, 1, scrape_seconds=1) == 60


@pytest.mark.parametrize(
    ("step_seconds", "scrape_seconds", "seconds"), [(15, 15, 60), (30, 15, 60), (60, 15, 75), (100, 30, 130)]
)
def test_rates_reach_over_four_scrapes_or_over_a_step_and_the_scrape_before_it(
    step_seconds: int, scrape_seconds: int, seconds: int
) -> None:
    assert rate_interval(step_seconds, scrape_seconds) == seconds


def test_points_stay_where_they_are_when_time_goes_on() -> None:
    assert aligned(1000, 1900, 15) == (990, 1890)
    assert aligned(1004, 1904, 15) == (990, 1890)
