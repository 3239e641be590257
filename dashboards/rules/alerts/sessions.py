"""Sessions: they do not come about, break off, or come to the end of their time."""

from voicetap.signals.names import API_ERRORS, CLOSE_CODES, HANDSHAKES, SESSION_STARTS, SESSIONS, SESSIONS_EXPIRING

from ... import objectives
from ...promql import increase, selector, total
from ..breakdown import most_frequent
from ..burn import burn_alerts, few_alert
from ..rule import Alert, Severity, words
from ..shares import FAILED_HANDSHAKE, FAILED_HANDSHAKES, FAILED_STARTS, NOT_TRIED_HANDSHAKE, TRIED_HANDSHAKE

_BOARD = "voicetap-proxy"
_ABNORMAL = 'code!~"1000|1001|1005|3000|4000"'
"""Without what a server says that refuses a session."""


def alerts() -> list[Alert]:
    """All of this module."""
    starts = "Sessions of {{ $labels.job }} do not start: calls are refused after the handshake"
    handshakes = "Calls of {{ $labels.job }} do not get through to the upstream"
    return [
        *burn_alerts(
            "VoicetapSessionsNotStarting",
            FAILED_STARTS,
            objectives.SESSION_START,
            summary=starts,
            figure="of connections never became a session",
            details=_of_starts,
            board=_BOARD,
        ),
        few_alert(
            "VoicetapSessionsNotStarting",
            FAILED_STARTS,
            summary=starts,
            figure="connections never became a session",
            details=_of_starts,
            board=_BOARD,
        ),
        *burn_alerts(
            "VoicetapHandshakeFailures",
            FAILED_HANDSHAKES,
            objectives.SESSION_START,
            summary=handshakes,
            figure="of handshakes failed",
            details=_of_handshakes,
            board=_BOARD,
        ),
        few_alert(
            "VoicetapHandshakeFailures",
            FAILED_HANDSHAKES,
            summary=handshakes,
            figure="handshakes failed",
            details=_of_handshakes,
            board=_BOARD,
        ),
        _no_calls(),
        _abnormal_closes("critical", objectives.STOPPED_IN, objectives.BREAKDOWN_RATIO),
        _abnormal_closes("warning", objectives.WINDOW, objectives.ABNORMAL_CLOSE_RATIO, objectives.LASTING),
        _expiring(),
    ]


def _of_starts(window: str) -> str:
    outcomes = most_frequent(SESSION_STARTS, "outcome", window, 'outcome!="started"')
    # A server that refuses a session has named no model.
    errors = most_frequent(API_ERRORS, "code", window, 'model="unknown"')
    return f"Outcomes: {outcomes}. Errors: {errors}."


def _of_handshakes(window: str) -> str:
    return f"Outcomes: {most_frequent(HANDSHAKES, 'outcome', window, FAILED_HANDSHAKE)}."


def _no_calls() -> Alert:
    window, past = objectives.STOPPED_IN, objectives.STOPPED_PAST
    tried = total(increase(selector(HANDSHAKES, TRIED_HANDSHAKE), window), "job")
    before = total(increase(selector(HANDSHAKES, TRIED_HANDSHAKE), window, past), "job")
    return Alert(
        name="VoicetapNoCalls",
        severity="critical",
        # Where people go home, and a little earlier than a week ago, it is so for a moment.
        lasting=objectives.LASTING,
        expression=f"{before} >= {objectives.STOPPED_CALLS}\n"
        f"and {FAILED_HANDSHAKES.events(objectives.STEADY_BURN.long)} >= {objectives.STOPPED_CALLS}\n"
        f"and {tried} == 0",
        summary="Calls do not come to {{ $labels.job }} any more",
        description=f"None in the last {words(window)}; a week ago at this time there were "
        '{{ $value | printf "%.0f" }}, and earlier today there were some. Given up by clients, or refused by voicetap: '
        + most_frequent(HANDSHAKES, "outcome", window, NOT_TRIED_HANDSHAKE)
        + ".",
        board=_BOARD,
    )


def _abnormal_closes(severity: Severity, window: str, limit: float, lasting: str = "") -> Alert:
    abnormal = total(increase(selector(CLOSE_CODES, _ABNORMAL), window), "job", "closed_by")
    every = total(increase(selector(CLOSE_CODES), window), "job")
    return Alert(
        name="VoicetapAbnormalCloses",
        severity=severity,
        window=window,
        lasting=lasting,
        expression=f"{abnormal} / on (job) group_left () {every} > {limit:g}\n"
        f"and on (job) {every} >= {objectives.LEAST_EVENTS}",
        summary="Calls of {{ $labels.job }} are cut off: {{ $labels.closed_by }} ends them",
        description=f"{{{{ $value | humanizePercentage }}}} of the connections that ended in the last {words(window)} "
        f"were cut off by {{{{ $labels.closed_by }}}}; {limit:.0%} is the limit. "
        "Codes: " + most_frequent(CLOSE_CODES, "code", window, _ABNORMAL, of=("job", "closed_by")) + ".",
        board=_BOARD,
    )


def _expiring() -> Alert:
    expiring = total(selector(SESSIONS_EXPIRING, 'within="5m"'), "job")
    return Alert(
        name="VoicetapSessionsExpiring",
        severity="info",
        expression=f"{expiring} >= {objectives.SESSIONS_EXPIRING}",
        summary="The server is about to cut off long calls of {{ $labels.job }}",
        description="{{ $value }} sessions reach the longest time that the API allows within 5 minutes. "
        "Cut off so in the last hour: " + most_frequent(SESSIONS, "end", "1h", 'end="expired"') + ".",
        board="voicetap-cost",
    )
