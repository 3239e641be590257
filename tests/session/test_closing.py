import math

import pytest

from support.dialogue import Dialogue
from voicetap.chunks import Ending, Side
from voicetap.facts import ConnectionClosed, Fact
from voicetap.session import Session

DURATION = "Your session hit the maximum duration of 60 minutes."


def last(call: Dialogue, by: Side | None, *, reset: bool = False) -> Fact:
    return call.end(by, reset=reset)[-1]


@pytest.mark.parametrize(
    ("sender", "code", "reason", "fact"),
    [
        (Side.CLIENT, 1000, "bye", ConnectionClosed(160.0, "client_closed", 1000, "bye", Side.CLIENT, 60.0)),
        (Side.CLIENT, 1001, DURATION, ConnectionClosed(160.0, "client_closed", 1001, DURATION, Side.CLIENT, 60.0)),
        (Side.CLIENT, None, "", ConnectionClosed(160.0, "client_closed", 1005, "", Side.CLIENT, 60.0)),
        (Side.SERVER, 1000, "", ConnectionClosed(160.0, "server_closed", 1000, "", Side.SERVER, 60.0)),
        (Side.SERVER, 1001, "", ConnectionClosed(160.0, "server_closed", 1001, "", Side.SERVER, 60.0)),
        (Side.SERVER, 1001, DURATION, ConnectionClosed(160.0, "expired", 1001, DURATION, Side.SERVER, 60.0)),
        (Side.SERVER, 4000, "x", ConnectionClosed(160.0, "server_closed", 4000, "x", Side.SERVER, 60.0)),
    ],
)
@pytest.mark.parametrize("by", [Side.CLIENT, Side.SERVER, None])
def test_the_first_close_frame_says_who_ended_it_whoever_hung_up(
    sender: Side, code: int | None, reason: str, fact: Fact, by: Side | None
) -> None:
    call = Dialogue().started()
    call.wait(60.0)
    assert call.close_frame(sender, code, reason) == []
    assert last(call, by) == fact


def test_the_echo_is_no_news() -> None:
    call = Dialogue().started()
    call.close_frame(Side.CLIENT, 1000, "bye")
    call.close_frame(Side.SERVER, 1011, "?")
    assert last(call, Side.SERVER) == ConnectionClosed(100.0, "client_closed", 1000, "bye", Side.CLIENT, 0.0)


@pytest.mark.parametrize(
    ("by", "end"), [(Side.CLIENT, "client_lost"), (Side.SERVER, "upstream_lost"), (None, "drained")]
)
def test_without_a_close_frame_the_end_of_the_transport_does(by: Side | None, end: str) -> None:
    found = last(Dialogue().started(), by)
    assert isinstance(found, ConnectionClosed)
    assert (found.end, found.close_code, found.closed_by) == (end, 1006, by)


def test_an_expired_session_is_announced_by_an_error() -> None:
    call = Dialogue().started()
    call.server("error", error={"type": "invalid_request_error", "code": "session_expired", "message": DURATION})
    call.close_frame(Side.SERVER, 1001, "")
    assert last(call, Side.SERVER) == ConnectionClosed(100.0, "expired", 1001, "", Side.SERVER, 0.0)


def test_a_session_that_never_started_was_refused() -> None:
    call = Dialogue()
    call.close_frame(Side.SERVER, 4000, "invalid_request_error.invalid_model")
    reason = "invalid_request_error.invalid_model"
    assert last(call, Side.CLIENT) == ConnectionClosed(100.0, "refused", 4000, reason, Side.SERVER, 0.0)


def test_a_session_that_nobody_refused_was_closed() -> None:
    assert last(Dialogue(), Side.CLIENT) == ConnectionClosed(100.0, "client_lost", 1006, "", Side.CLIENT, 0.0)


@pytest.mark.parametrize(
    ("dark", "by", "reset", "end", "code"),
    [
        (Side.SERVER, Side.SERVER, False, "server_closed", None),
        (Side.SERVER, Side.SERVER, True, "upstream_lost", None),
        (Side.SERVER, Side.CLIENT, False, "client_lost", 1006),
        (Side.CLIENT, Side.CLIENT, False, "client_closed", None),
        (Side.CLIENT, Side.CLIENT, True, "client_lost", None),
        (None, Side.CLIENT, False, "client_closed", None),
        (None, Side.SERVER, False, "server_closed", None),
        (None, None, False, "drained", 1006),
    ],
)
def test_a_close_frame_of_a_dark_side_may_have_gone_by_unseen(
    dark: Side | None, by: Side | None, reset: bool, end: str, code: int | None
) -> None:
    call = Dialogue().started()
    call.blind(dark)
    found = last(call, by, reset=reset)
    assert isinstance(found, ConnectionClosed)
    assert (found.end, found.close_code, found.closed_by) == (end, code, by)


def test_a_close_frame_seen_before_it_went_dark_still_counts() -> None:
    call = Dialogue().started()
    call.close_frame(Side.SERVER, 1000, "bye")
    call.blind(None)
    assert last(call, Side.SERVER) == ConnectionClosed(100.0, "server_closed", 1000, "bye", Side.SERVER, 0.0)


@pytest.mark.parametrize(("opened_at", "ended_at"), [(math.nan, math.nan), (math.nan, 5.0), (5.0, math.nan)])
def test_without_times_how_long_it_lasted_is_not_known(opened_at: float, ended_at: float) -> None:
    session = Session("/v1/realtime", opened_at)
    session.close_frame(Side.CLIENT, 1000, "", ended_at)
    closed = session.close(Ending(Side.CLIENT, False, ended_at))[-1]
    assert isinstance(closed, ConnectionClosed)
    assert (closed.end, closed.close_code, closed.duration_seconds) == ("client_closed", 1000, None)
