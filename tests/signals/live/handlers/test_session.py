"""Whether there is a session, and what it is."""

from support.viewed import Viewed, script
from support.viewed_calls import begun
from voicetap.chunks import Side
from voicetap.signals.live import Trouble
from voicetap.signals.live.items import RateLimit

EXPIRES_AT = 1_795_266_000

PRIVATE = "the number of my card"


def refused() -> Viewed:
    call = Viewed()
    call.wait(0.2)
    call.error("invalid_api_key")
    call.close_frame(Side.SERVER, 3000, PRIVATE)
    call.end(Side.SERVER)
    return call


def test_a_session_that_the_server_refuses() -> None:
    call = refused()
    assert call.timeline() == script(
        """
        * error 200 'invalid_api_key' warning
        * start_failed 200 'refused' bad
          code=invalid_api_key
        """
    )
    summary = call.page.summary
    assert (summary.state, summary.end, summary.health) == ("refused", "refused", "bad")
    assert (summary.close.code, summary.close.by) == (3000, "server") if summary.close else False


def expired() -> Viewed:
    call = begun(expires_at=EXPIRES_AT)
    call.wait(10)
    call.error("session_expired")
    call.close_frame(Side.SERVER, 1001)
    call.end(Side.SERVER)
    return call


def test_a_session_that_expires() -> None:
    call = expired()
    assert call.timeline() == script(
        """
        * error 11000 'session_expired' warning
        """
    )
    summary = call.page.summary
    assert (summary.state, summary.end, summary.duration_ms) == ("ended", "expired", 11000.0)
    assert (summary.started_at, summary.expires_at) == ("2026-11-21T12:00:00.000Z", "2026-11-21T13:00:00.000Z")
    assert summary.troubles == [Trouble("expired", 1), Trouble("error", 1)]


def test_what_the_server_says_of_its_limits_is_a_figure() -> None:
    call = begun()
    before = call.page.revision
    left = {"name": "tokens", "limit": 20000, "remaining": 18000, "reset_seconds": 1.5}
    call.server("rate_limits.updated", rate_limits=[left])
    figures = call.page.changes(before).figures
    assert figures is not None
    assert figures.rate_limits == {"tokens": RateLimit(20000.0, 18000.0, 1.5, 1000.0)}
