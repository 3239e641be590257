from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicetap.signals.live.items import Latency
from voicetap.signals.live.latency import latency


def test_an_answer_at_once_is_the_wait_and_the_model() -> None:
    """The user stopped at 10, the server knew it at 10.5 and began at 10.6; audio came at 11."""
    assert latency(11.0, 1.0, 0.5, [(10.6, 12.0)], []) == Latency(1000.0, 500.0, 500.0, 400.0, 0.0, 100.0)


def test_a_tool_takes_what_the_model_does_not() -> None:
    """The first response called two tools at 11 and ended at 11.2; the second was asked for at 12.5."""
    found = latency(13.0, 3.0, 2.5, [(10.5, 11.2), (12.5, 13.0)], [(11.0, 12.0), (11.0, 12.4)])
    assert found == Latency(3000.0, 2500.0, 500.0, 1200.0, 1200.0, 100.0)


def test_without_turn_detection_there_is_no_wait() -> None:
    assert latency(11.0, 1.0, None, [(10.0, 11.0)], []) == Latency(1000.0, None, None, 1000.0, 0.0, 0.0)


def test_where_the_end_of_speech_is_not_known_the_rest_is() -> None:
    assert latency(11.0, None, 0.5, [(10.6, 11.0)], []) == Latency(None, 500.0, None, 400.0, 0.0, 100.0)


def test_what_was_made_before_the_user_stopped_does_not_count() -> None:
    assert latency(11.0, 1.0, 0.5, [(2.0, 9.0), (10.0, 10.7)], []).model_ms == pytest.approx(200.0)


@pytest.mark.parametrize(("at", "seconds", "raw"), [(nan, 1.0, 0.5), (11.0, None, None)])
def test_without_times_nothing_is_taken_apart(at: float, seconds: float | None, raw: float | None) -> None:
    found = latency(at, seconds, raw, [(10.0, 11.0)], [])
    assert (found.vad_wait_ms, found.model_ms, found.tools_ms, found.rest_ms) == (None,) * 4


TIME = st.floats(0, 100)
INTERVALS = st.lists(st.tuples(TIME, TIME).map(lambda pair: (min(pair), max(pair))), max_size=8)


@given(st.floats(0, 10), st.floats(0, 10), INTERVALS, INTERVALS)
def test_the_shares_are_never_negative_and_add_up(
    wait: float, raw: float, responses: list[tuple[float, float]], tools: list[tuple[float, float]]
) -> None:
    found = latency(50.0, wait + raw, raw, responses, tools)
    shares = [found.vad_wait_ms, found.model_ms, found.tools_ms, found.rest_ms]
    assert min(share for share in shares if share is not None) >= 0
    assert sum(share or 0.0 for share in shares) == pytest.approx((wait + raw) * 1000, abs=0.3)
