"""What goes wrong, as a share of what it may happen to: the same on every board, and as the alerts have it.

`over` is RATE, for a line, or RANGE, for a figure.
"""

from voicetap.signals.names import (
    CLOSE_CODES,
    DEAD_AIR,
    GENERATED_AUDIO,
    HANDSHAKES,
    RESPONSES,
    SESSION_STARTS,
    SILENT_SESSIONS,
    SPOKEN_ANSWERS,
    TRANSCRIPTIONS,
    TRUNCATIONS,
    TURNS,
    UNHEARD_AUDIO,
)

from ..promql import greatest, ratio
from .queries import counted, of, of_any_model, share

_TRIED = 'outcome!~"abandoned|bad_request|draining"'
"""What the server had to answer: not what the client gave up, or voicetap refused."""
_FAILED_HANDSHAKE = 'outcome!~"101|3xx|abandoned|bad_request|draining"'
_NOT_STARTED = 'outcome!="started"'
_ABNORMAL = 'code!~"1000|1001|1005|3000|4000"'
"""Without what a server says that refuses a session."""


def transcriptions_failed(over: str, *, offset: str = "") -> str:
    """Of all transcriptions."""
    return share(TRANSCRIPTIONS, 'outcome="failed"', over=over, offset=offset)


def transcriptions_that_never_came(over: str) -> str:
    """Of all transcriptions."""
    return share(TRANSCRIPTIONS, 'outcome="timed_out"', over=over)


def not_transcribed(over: str) -> str:
    """Both, by the model that transcribes."""
    return share(TRANSCRIPTIONS, 'outcome=~"failed|timed_out"', over=over, by=("transcription_model",))


def responses_failed(over: str, *, offset: str = "") -> str:
    """Of all responses."""
    return share(RESPONSES, 'status="failed"', over=over, offset=offset)


def handshakes_failed(over: str) -> str:
    """Of those that the server had to answer."""
    return ratio(counted(of(HANDSHAKES, _FAILED_HANDSHAKE), over), counted(of(HANDSHAKES, _TRIED), over))


def sessions_not_started(over: str) -> str:
    """Of open connections."""
    return share(SESSION_STARTS, _NOT_STARTED, over=over)


def calls_not_started(over: str) -> str:
    """Both, of calls that were tried: those whose handshake fails are no connections."""
    refused, connections = counted(of(HANDSHAKES, _FAILED_HANDSHAKE), over), counted(of(SESSION_STARTS), over)
    not_started = counted(of(SESSION_STARTS, _NOT_STARTED), over)
    return ratio(f"({refused}\n  + {not_started})", f"({refused}\n  + {connections})")


def abnormal_ends(over: str) -> str:
    """Of connections that ended, those that one side cut off: the side that did so most."""
    cut_off = counted(of(CLOSE_CODES, _ABNORMAL), over, "closed_by")
    return ratio(greatest(cut_off), counted(of(CLOSE_CODES), over))


def dead_air(over: str) -> str:
    """Of turns of all models: waits have none."""
    return ratio(counted(of(DEAD_AIR), over), counted(of_any_model(TURNS), over))


def silent_sessions(over: str) -> str:
    """Of turns of all models."""
    return ratio(counted(of(SILENT_SESSIONS), over), counted(of_any_model(TURNS), over))


def answers_cut_off(over: str, *by: str, offset: str = "") -> str:
    """Truncations that the server has acknowledged, of spoken answers."""
    cut, spoken = of(TRUNCATIONS, 'outcome="acknowledged"'), of(SPOKEN_ANSWERS)
    return ratio(counted(cut, over, *by, offset=offset), counted(spoken, over, *by, offset=offset))


def audio_not_heard(over: str, *by: str) -> str:
    """Of the seconds that were generated."""
    return ratio(counted(of(UNHEARD_AUDIO), over, *by), counted(of(GENERATED_AUDIO), over, *by))
