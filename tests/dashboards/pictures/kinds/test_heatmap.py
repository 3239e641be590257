"""Buckets of a histogram."""

import math

import pytest

pytest.importorskip("matplotlib", reason="needs matplotlib: pip install 'voicetap[pictures]'")

from dashboards.pictures.asking import Series
from dashboards.pictures.gathering import Named
from dashboards.pictures.kinds.heatmap import separated


def bucket(le: str, *counts: float) -> Named:
    return Named(le, Series({"le": le}, [(60.0 * at, count) for at, count in enumerate(counts)]))


def test_each_bucket_is_without_those_below_it() -> None:
    cumulative = [bucket("+Inf", 10, 4), bucket("0.5", 3, 0), bucket("1.0", 9, 4)]
    assert [(bound, [*counts.values()]) for bound, counts in separated(cumulative)] == [
        (0.5, [3, 0]),
        (1.0, [6, 4]),
        (math.inf, [1, 0]),
    ]


def test_no_bucket_is_less_than_empty() -> None:
    """Two processes are not scraped at one moment."""
    [_, (_, counts)] = separated([bucket("0.5", 3.0), bucket("1.0", 2.9)])
    assert counts == {0.0: 0.0}


def test_a_bucket_may_be_absent_for_a_while() -> None:
    late = Named("0.5", Series({"le": "0.5"}, [(60.0, 2.0)]))
    [_, (_, counts)] = separated([late, bucket("+Inf", 3, 5)])
    assert counts == {0.0: 3.0, 60.0: 3.0}


def test_two_ways_to_write_a_bound() -> None:
    """A process that is asked over OTLP writes 1, one that is scraped 1.0."""
    assert [bound for bound, _ in separated([bucket("1.0", 2), bucket("1", 2), bucket("0.5", 1)])] == [0.5, 1.0, 1.0]
