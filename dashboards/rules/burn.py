"""Alerts on how fast an objective's budget is spent: several windows, as in Google's SRE workbook, chapter 5.

The long window decides, the short one ends the alert soon after its cause; both have to burn. A number of events in the
long window is demanded beside, so that one failure in little traffic wakes nobody; what that leaves out, `Few` finds.
"""

from collections.abc import Callable, Iterator

from ..objectives import BURNS, FAST_BURN, FEW, Objective
from .rule import Alert
from .share import Share

Details = Callable[[str], str]
"""What else is told, of a window."""

_WINDOWS = {"30m": "half hour", "1h": "hour", "6h": "6 hours", "1d": "day", "3d": "3 days"}


def burn_alerts(
    name: str, share: Share, objective: Objective, *, summary: str, figure: str, details: Details, board: str
) -> Iterator[Alert]:
    """One for each rate of BURNS, all of one name; `window` tells them apart.

    `figure` follows the percentage: `of transcriptions failed`.
    """
    for burn in BURNS:
        limit = f"{burn.rate:g} * {objective.budget:g}"
        yield Alert(
            name=name,
            severity=burn.severity,
            window=burn.long,
            expression=f"{share.ratio(burn.long)} > {limit}\n"
            f"and {share.ratio(burn.short)} > {limit}\n"
            f"and {share.events(burn.long)} >= {burn.events}",
            summary=summary,
            description=f"In the last {_WINDOWS[burn.long]} {{{{ $value | humanizePercentage }}}} {figure}. "
            f"Allowed are {_percent(objective.budget)} in 30 days, and in so short a time "
            f"{_percent(burn.rate * objective.budget)}. {details(burn.long)}",
            board=board,
        )


def few_alert(name: str, share: Share, *, summary: str, figure: str, details: Details, board: str) -> Alert:
    """For traffic that is too low for any burn rate; `figure` follows the number: `transcriptions failed`."""
    part, whole = share.part(FEW.window), share.whole(FEW.window)
    return Alert(
        name=f"{name}InLowTraffic",
        severity="warning",
        expression=f"{part} >= {FEW.bad}\n"
        f"and {part} > {FEW.ratio:g} * {whole}\n"
        f"and {share.events(FAST_BURN.long)} < {FAST_BURN.events}",
        summary=summary,
        description=f'In the last {_WINDOWS[FEW.window]} {{{{ $value | printf "%.0f" }}}} {figure}, more than '
        f"{FEW.ratio:.0%} of all. {details(FEW.window)}",
        board=board,
    )


def _percent(share: float) -> str:
    return f"{100 * share:.3g}%"
