from threading import Event, Thread

from prometheus_client import CollectorRegistry, generate_latest

from voicetap.facts import RateLimitReported
from voicetap.signals.metrics.live import LiveSession, LiveSessions, RateLimits, SessionsExpiring


class Clocks:
    """One for the limits, one for the ends of sessions; they do not agree."""

    monotonic = 100.0
    wall = 1_000_000.0


def live_sessions(clocks: Clocks) -> LiveSessions:
    return LiveSessions(lambda: clocks.monotonic, lambda: clocks.wall)


def session(live: LiveSessions, model: str = "m", expires_at: float | None = None) -> LiveSession:
    made = LiveSession(model)
    made.expires_at = expires_at
    live.add(made)
    return made


def limit(name: str, remaining: float | None, limit: float | None = 100, reset: float | None = 60) -> RateLimitReported:
    return RateLimitReported(100.0, name, limit, remaining, reset)


def lines(registry: CollectorRegistry) -> list[str]:
    text = generate_latest(registry).decode().splitlines()
    return [line.removeprefix("voicetap_") for line in text if not line.startswith("#")]


def limits(live: LiveSessions) -> list[str]:
    registry = CollectorRegistry()
    RateLimits(live, registry)
    return lines(registry)


def test_the_lowest_of_the_live_sessions_is_exposed_with_the_limit_that_goes_with_it() -> None:
    live = live_sessions(Clocks())
    one, other, third = session(live), session(live), session(live, "n")
    one.reported(limit("tokens", 50, 200))
    other.reported(limit("tokens", 40, 100))
    other.reported(limit("requests", 9, None))
    third.reported(limit("tokens", 0, 100))
    assert limits(live) == [
        'rate_limit_remaining{model="m",name="requests"} 9.0',
        'rate_limit_remaining{model="m",name="tokens"} 40.0',
        'rate_limit_remaining{model="n",name="tokens"} 0.0',
        'rate_limit_limit{model="m",name="tokens"} 100.0',
        'rate_limit_limit{model="n",name="tokens"} 100.0',
    ]
    live.discard(other)
    live.discard(third)
    assert limits(live) == [
        'rate_limit_remaining{model="m",name="tokens"} 50.0',
        'rate_limit_limit{model="m",name="tokens"} 200.0',
    ]
    live.discard(one)
    live.discard(one)
    assert limits(live) == []


def test_a_limit_is_gone_after_its_reset() -> None:
    clocks = Clocks()
    live = live_sessions(clocks)
    session(live).reported(limit("tokens", 40, reset=60))
    session(live).reported(limit("tokens", 50, reset=90))
    session(live).reported(limit("requests", 1, reset=None))
    remaining = {
        now: [line for line in limits_at(live, clocks, now) if line.startswith("rate_limit_remaining")]
        for now in (159.0, 160.0, 190.0, 10_000.0)
    }
    requests = 'rate_limit_remaining{model="m",name="requests"} 1.0'
    assert remaining == {
        159.0: [requests, 'rate_limit_remaining{model="m",name="tokens"} 40.0'],
        160.0: [requests, 'rate_limit_remaining{model="m",name="tokens"} 50.0'],
        190.0: [requests],
        10_000.0: [requests],
    }


def limits_at(live: LiveSessions, clocks: Clocks, now: float) -> list[str]:
    clocks.monotonic = now
    return limits(live)


def test_the_latest_word_on_a_limit_counts_and_names_are_bounded() -> None:
    live = live_sessions(Clocks())
    told = session(live)
    told.reported(limit("tokens", 40))
    told.reported(limit("tokens", 90))
    told.reported(limit("images", 1))
    told.reported(limit("videos", 2))
    told.reported(limit("requests", 3))
    told.reported(limit("requests", None))
    assert limits(live)[:2] == [
        'rate_limit_remaining{model="m",name="other"} 2.0',
        'rate_limit_remaining{model="m",name="tokens"} 90.0',
    ]
    assert len(limits(live)) == 4


def test_sessions_that_expire_within_a_minute_do_so_within_five() -> None:
    clocks = Clocks()
    live = live_sessions(clocks)
    registry = CollectorRegistry()
    SessionsExpiring(live, registry)
    never = [
        'sessions_expiring{within="1m"} 0.0',
        'sessions_expiring{within="5m"} 0.0',
        'sessions_expiring{within="15m"} 0.0',
    ]
    assert lines(registry) == never
    made = [session(live, expires_at=clocks.wall + seconds) for seconds in (-61, -60, 60, 61, 300, 900, 901)]
    session(live, expires_at=None)
    assert lines(registry) == [
        'sessions_expiring{within="1m"} 2.0',
        'sessions_expiring{within="5m"} 4.0',
        'sessions_expiring{within="15m"} 5.0',
    ]
    for one in made:
        live.discard(one)
    assert lines(registry) == never


def test_sessions_may_come_and_go_during_scrapes() -> None:
    live = live_sessions(Clocks())
    registry = CollectorRegistry()
    SessionsExpiring(live, registry)
    RateLimits(live, registry)
    for _ in range(200):
        session(live).reported(limit("tokens", 50))
    failures: list[Exception] = []
    done = Event()

    def scrape() -> None:
        try:
            while not done.is_set():
                assert len(lines(registry)) == 5
        except Exception as error:
            failures.append(error)

    scraping = Thread(target=scrape)
    scraping.start()
    for _ in range(20_000):
        passing = session(live)
        passing.reported(limit("tokens", 60))
        passing.reported(limit("requests", None))
        live.discard(passing)
    done.set()
    scraping.join()
    assert failures == []
