import math
from typing import Any

import pytest

from support.dialogue import Dialogue
from voicetap.facts import Fact, RateLimitReported
from voicetap.realtime.objects import RateLimit
from voicetap.realtime.server import RateLimitsReported
from voicetap.session.rate_limits import LIMIT, rate_limits_reported


def updated(call: Dialogue, limits: Any) -> list[Fact]:
    return call.server("rate_limits.updated", rate_limits=limits)


def test_what_is_left() -> None:
    call = Dialogue().started()
    limits = [
        {"name": "requests", "limit": 1000, "remaining": 999, "reset_seconds": 60},
        {"name": "tokens", "limit": 50000, "remaining": 49950, "reset_seconds": 0.06},
    ]
    assert updated(call, limits) == [
        RateLimitReported(call.now, "requests", 1000.0, 999.0, 60.0),
        RateLimitReported(call.now, "tokens", 50000.0, 49950.0, 0.06),
    ]


@pytest.mark.parametrize("limits", [[], None, [{}], [{"name": None, "limit": 5}], [{"name": ""}]])
def test_a_list_that_names_nothing_tells_nothing(limits: Any) -> None:
    assert updated(Dialogue().started(), limits) == []


def test_what_is_not_said_is_not_known() -> None:
    call = Dialogue().started()
    assert updated(call, [{"limit": 5}, {"name": "tokens"}]) == [
        RateLimitReported(call.now, "tokens", None, None, None)
    ]


def test_what_is_overdrawn_is_used_up_and_what_is_no_number_is_not_known() -> None:
    call = Dialogue().started()
    assert updated(call, [{"name": "tokens", "limit": 10, "remaining": -3, "reset_seconds": -0.5}]) == [
        RateLimitReported(call.now, "tokens", 10.0, 0.0, 0.0)
    ]
    event = RateLimitsReported([RateLimit("tokens", math.nan, math.nan, math.nan)])
    assert list(rate_limits_reported(event, 1.0)) == [RateLimitReported(1.0, "tokens", None, None, None)]


def test_of_a_list_without_end_the_beginning_is_told() -> None:
    call = Dialogue().started()
    assert len(updated(call, [{"name": f"limit_{number}"} for number in range(1000)])) == LIMIT
