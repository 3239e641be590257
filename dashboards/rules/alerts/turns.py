"""Turns: users wait too long, or for ever."""

from voicetap.signals.names import API_ERRORS, DEAD_AIR, SESSION_STARTS, SILENT_SESSIONS, TURNS

from ... import objectives
from ...promql import increase, selector, total
from ..breakdown import most_frequent
from ..burn import burn_alerts, few_alert
from ..rule import Alert, words
from ..share import counted
from ..shares import FAILED_STARTS, SLOW_TURNS, UNANSWERED_TURNS


def alerts() -> list[Alert]:
    """All of this module."""
    nothing = "Callers of {{ $labels.job }} talk and hear nothing"
    return [
        *burn_alerts(
            "VoicetapSlowTurns",
            SLOW_TURNS,
            objectives.TURN_LATENCY,
            summary="Callers wait too long for answers of {{ $labels.model }}",
            figure=f"of turns were answered more than {objectives.TURN_LATENCY_SECONDS:g} s after the last word",
            details=lambda _: "The board shows what takes so long: the wait for silence, the model, or tools.",
            board="voicetap-latency",
            burns=objectives.LATENCY_BURNS,
        ),
        *burn_alerts(
            "VoicetapDeadAir",
            UNANSWERED_TURNS,
            objectives.DEAD_AIR,
            summary=nothing,
            figure="of turns had a wait of more than 5 s with nothing to hear",
            details=_waits,
            board="voicetap-quality",
        ),
        few_alert(
            "VoicetapDeadAir",
            UNANSWERED_TURNS,
            summary=nothing,
            figure="turns had a wait of more than 5 s with nothing to hear",
            details=_waits,
            board="voicetap-quality",
        ),
        _silent_sessions(),
        _no_turns(),
    ]


def _waits(window: str) -> str:
    return f"They waited after: {most_frequent(DEAD_AIR, 'after', window)}."


def _silent_sessions() -> Alert:
    window = objectives.FEW.window
    silent = total(increase(selector(SILENT_SESSIONS), window), "job")
    turns = total(increase(selector(TURNS), window), "job")
    return Alert(
        name="VoicetapSilentSessions",
        severity="critical",
        # Not a ratio: where every session is silent no turn may end, and there would be nothing to divide by.
        expression=f"{silent} >= {objectives.FEW.bad}\n"
        f"unless {silent} <= {objectives.SILENT_SESSION_RATIO:g} * {turns}",
        summary="Calls of {{ $labels.job }} are dead after an error, with the line open",
        description='{{ $value | printf "%.0f" }} times in half an hour a session gave no answer for 30 s after an '
        f"error, in more than {objectives.SILENT_SESSION_RATIO:.0%} of turns. "
        "Errors: " + most_frequent(API_ERRORS, "code", window) + ".",
        board="voicetap-quality",
    )


def _no_turns() -> Alert:
    window, past = objectives.STOPPED_IN, objectives.CREEPING_BURN.long
    turns = counted(TURNS, by=("job",))(window)
    begun = counted(SESSION_STARTS, 'outcome="started"', by=("job",))(window)
    known = FAILED_STARTS.events(past)
    return Alert(
        name="VoicetapNoTurns",
        severity="critical",
        # Not of dead air: where the server hears nothing, no turn begins, and nobody is seen to wait.
        expression=f"{turns}\n  < {objectives.STOPPED_LEFT:g} * {begun} * {UNANSWERED_TURNS.events(past)} / {known}\n"
        f"and {begun} >= {objectives.STOPPED_STARTS}\n"
        f"and {known} >= {objectives.STOPPED_KNOWN}",
        summary="Calls of {{ $labels.job }} begin, and hardly a word is exchanged",
        description=f'{{{{ $value | printf "%.0f" }}}} turns in the last {words(window)}, less than '
        f"{objectives.STOPPED_LEFT:.0%} of what so many calls have had over three days. Callers are not heard, or "
        "their audio does not reach the server.",
        board="voicetap-quality",
    )
