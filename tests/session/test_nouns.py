from math import nan

import pytest

from voicetap.session.nouns import Response, Turn


def response(turn: Turn | None = None) -> Response:
    return Response("resp_1", turn, True, "client", 100.0, 100.0)


def test_a_response_names_its_turn() -> None:
    assert response(Turn(7, "speech")).turn_number == 7
    assert response().turn_number is None


@pytest.mark.parametrize(
    ("playback", "until", "now", "heard"),
    [
        ("silent", 101.0, 100.0, False),
        ("estimated", 101.0, 100.5, True),
        ("estimated", 101.0, 101.0, False),
        ("estimated", nan, nan, False),
        ("playing", 101.0, 102.0, True),
        ("playing", nan, nan, True),
        ("over", 101.0, 100.5, False),
    ],
)
def test_whether_it_is_heard(playback: str, until: float, now: float, heard: bool) -> None:
    """What the server plays itself has no end until that is told."""
    made = response()
    made.playback, made.playing_until = playback, until
    assert made.playing(now) is heard


@pytest.mark.parametrize(
    ("state", "is_open"), [("waiting", True), ("answering", True), ("settling", False), ("ended", False)]
)
def test_whether_a_turn_is_over(state: str, is_open: bool) -> None:
    turn = Turn(1, "text")
    turn.state = state
    assert turn.open is is_open


def test_what_one_response_remembers_is_not_the_next_ones() -> None:
    first = response()
    first.overlaps.append(100.0)
    assert response().overlaps == []
