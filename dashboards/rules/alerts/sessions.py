"""Sessions: they do not come about, break off, or come to the end of their time."""

from voicetap.signals.names import API_ERRORS, CLOSE_CODES, HANDSHAKES, SESSION_STARTS, SESSIONS, SESSIONS_EXPIRING

from ... import objectives
from ...promql import increase, selector, total
from ..breakdown import most_frequent
from ..burn import burn_alerts, few_alert
from ..rule import Alert
from ..shares import FAILED_HANDSHAKE, FAILED_HANDSHAKES, FAILED_STARTS

_BOARD = "voicetap-proxy"
_ABNORMAL = 'code!~"1000|1001|1005"'


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
        _abnormal_closes(),
        _expiring(),
    ]


def _of_starts(window: str) -> str:
    outcomes = most_frequent(SESSION_STARTS, "outcome", window, 'outcome!="started"')
    # A server that refuses a session has named no model.
    errors = most_frequent(API_ERRORS, "code", window, 'model="unknown"')
    return f"Outcomes: {outcomes}. Errors: {errors}."


def _of_handshakes(window: str) -> str:
    return f"Outcomes: {most_frequent(HANDSHAKES, 'outcome', window, FAILED_HANDSHAKE)}."


def _abnormal_closes() -> Alert:
    window = objectives.WINDOW
    abnormal = total(increase(selector(CLOSE_CODES, _ABNORMAL), window), "job", "closed_by")
    every = total(increase(selector(CLOSE_CODES), window), "job")
    return Alert(
        name="VoicetapAbnormalCloses",
        severity="warning",
        lasting=objectives.LASTING,
        expression=f"{abnormal} / on (job) group_left () {every} > {objectives.ABNORMAL_CLOSE_RATIO:g}\n"
        f"and on (job) {every} >= {objectives.LEAST_EVENTS}",
        summary="Calls of {{ $labels.job }} are cut off: {{ $labels.closed_by }} ends them",
        description="{{ $value | humanizePercentage }} of the connections that ended in the last hour were cut off by "
        f"{{{{ $labels.closed_by }}}}; {objectives.ABNORMAL_CLOSE_RATIO:.0%} is the limit. "
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
