"""Stories of budgets that burn: the same faults for each objective, and what must be told of each.

What is expected is computed here from the traffic that the story has, not by PromQL.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from .promtool import FAULT, HEALTH, ONE_FAILURE, RESOLVED, Firing, Moment, Story, grows, minutes

Traffic = tuple[tuple[float, float, float], ...]
"""Phases: minutes, events a minute, and the share of them that is bad."""

HEALTHY = 0.002
"""Share of bad events in health: nothing is ever perfect."""
A_MINUTE = 12.0
_WORDS = {"1h": "hour", "6h": "6 hours", "3d": "3 days"}
_RATES = {"1h": 14.4, "6h": 6, "3d": 1}


class Burning(NamedTuple):
    """An alert with burn rates, and how its events look to Prometheus."""

    alert: str
    labels: Mapping[str, str]
    budget: float
    outage: tuple[int, tuple[str, ...]]
    """After how many minutes in which all is bad somebody is woken, and the windows that tell by then. A large budget
    takes longer, a small one has been hurt by then over days."""
    scraped: Callable[[str, str, str], Mapping[str, str]]
    """The series, from the values of counters of good events, of bad ones, and of all."""
    summary: str
    figure: str
    """`transcriptions failed`; of a share it is `of transcriptions failed`."""
    details: str
    """With `{bad}`, the number of bad events in the window."""
    board: str
    severities: tuple[str, str, str] = ("critical", "critical", "warning")
    """Of the windows, the shortest first."""


def stories(burning: Burning, *, few: bool) -> list[Story]:
    """`few`: there is an alert for low traffic too."""
    budget = burning.budget
    hours = 60

    def told(traffic: Traffic, at: str, *windows: str) -> list[Firing]:
        return [_burn(burning, traffic, at, window) for window in windows]

    length, windows = burning.outage
    woken, mended, quiet = (f"{360 + length + later}m" for later in (0, 5, 30))
    outage: Traffic = ((6 * hours, A_MINUTE, HEALTHY), (length, A_MINUTE, 1), (2 * hours, A_MINUTE, HEALTHY))
    given_up: Traffic = (*outage[:2], (3 * hours, 0, 0))
    steady: Traffic = ((1 * hours, A_MINUTE, HEALTHY), (180, A_MINUTE, 9 * budget), (1 * hours, A_MINUTE, HEALTHY))
    creeping: Traffic = (
        (3 * hours, A_MINUTE, HEALTHY),
        (8 * hours, A_MINUTE, 2.5 * budget),
        (5 * hours, A_MINUTE, HEALTHY),
    )
    found = [
        _story(
            burning,
            f"all are bad for {length} minutes",
            outage,
            Moment("6h", HEALTH),
            Moment(woken, FAULT, told(outage, woken, *windows)),
            # The hour still burns, its last 5 minutes do not.
            Moment(mended, RESOLVED, told(outage, mended, *windows[1:])),
        ),
        _story(
            burning,
            "nine times the budget for three hours",
            steady,
            Moment("1h", HEALTH),
            Moment("4h", FAULT, told(steady, "4h", "6h", "3d")),
            Moment("4h30m", RESOLVED, told(steady, "4h30m", "3d")),
        ),
        _story(
            burning,
            "all are bad until nobody calls any more",
            given_up,
            Moment("6h", HEALTH),
            Moment(woken, FAULT, told(given_up, woken, *windows)),
            # The last 5 minutes have no share; nothing says that it is over.
            Moment(quiet, FAULT, told(given_up, quiet, *windows)),
            Moment("8h", RESOLVED, told(given_up, "8h", *windows[1:])),
        ),
        _story(
            burning,
            "two and a half times the budget for eight hours",
            creeping,
            Moment("3h", HEALTH),
            Moment("11h", FAULT, told(creeping, "11h", "3d")),
            # It is over for three hours, which is half of the short window.
            Moment("14h", FAULT, told(creeping, "14h", "3d")),
            Moment("16h", RESOLVED),
        ),
        _story(
            burning,
            "one failure in six an hour",
            ((5 * hours, 0.1, 0), (10, 0.1, 1), (1 * hours, 0.1, 0)),
            Moment("5h", HEALTH),
            *(Moment(at, ONE_FAILURE) for at in ("5h5m", "5h10m", "5h15m", "6h")),
            few=few,
        ),
        _story(
            burning,
            "one failure in just as many as a burn rate asks for",
            ((2 * hours, 0.35, 0), (1, 1, 1), (1 * hours, 0.35, 0)),
            *(Moment(at, ONE_FAILURE) for at in ("2h5m", "2h10m", "3h")),
            few=few,
        ),
    ]
    if few:
        mixed: Traffic = ((3 * hours, 0.1, 0), (30, 8 / 30, 3 / 8), (1 * hours, 0.1, 0))
        found.append(
            _story(
                burning,
                "three failures, and five successes",
                mixed,
                *(Moment(at, HEALTH) for at in ("3h", "3h30m", "3h40m")),
                few=True,
            )
        )
        rare: Traffic = ((3 * hours, 0.1, 0), (30, 0.1, 1), (1 * hours, 0.1, 0))
        found.append(
            _story(
                burning,
                "three failures in a row, and nothing else",
                rare,
                Moment("3h", HEALTH),
                Moment("3h20m", HEALTH),
                Moment("3h30m", FAULT, [_few(burning, rare, "3h30m", "30m")]),
                Moment("4h", RESOLVED),
                few=True,
            )
        )
        ten: Traffic = ((6 * hours, 1 / 6, 0), (50, 1 / 6, 1))
        found.append(
            _story(
                burning,
                "ten an hour, and for 50 minutes all are bad: the page is enough",
                ten,
                Moment("6h", HEALTH),
                Moment("6h50m", FAULT, told(ten, "6h50m", "6h")),
                few=True,
            )
        )
        good, bad = ((1, 1, 0), (59, 0, 0)), ((1, 1, 1), (59, 0, 0))
        hourly: Traffic = (*(good * 6), *(bad * 5), *(good * 5))
        found.append(
            _story(
                burning,
                "one an hour, and from the seventh to the eleventh all are bad",
                hourly,
                Moment("6h", HEALTH),
                # Three of six are not more than half.
                Moment("8h30m", HEALTH),
                Moment("9h30m", FAULT, [_few(burning, hourly, "9h30m", "6h")]),
                Moment("14h", RESOLVED),
                few=True,
            )
        )
    return found


def _story(burning: Burning, about: str, traffic: Traffic, *moments: Moment, few: bool = False) -> Story:
    good = grows(*((length, rate * (1 - bad)) for length, rate, bad in traffic))
    bad = grows(*((length, rate * bad) for length, rate, bad in traffic))
    of = (burning.alert, f"{burning.alert}InLowTraffic") if few else (burning.alert,)
    every = grows(*((length, rate) for length, rate, _ in traffic))
    return Story(f"{burning.alert}: {about}", of, burning.scraped(good, bad, every), moments)


def _burn(burning: Burning, traffic: Traffic, at: str, window: str) -> Firing:
    return Firing(
        burning.alert,
        burning.severities[list(_RATES).index(window)],
        {**burning.labels, "window": window},
        burning.summary,
        f"In the last {_WORDS[window]} {100 * _share(traffic, at, window):.4g}% of {burning.figure}. Allowed are "
        f"{100 * burning.budget:.3g}% in 30 days, and in so short a time {100 * burning.budget * _RATES[window]:.3g}%. "
        + burning.details.format(bad=f"{_bad(traffic, at, window):.0f}"),
        burning.board,
    )


def _few(burning: Burning, traffic: Traffic, at: str, window: str) -> Firing:
    return Firing(
        f"{burning.alert}InLowTraffic",
        "warning",
        burning.labels,
        burning.summary,
        f"{_bad(traffic, at, window):.0f} {burning.figure}, more than 50% of all, in 30 minutes or, where there are "
        "fewer, in 6 hours. " + burning.details.format(bad=f"{_bad(traffic, at, '6h'):.0f}"),
        burning.board,
    )


def _share(traffic: Traffic, at: str, window: str) -> float:
    return _bad(traffic, at, window) / _all(traffic, at, window)


def _bad(traffic: Traffic, at: str, window: str) -> float:
    return _all(tuple((length, rate * bad, 0) for length, rate, bad in traffic), at, window)


def _all(traffic: Traffic, at: str, window: str) -> float:
    """Events in the window that ends then."""
    end, begin, found = minutes(at), max(0, minutes(at) - minutes(window)), 0.0
    start = 0.0
    for length, rate, _ in traffic:
        found += rate * max(0.0, min(end, start + length) - max(begin, start))
        start += length
    return found
