import pytest

from voicetap.simulator.limits import TokensPerMinute


def left(limit: TokensPerMinute, at: float) -> tuple[int, float]:
    [one] = limit.updated(at)["rate_limits"]
    assert (one["name"], one["limit"]) == ("tokens", 600)
    return one["remaining"], one["reset_seconds"]


def test_all_of_it_is_there_at_first() -> None:
    assert left(TokensPerMinute(600, 10.0), 10.0) == (600, 0.0)


def test_what_is_taken_comes_back_little_by_little() -> None:
    limit = TokensPerMinute(600, 10.0)
    limit.take(300, 20.0)
    assert left(limit, 20.0) == (300, 30.0)
    assert left(limit, 30.0) == (400, 20.0)
    assert left(limit, 90.0) == (600, 0.0)


def test_there_is_never_less_than_nothing() -> None:
    limit = TokensPerMinute(600, 0.0)
    limit.take(1000, 0.0)
    assert left(limit, 0.0) == (0, 60.0)
    assert left(limit, 1.0) == (10, 59.0)


def test_who_asks_for_more_than_is_left_is_told_when_to_come_back() -> None:
    limit = TokensPerMinute(600, 0.0)
    limit.take(500, 0.0)
    assert limit.refusal("gpt-realtime", 100, 0.0) is None
    refused = limit.refusal("gpt-realtime", 150, 0.0)
    assert refused is not None
    assert (refused.type, refused.code) == ("tokens", "rate_limit_exceeded")
    assert refused.message == (
        "Rate limit reached for gpt-realtime on tokens per min (TPM): Limit 600, Used 500, Requested 150."
        " Please try again in 5000ms."
    )
    assert limit.refusal("gpt-realtime", 150, 5.0) is None


@pytest.mark.parametrize("at", [0.0, 100.0])
def test_who_asks_for_more_than_there_can_be_is_refused_for_ever(at: float) -> None:
    assert TokensPerMinute(600, 0.0).refusal("m", 601, at) is not None
