"""Figures as people read them."""

import pytest

from voicetap.signals.report import words


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (0, "0 ms"),
        (0.0207, "21 ms"),
        (0.35, "0.35 s"),
        (2.0, "2 s"),
        (9.999, "10.0 s"),
        (12.06, "12.1 s"),
        (59.96, "1 min 00 s"),
        (245, "4 min 05 s"),
        (3599.6, "1 h 00 min"),
        (3725, "1 h 02 min"),
    ],
)
def test_seconds(amount: float, said: str) -> None:
    assert words.seconds(amount) == said


@pytest.mark.parametrize(
    ("amount", "said"),
    [(0, "0.0 ms"), (9.94, "9.9 ms"), (97.7, "98 ms"), (999.6, "1.00 s"), (2689.2, "2.69 s"), (49_800, "49.8 s")],
)
def test_milliseconds(amount: float, said: str) -> None:
    assert words.milliseconds(amount) == said


def test_dollars_have_the_digits_that_matter() -> None:
    assert [words.dollars(amount) for amount in (0, 0.00294, 11.3515, 1234.5)] == [
        "$0.00",
        "$0.0029",
        "$11.3515",
        "$1,234.50",
    ]


def test_shares() -> None:
    assert words.share(2, 5, "turn") == "2 of 5 turns"
    assert words.share(5, 5, "turn") == "all 5 turns"
    assert words.share(1, 1, "turn") == "the one turn"


def test_a_table_begins_with_the_most_frequent() -> None:
    assert words.names({"rare": 1, "frequent": 1200, "some": 3}) == "frequent 1,200, some 3, rare 1"
    assert words.names({"alone": 1}) == "alone"
    assert words.names({"alone": 2}) == "alone 2"
    assert words.names(dict.fromkeys("abcdefg", 1)) == "a 1, b 1, c 1, d 1, e 1, 2 more 2"


def test_a_name_from_a_peer_cannot_speak_to_the_terminal() -> None:
    assert words.name("a\x1b[31mb\nc") == "a?[31mb?c"
    assert words.name(None) == "unknown"
    assert len(words.name("x" * 1000)) == words.SHOWN
