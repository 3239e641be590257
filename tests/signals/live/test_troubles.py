import pytest

from dashboards.objectives import TURN_LATENCY_SECONDS
from voicetap.signals.live.items import Trouble
from voicetap.signals.live.troubles import SLOW_TURN_SECONDS, Troubles


def test_the_heaviest_comes_first() -> None:
    troubles = Troubles()
    for kind in ("surprise", "slow_turn", "dead_air", "slow_turn", "silent"):
        troubles.add(kind)
    assert troubles.told() == [
        Trouble("silent", 1),
        Trouble("dead_air", 1),
        Trouble("slow_turn", 2),
        Trouble("surprise", 1),
    ]


@pytest.mark.parametrize(
    ("kinds", "health"),
    [
        ([], "good"),
        (["surprise", "unknown"], "good"),
        (["surprise", "error"], "fair"),
        (["slow_turn"], "fair"),
        (["slow_turn", "transcription_failed"], "bad"),
        (["dead_air"], "bad"),
    ],
)
def test_the_worst_of_them_is_the_health(kinds: list[str], health: str) -> None:
    troubles = Troubles()
    for kind in kinds:
        troubles.add(kind)
    assert troubles.health() == health


def test_what_turns_out_to_be_none_is_none() -> None:
    troubles = Troubles()
    troubles.add("transcription_missing")
    troubles.add("transcription_missing", -1)
    assert (troubles.told(), troubles.health()) == ([], "good")


def test_a_turn_is_slow_here_where_it_is_for_the_boards() -> None:
    assert SLOW_TURN_SECONDS == TURN_LATENCY_SECONDS
