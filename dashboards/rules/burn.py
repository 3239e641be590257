"""Alerts on how fast an objective's budget is spent: several windows, as in Google's SRE workbook, chapter 5.

The long window decides, the short one ends the alert soon after its cause; both have to burn. Where nobody calls the
short one has no figure, and its last one stands for a while. A number of events in the long window is demanded beside,
so that one failure in little traffic wakes nobody; what that leaves out, `Few` finds.
"""

from collections.abc import Callable, Iterator, Sequence

from ..objectives import BURNS, FAST_BURN, FEW, STEADY_BURN, Burn, Objective
from .rule import Alert, words
from .share import Share

Details = Callable[[str], str]
"""What else is told, of a window."""


def burn_alerts(
    name: str,
    share: Share,
    objective: Objective,
    *,
    summary: str,
    figure: str,
    details: Details,
    board: str,
    burns: Sequence[Burn] = BURNS,
) -> Iterator[Alert]:
    """One for each rate, all of one name; `window` tells them apart.

    `figure` follows the percentage: `of transcriptions failed`.
    """
    for burn in burns:
        limit = f"{burn.rate:g} * {objective.budget:g}"
        yield Alert(
            name=name,
            severity=burn.severity,
            window=burn.long,
            expression=f"{share.ratio(burn.long)} > {limit}\n"
            f"and {share.last_ratio(burn.short)} > {limit}\n"
            f"and {share.events(burn.long)} >= {burn.events}",
            summary=summary,
            description=f"In the last {words(burn.long)} {{{{ $value | humanizePercentage }}}} {figure}. "
            f"Allowed are {_percent(objective.budget)} in 30 days, and in so short a time "
            f"{_percent(burn.rate * objective.budget)}. {details(burn.long)}",
            board=board,
        )


def few_alert(name: str, share: Share, *, summary: str, figure: str, details: Details, board: str) -> Alert:
    """For traffic that is too low for a burn rate that wakes somebody; `figure` follows the number: `transcriptions
    failed`."""
    lately = _mostly_bad(share.part(FEW.window), share.whole(FEW.window))
    before = _mostly_bad(share.part(FEW.long), share.events(FEW.long))
    too_few = "".join(f"\nand {share.events(burn.long)} < {burn.events}" for burn in (FAST_BURN, STEADY_BURN))
    return Alert(
        name=f"{name}InLowTraffic",
        severity="warning",
        expression=f"({lately}\nor {before}){too_few}",
        summary=summary,
        description=f'{{{{ $value | printf "%.0f" }}}} {figure}, more than {FEW.ratio:.0%} of all, in '
        f"{words(FEW.window)} or, where there are fewer, in {words(FEW.long)}. {details(FEW.long)}",
        board=board,
    )


def _mostly_bad(part: str, whole: str) -> str:
    return f"({part} > {FEW.ratio:g} * {whole}) >= {FEW.bad}"


def _percent(share: float) -> str:
    return f"{100 * share:.3g}%"
