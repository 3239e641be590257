"""Figures as Grafana writes them."""

import math

import pytest

from dashboards.pictures.units import UnknownUnit, Written, written


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0, "short", "0"),
        (11, "short", "11"),
        (0.5, "short", "0.5"),
        (74.3412, "short", "74.3"),
        (125.4, "short", "125"),
        (1370, "short", "1.37 K"),
        (9876543, "short", "9.88 Mil"),
        (-1370, "short", "-1.37 K"),
        (100.5, "none", "101"),
        (2.5, "none", "2.5"),
        (1234.5, "none", "1235"),
        (1234.5, "locale", "1,235"),
        (0.00012345, "locale", "0.000123"),
        (0.95, "percentunit", "95%"),
        (0.145, "percentunit", "14.5%"),
        (0.00222, "percentunit", "0.222%"),
        (0.3333333, "percentunit", "33.3%"),
        (1, "percentunit", "100%"),
        (0, "s", "0 s"),
        (0.000177, "s", "177 µs"),
        (0.0475, "s", "47.5 ms"),
        (0.9945, "s", "995 ms"),
        (1.5, "s", "1.5 s"),
        (90, "s", "1.5 min"),
        (5868, "s", "1.63 hour"),
        (90000, "s", "1.04 day"),
        (1209600, "s", "2 week"),
        (63113800, "s", "2 year"),
        (3e-9, "s", "3 ns"),
        (54.91, "currencyUSD", "$54.9"),
        (0.00546, "currencyUSD", "$0.00546"),
        (1532.82, "currencyUSD", "$1.53K"),
        (1024, "bytes", "1 KiB"),
        (70_000_000, "bytes", "66.8 MiB"),
        (2_000_000, "decbytes", "2 MB"),
        (640_000, "Bps", "640 kB/s"),
        (2048, "binBps", "2 KiB/s"),
        (270, "eps", "270 evt/s"),
        (1200, "reqps", "1.2K req/s"),
        (math.nan, "s", "NaN s"),
        (math.inf, "percentunit", "∞%"),
    ],
)
def test_a_figure_without_a_number_of_decimals(value: float, unit: str, text: str) -> None:
    assert str(written(value, unit)) == text


@pytest.mark.parametrize(
    ("value", "unit", "decimals", "text"),
    [
        (0.00222, "percentunit", 1, "0.2%"),
        (0.978, "percentunit", 0, "98%"),
        (0, "percentunit", 1, "0.0%"),
        (1690.4, "locale", 0, "1,690"),
        (999.6, "locale", 0, "1,000"),
        (-1234567, "locale", 0, "-1,234,567"),
        (12, "locale", 0, "12"),
        (1532.82, "currencyUSD", 2, "$1.53K"),
        (1.25, "s", 1, "1.3 s"),
        (74.3412, "short", 0, "74"),
        (-0.2, "short", 0, "0"),
        (1.005, "none", 2, "1.01"),
    ],
)
def test_a_figure_with_as_many_decimals_as_the_board_says(value: float, unit: str, decimals: int, text: str) -> None:
    assert str(written(value, unit, decimals)) == text


def test_sign_and_unit_are_apart() -> None:
    assert written(1532.82, "currencyUSD") == Written("$", "1.53", "K")


def test_a_unit_that_is_not_known_is_an_error() -> None:
    with pytest.raises(UnknownUnit, match="furlongs"):
        written(1, "furlongs")
