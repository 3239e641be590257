"""The shares that are recorded: what counts as bad, and among what."""

from collections.abc import Sequence

from voicetap.signals.names import (
    DEAD_AIR,
    HANDSHAKES,
    INTERRUPTIONS,
    RESPONSES,
    SESSION_STARTS,
    SPOKEN_ANSWERS,
    TRANSCRIPTIONS,
    TURN_LATENCY,
    TURNS,
)

from .. import objectives
from .rule import Group, RecordingRule
from .share import Share, above, counted

_OF_TRANSCRIBER = ("job", "transcription_model")
_OF_MODEL = ("job", "model")
_OF_JOB = ("job",)

NOT_TRIED_HANDSHAKE = 'outcome=~"abandoned|bad_request|draining"'
TRIED_HANDSHAKE = 'outcome!~"abandoned|bad_request|draining"'
"""Those that the upstream had to answer: not those that the client gave up, or that voicetap refused."""
FAILED_HANDSHAKE = 'outcome!~"101|3xx|abandoned|bad_request|draining"'

_TRANSCRIPTIONS = counted(TRANSCRIPTIONS, by=_OF_TRANSCRIBER)

FAILED_TRANSCRIPTIONS = Share(
    subject="voicetap_transcriptions",
    level=_OF_TRANSCRIBER,
    bad="failure",
    part=counted(TRANSCRIPTIONS, 'outcome="failed"', by=_OF_TRANSCRIBER),
    whole=_TRANSCRIPTIONS,
)
MISSING_TRANSCRIPTIONS = Share(
    subject="voicetap_transcriptions",
    level=_OF_TRANSCRIBER,
    bad="timeout",
    part=counted(TRANSCRIPTIONS, 'outcome="timed_out"', by=_OF_TRANSCRIBER),
    whole=_TRANSCRIPTIONS,
)
SLOW_TURNS = Share(
    subject="voicetap_turn_latency_seconds",
    level=_OF_MODEL,
    bad="slow",
    part=above(TURN_LATENCY, objectives.TURN_LATENCY_SECONDS, by=_OF_MODEL),
    whole=counted(TURN_LATENCY, by=_OF_MODEL, part="_count"),
)
UNANSWERED_TURNS = Share(
    subject="voicetap_turns",
    level=_OF_JOB,
    bad="dead_air",
    part=counted(DEAD_AIR, by=_OF_JOB),
    whole=counted(TURNS, by=_OF_JOB),
)
FAILED_RESPONSES = Share(
    subject="voicetap_responses",
    level=_OF_MODEL,
    bad="failure",
    part=counted(RESPONSES, 'status="failed"', by=_OF_MODEL),
    whole=counted(RESPONSES, by=_OF_MODEL),
)
FAILED_STARTS = Share(
    subject="voicetap_session_starts",
    level=_OF_JOB,
    bad="failure",
    part=counted(SESSION_STARTS, 'outcome!="started"', by=_OF_JOB),
    whole=counted(SESSION_STARTS, by=_OF_JOB),
)
FAILED_HANDSHAKES = Share(
    subject="voicetap_handshakes",
    level=_OF_JOB,
    bad="failure",
    among="tried",
    part=counted(HANDSHAKES, FAILED_HANDSHAKE, by=_OF_JOB),
    whole=counted(HANDSHAKES, TRIED_HANDSHAKE, by=_OF_JOB),
)
CUT_ANSWERS = Share(
    subject="voicetap_spoken_answers",
    level=_OF_MODEL,
    bad="interruption",
    part=counted(INTERRUPTIONS, by=_OF_MODEL),
    whole=counted(SPOKEN_ANSWERS, by=_OF_MODEL),
)

_BURNT = (
    FAILED_TRANSCRIPTIONS,
    MISSING_TRANSCRIPTIONS,
    SLOW_TURNS,
    UNANSWERED_TURNS,
    FAILED_RESPONSES,
    FAILED_STARTS,
    FAILED_HANDSHAKES,
)


def recording_rules() -> list[Group]:
    """A group for each metric that shares are of."""
    short, long = ([getattr(burn, which) for burn in objectives.BURNS] for which in ("short", "long"))
    compared = [objectives.WINDOW, objectives.INTERRUPTION_WINDOW]
    rules = {share.subject: dict[str, RecordingRule]() for share in (*_BURNT, CUT_ANSWERS)}
    for share in _BURNT:
        rules[share.subject] |= _by_name(share.rules([*short, *long], long))
    rules[CUT_ANSWERS.subject] |= _by_name(CUT_ANSWERS.rules([*compared, objectives.INTERRUPTION_PAST], compared))
    return [Group(f"{subject}:recorded", list(recorded.values())) for subject, recorded in rules.items()]


def _by_name(rules: Sequence[RecordingRule]) -> dict[str, RecordingRule]:
    """Two shares of the same whole record it once."""
    return {rule.name: rule for rule in rules}
