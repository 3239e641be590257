"""Transcription of what users say: it fails, or nothing comes."""

from voicetap.signals.names import LATE_TRANSCRIPTIONS, TRANSCRIPTION_FAILURES, TRANSCRIPTIONS

from ... import objectives
from ...promql import total
from ..breakdown import most_frequent
from ..burn import burn_alerts, few_alert
from ..rule import Alert
from ..share import counted
from ..shares import FAILED_TRANSCRIPTIONS, MISSING_TRANSCRIPTIONS, UNANSWERED_TURNS

_BOARD = "voicetap-quality"
_LEVEL = FAILED_TRANSCRIPTIONS.level


def alerts() -> list[Alert]:
    """All of this module."""
    fail = "Transcription by {{ $labels.transcription_model }} fails; calls go on without a transcript"
    missing = "Transcriptions by {{ $labels.transcription_model }} do not come; calls go on without a transcript"
    return [
        *burn_alerts(
            "VoicetapTranscriptionFailures",
            FAILED_TRANSCRIPTIONS,
            objectives.TRANSCRIPTION,
            summary=fail,
            figure="of transcriptions failed",
            details=_codes,
            board=_BOARD,
        ),
        few_alert(
            "VoicetapTranscriptionFailures",
            FAILED_TRANSCRIPTIONS,
            summary=fail,
            figure="transcriptions failed",
            details=_codes,
            board=_BOARD,
        ),
        *burn_alerts(
            "VoicetapTranscriptionsMissing",
            MISSING_TRANSCRIPTIONS,
            objectives.TRANSCRIPTION,
            summary=missing,
            figure="of transcriptions did not come within 15 s",
            details=_late,
            board=_BOARD,
        ),
        few_alert(
            "VoicetapTranscriptionsMissing",
            MISSING_TRANSCRIPTIONS,
            summary=missing,
            figure="transcriptions did not come within 15 s",
            details=_late,
            board=_BOARD,
        ),
        _cut_off(),
        _none(),
    ]


def _codes(window: str) -> str:
    return f"Codes: {most_frequent(TRANSCRIPTION_FAILURES, 'code', window, of=_LEVEL)}."


def _late(window: str) -> str:
    return f"Results that came after all: {most_frequent(LATE_TRANSCRIPTIONS, 'outcome', window, of=_LEVEL)}."


def _cut_off() -> Alert:
    window = objectives.WINDOW
    cut_off = counted(TRANSCRIPTIONS, 'outcome="session_closed"', by=_LEVEL)(window)
    every = MISSING_TRANSCRIPTIONS.events(window)
    return Alert(
        name="VoicetapTranscriptionsCutOff",
        severity="warning",
        lasting=objectives.LASTING,
        expression=f"{cut_off} / {every} > {objectives.CUT_OFF_TRANSCRIPTION_RATIO:g}\n"
        f"and {every} >= {objectives.LEAST_EVENTS}",
        summary="Calls end before {{ $labels.transcription_model }} has transcribed what was said",
        description="{{ $value | humanizePercentage }} of transcriptions in the last hour had not come when their call "
        "ended. What a caller says last before hanging up is lost so; more than "
        f"{objectives.CUT_OFF_TRANSCRIPTION_RATIO:.0%} means that they do not come at all, in calls too short for the "
        "timeout of 15 s.",
        board=_BOARD,
    )


def _none() -> Alert:
    past = objectives.CREEPING_BURN.long
    return Alert(
        name="VoicetapNoTranscriptions",
        severity="warning",
        expression=f"{_for_each_turn(objectives.WINDOW)}\n"
        f"  < {objectives.STOPPED_LEFT:g} * {_for_each_turn(past)}\n"
        f"and {UNANSWERED_TURNS.events(objectives.WINDOW)} >= {objectives.LEAST_EVENTS}\n"
        f"and {UNANSWERED_TURNS.events(past)} >= {objectives.STOPPED_KNOWN}",
        summary="What callers of {{ $labels.job }} say is not transcribed any more",
        description='{{ $value | printf "%.2f" }} transcriptions for each turn in the last hour, of whatever outcome: '
        f"less than {objectives.STOPPED_LEFT:.0%} of what there have been for each over three days. Sessions do not "
        "ask for them any more.",
        board=_BOARD,
    )


def _for_each_turn(window: str) -> str:
    return f"{total(MISSING_TRANSCRIPTIONS.events(window), 'job')} / {UNANSWERED_TURNS.events(window)}"
