"""Turns: users wait too long, or for ever."""

from voicetap.signals.names import API_ERRORS, DEAD_AIR, SILENT_SESSIONS, TURNS

from ... import objectives
from ...promql import increase, selector, total
from ..breakdown import most_frequent
from ..burn import burn_alerts
from ..rule import Alert
from ..shares import SLOW_TURNS, UNANSWERED_TURNS


def alerts() -> list[Alert]:
    """All of this module."""
    return [
        *burn_alerts(
            "VoicetapSlowTurns",
            SLOW_TURNS,
            objectives.TURN_LATENCY,
            summary="Callers wait too long for answers of {{ $labels.model }}",
            figure=f"of turns were answered more than {objectives.TURN_LATENCY_SECONDS:g} s after the last word",
            details=lambda _: "The board shows what takes so long: the wait for silence, the model, or tools.",
            board="voicetap-latency",
        ),
        *burn_alerts(
            "VoicetapDeadAir",
            UNANSWERED_TURNS,
            objectives.DEAD_AIR,
            summary="Callers of {{ $labels.job }} talk and hear nothing",
            figure="of turns had a wait of more than 5 s with nothing to hear",
            details=lambda window: f"They waited after: {most_frequent(DEAD_AIR, 'after', window)}.",
            board="voicetap-quality",
        ),
        _silent_sessions(),
    ]


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
