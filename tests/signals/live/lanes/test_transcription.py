from typing import Any

from support.lanes import Lanes
from voicetap.facts import (
    ContentSeen,
    TranscriptionFinished,
    TranscriptionForgotten,
    TranscriptionLate,
    TranscriptionStarted,
)
from voicetap.signals.live.lanes.transcription import Transcription

MODEL = "whisper-1"


class Lane(Lanes):
    def __init__(self) -> None:
        super().__init__()
        self.transcription = Transcription(self.spans, self.turns)

    def starts(self, item_id: str, at: float, model: str | None = MODEL) -> None:
        self.transcription.started(TranscriptionStarted(at, item_id, model))

    def ends(self, item_id: str | None, at: float, outcome: Any = "completed", **more: Any) -> None:
        told: dict[str, Any] = {"code": None, "message": None, "transcription_model": MODEL, "announced": True, **more}
        self.transcription.finished(TranscriptionFinished(at, item_id, outcome, **told))


def late(item_id: str, at: float, outcome: Any = "completed", code: str | None = None) -> TranscriptionLate:
    return TranscriptionLate(at, item_id, outcome, MODEL, code)


def test_from_the_commit_to_the_outcome() -> None:
    lane = Lane()
    lane.starts("item_1", 101.0)
    assert lane.told() == ["transcription 1000- 'whisper-1' item_id=item_1"]
    lane.ends("item_1", 101.5, seconds=0.5, confidence=0.912345678)
    assert lane.told() == ["transcription 1000-1500 'whisper-1' completed item_id=item_1 confidence=0.912346"]


def test_a_failure_has_its_code_and_never_its_message() -> None:
    lane = Lane()
    lane.starts("item_1", 101.0, None)
    lane.ends("item_1", 101.5, "failed", code="audio_unintelligible", message="Alice mumbles")
    assert lane.told() == ["transcription 1000-1500 'transcription' failed item_id=item_1 code=audio_unintelligible"]


def test_it_belongs_to_the_turn_that_is_opened_by_what_was_said() -> None:
    lane = Lane()
    lane.starts("item_1", 101.0)
    lane.transcription.opened(lane.open(1, "speech", at=101.0, began_at=100.0))
    lane.starts("item_2", 102.0)
    lane.transcription.opened(lane.open(2, "agent_initiated", at=102.5, began_at=102.5))
    lane.transcription.opened(lane.open(3, "speech", at=103.0, began_at=100.0))
    assert [span.turn for span in lane.items.since(0)] == [1, None]


def test_a_result_that_nobody_announced() -> None:
    lane = Lane()
    lane.ends(None, 101.5, "completed", announced=False)
    lane.ends("item_9", 102.5, "empty", announced=False, seconds=0.5)
    assert lane.told() == [
        "transcription 1500-1500 'whisper-1' completed",
        "transcription 2000-2500 'whisper-1' empty item_id=item_9",
    ]


def test_a_result_that_comes_late_is_told_once_and_with_its_time() -> None:
    lane = Lane()
    lane.starts("item_1", 101.0)
    lane.ends("item_1", 116.0, "timed_out")
    span, seconds = lane.transcription.late(late("item_1", 117.5, "failed", "server_error"))
    assert (span, seconds) == (lane.items.get(1), 16.5)
    assert lane.transcription.late(late("item_1", 118.0)) == (span, None)
    assert lane.told() == [
        "transcription 1000-16000 'whisper-1' timed_out item_id=item_1 late=failed code=server_error"
    ]


def test_a_late_result_of_what_is_not_known_is_let_go() -> None:
    assert Lane().transcription.late(late("item_9", 101.0)) == (None, None)


def test_one_of_which_the_outcome_will_not_be_known() -> None:
    lane = Lane()
    lane.starts("item_1", 101.0)
    for item_id in ("item_1", "item_1", "item_9"):
        lane.transcription.forgotten(TranscriptionForgotten(102.0, item_id))
    assert lane.told() == ["transcription 1000-2000 'whisper-1' forgotten item_id=item_1"]


def test_what_was_said_before_and_after_the_outcome() -> None:
    lane = Lane()
    lane.starts("item_1", 101.0)
    lane.transcription.said(ContentSeen(101.5, "user_transcript", "Hello", item_id="item_1"))
    lane.ends("item_1", 101.5)
    lane.transcription.said(ContentSeen(102.5, "user_transcript", "there", item_id="item_1"))
    lane.transcription.said(ContentSeen(102.5, "user_transcript", "nobody", item_id="item_9"))
    assert lane.told() == ["transcription 1000-1500 'whisper-1' completed item_id=item_1 text=Hello there"]
