"""Answers: they fail, are cut off too often, or cannot be cut off any more."""

from voicetap.signals.names import API_ERRORS, INTERRUPTIONS, RESPONSES, TRUNCATIONS

from ... import objectives
from ...promql import increase, selector, total
from ..breakdown import most_frequent
from ..burn import burn_alerts, few_alert
from ..rule import Alert
from ..shares import CUT_ANSWERS, FAILED_RESPONSES

_BOARD = "voicetap-quality"
_LEVEL = FAILED_RESPONSES.level
_FAILED = 'status="failed"'


def alerts() -> list[Alert]:
    """All of this module."""
    summary = "{{ $labels.model }} fails to answer"
    return [
        *burn_alerts(
            "VoicetapResponseFailures",
            FAILED_RESPONSES,
            objectives.RESPONSE,
            summary=summary,
            figure="of responses failed",
            details=_reasons,
            board=_BOARD,
        ),
        few_alert(
            "VoicetapResponseFailures",
            FAILED_RESPONSES,
            summary=summary,
            figure="responses failed",
            details=_reasons,
            board=_BOARD,
        ),
        _rejected_truncations(),
        _many_interruptions(),
        _no_interruptions(),
    ]


def _reasons(window: str) -> str:
    return f"Reasons: {most_frequent(RESPONSES, 'reason', window, _FAILED, of=_LEVEL)}."


def _rejected_truncations() -> Alert:
    window = objectives.WINDOW
    asked = total(increase(selector(TRUNCATIONS, 'initiator="client"'), window), *_LEVEL)
    rejected = total(increase(selector(TRUNCATIONS, 'outcome="rejected"'), window), *_LEVEL)
    return Alert(
        name="VoicetapRejectedTruncations",
        severity="warning",
        lasting=objectives.LASTING,
        expression=f"{rejected} / {asked} > {objectives.REJECTED_TRUNCATION_RATIO:g}\n"
        f"and {asked} >= {objectives.LEAST_EVENTS}",
        summary="{{ $labels.model }} takes callers to have heard what was cut off",
        description="{{ $value | humanizePercentage }} of the truncations that clients asked for in the last hour were "
        f"rejected; {objectives.REJECTED_TRUNCATION_RATIO:.0%} is the limit. "
        "Errors: " + most_frequent(API_ERRORS, "code", window, of=_LEVEL) + ".",
        board=_BOARD,
    )


def _many_interruptions() -> Alert:
    window = objectives.WINDOW
    return Alert(
        name="VoicetapManyInterruptions",
        severity="warning",
        lasting=objectives.LASTING,
        expression=f"{CUT_ANSWERS.ratio(window)} > {objectives.INTERRUPTION_RATIO:g}\n"
        f"and {CUT_ANSWERS.events(window)} >= {objectives.LEAST_EVENTS}",
        summary="Most answers of {{ $labels.model }} are cut off",
        description="{{ $value | humanizePercentage }} of spoken answers were interrupted in the last hour; "
        f"{objectives.INTERRUPTION_RATIO:.0%} is the limit. "
        "How far they had come: " + most_frequent(INTERRUPTIONS, "phase", window, of=_LEVEL) + ".",
        board=_BOARD,
    )


def _no_interruptions() -> Alert:
    window, past = objectives.INTERRUPTION_WINDOW, objectives.INTERRUPTION_PAST
    ratio, before = CUT_ANSWERS.ratio(window), CUT_ANSWERS.ratio(past)
    asked = f'printf `{before}{{job="%s", model="%s"}}` $labels.job $labels.model | query'
    return Alert(
        name="VoicetapNoInterruptions",
        severity="warning",
        lasting=objectives.LASTING,
        expression=f"{ratio} < {objectives.INTERRUPTIONS_LEFT:g} * {before}\n"
        f"and {CUT_ANSWERS.events(window)} * {before} >= {objectives.INTERRUPTIONS_EXPECTED}",
        summary="Callers cannot interrupt {{ $labels.model }} any more",
        description="{{ $value | humanizePercentage }} of spoken answers were interrupted in the last two hours, "
        f"{{{{ range {asked} }}}}{{{{ .Value | humanizePercentage }}}}{{{{ end }}}} "
        "in the last week. People have not changed: speech over an answer is not heard, or does not stop it.",
        board=_BOARD,
    )
