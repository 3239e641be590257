"""Numbers are as short as they are true, and nothing grows without end."""

import pytest

from voicetap.signals.report.bounds import Overflow, count, milliseconds, whole


@pytest.mark.parametrize(
    ("number", "written"),
    [(2.0, "2"), (2, "2"), (0.12345, "0.123"), (1.9999, "2"), (-0.0001, "0"), (1e9, "1000000000")],
)
def test_a_whole_number_is_written_as_one(number: float, written: str) -> None:
    assert str(whole(number)) == written


def test_seconds_become_milliseconds() -> None:
    assert (milliseconds(0.0977), milliseconds(2.6892), milliseconds(1)) == (97.7, 2689.2, 1000)


def test_further_names_are_counted_under_other() -> None:
    table: dict[str, int] = {}
    for name in ("a", "b", "c", "d", "a"):
        count(table, name, limit=2)
    assert table == {"a": 2, "b": 1, "other": 2}


def test_a_full_list_counts_what_it_leaves_out() -> None:
    left_out: dict[str, int] = {}
    entries: list[int] = []
    overflow = Overflow(left_out, limit=2)
    for entry in range(5):
        overflow.append(entries, entry, "latency_ms.turn")
    assert (entries, left_out) == ([0, 1], {"latency_ms.turn": 3})
