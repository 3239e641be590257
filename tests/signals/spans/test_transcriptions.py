import pytest
from msgspec.structs import replace

from support.spanned import Spanned
from voicetap.facts import (
    Tokens,
    TranscriptionFinished,
    TranscriptionLate,
    TranscriptionStarted,
    TurnOpened,
    UsageReported,
)

STARTED = TranscriptionStarted(102.0, "item_1", "whisper-1")
OPENED = TurnOpened(102.0, 1, "speech", 101.0)
USED = UsageReported(105.0, "transcription", None, "item_1", "whisper-1", Tokens(), 2.0, 0.0002)


def finished(outcome: str, code: str | None = None, seconds: float | None = None) -> TranscriptionFinished:
    return TranscriptionFinished(105.0, "item_1", outcome, code, "private", "whisper-1", True, seconds, 0.875)


@pytest.mark.parametrize(
    ("outcome", "code", "error"),
    [
        ("completed", None, None),
        ("empty", None, None),
        ("failed", "audio_unintelligible", "audio_unintelligible"),
        ("timed_out", None, "timed_out"),
        ("session_closed", None, None),
    ],
)
def test_each_has_one_span_with_its_outcome(outcome: str, code: str | None, error: str | None) -> None:
    spanned = Spanned().answered()
    spanned.receive([STARTED, OPENED, finished(outcome, code)])
    [span] = spanned.named("transcription")
    [speech] = spanned.named("user_speech")
    assert span.attributes["voicetap.transcription.outcome"] == outcome
    assert span.attributes.get("error.type") == error
    assert span.context.trace_id == speech.context.trace_id  # its turn's, although it began before that was opened
    assert (span.end_time - span.start_time) / 1e9 == 3.0


def test_what_it_took_stands_on_it() -> None:
    spanned = Spanned().answered()
    spanned.receive([STARTED, OPENED, USED, finished("completed", None, 3.0)])
    [span] = spanned.named("transcription")
    assert (span.attributes["voicetap.transcription.billed_seconds"], span.attributes["gen_ai.usage.cost"]) == (
        2.0,
        0.0002,
    )


def test_where_the_item_is_left_out_it_took_what_is_told_with_it() -> None:
    spanned = Spanned().answered()
    spanned.receive([STARTED, OPENED, replace(USED, item_id=None), finished("completed", None, 3.0)])
    [span] = spanned.named("transcription")
    assert span.attributes["gen_ai.usage.cost"] == 0.0002


def test_what_no_outcome_came_with_is_nobody_elses() -> None:
    spanned = Spanned().answered()
    spanned.receive([STARTED, OPENED, replace(USED, item_id=None, at=104.0), finished("completed", None, 3.0)])
    [span] = spanned.named("transcription")
    assert "gen_ai.usage.cost" not in span.attributes


def test_a_late_result_is_seen_where_it_costs_something() -> None:
    spanned = Spanned().answered()
    late = TranscriptionLate(130.0, "item_1", "completed", "whisper-1")
    spanned.receive([STARTED, OPENED, finished("timed_out"), late])
    assert len(spanned.named("transcription")) == 1
    spanned.receive([USED, late, late])
    assert [span.attributes["voicetap.transcription.outcome"] for span in spanned.named("transcription")] == [
        "timed_out",
        "late",
    ]


def test_a_turn_without_speech_claims_none() -> None:
    spanned = Spanned().answered()
    spanned.receive([STARTED, TurnOpened(102.0, 1, "agent_initiated", 102.0), finished("completed", None, 3.0)])
    [span] = spanned.named("transcription")
    assert span.parent is None
