from typing import Any

import pytest

from support.dialogue import TRANSCRIBER, Dialogue, described
from voicetap.chunks import Side
from voicetap.facts import (
    Fact,
    TranscriptionFinished,
    TranscriptionForgotten,
    TranscriptionLate,
    TranscriptionStarted,
)
from voicetap.realtime.server import InputCommitted, TranscriptionCompleted
from voicetap.session.settings import Settings
from voicetap.session.transcriptions import Transcriptions

PREFIX = "conversation.item.input_audio_transcription"


def committed(call: Dialogue, item_id: str | None) -> list[Fact]:
    return call.server("input_audio_buffer.committed", item_id=item_id, previous_item_id=None)


def completed(call: Dialogue, item_id: str | None, transcript: Any = "hello", **more: Any) -> list[Fact]:
    return call.server(f"{PREFIX}.completed", item_id=item_id, content_index=0, transcript=transcript, **more)


def failed(call: Dialogue, item_id: str | None, **error: Any) -> list[Fact]:
    return call.server(f"{PREFIX}.failed", item_id=item_id, content_index=0, error=error)


def finished(
    call: Dialogue,
    item_id: str | None,
    outcome: Any,
    *,
    code: str | None = None,
    message: str | None = None,
    model: str | None = TRANSCRIBER,
    announced: bool = True,
) -> list[Fact]:
    return [TranscriptionFinished(call.now, item_id, outcome, code, message, model, announced)]


def late(call: Dialogue, item_id: str, outcome: Any) -> list[Fact]:
    return [TranscriptionLate(call.now, item_id, outcome, TRANSCRIBER)]


def test_completed() -> None:
    call = Dialogue().started()
    assert committed(call, "item_1") == [TranscriptionStarted(call.now, "item_1", TRANSCRIBER)]
    call.wait(0.4)
    assert call.server(f"{PREFIX}.delta", item_id="item_1", delta="hel") == []
    assert completed(call, "item_1") == finished(call, "item_1", "completed")
    assert call.wait(60.0) == []


@pytest.mark.parametrize("transcript", ["", None, {"elided_chars": 0}])
def test_empty(transcript: object) -> None:
    call = Dialogue().started()
    committed(call, "item_1")
    assert completed(call, "item_1", transcript) == finished(call, "item_1", "empty")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ({"type": "server_error", "code": "DeploymentNotFound", "message": "x"}, "DeploymentNotFound"),
        ({"type": "server_error", "code": None, "message": "x"}, "server_error"),
        ({"message": "x"}, "unknown"),
    ],
)
def test_failed(error: dict[str, Any], code: str) -> None:
    call = Dialogue().started()
    committed(call, "item_1")
    assert failed(call, "item_1", **error) == finished(call, "item_1", "failed", code=code, message="x")


def test_failed_without_an_error() -> None:
    call = Dialogue().started()
    assert call.server(f"{PREFIX}.failed", item_id="item_1") == finished(
        call, "item_1", "failed", code="unknown", announced=False
    )


def test_results_in_another_order_than_the_items() -> None:
    call = Dialogue().started()
    committed(call, "item_1")
    call.wait(1.0)
    committed(call, "item_2")
    assert completed(call, "item_2") == finished(call, "item_2", "completed")
    assert completed(call, "item_1") == finished(call, "item_1", "completed")


def test_no_result_for_fifteen_seconds() -> None:
    call = Dialogue().started()
    committed(call, "item_1")
    call.wait(1.0)
    committed(call, "item_2")
    assert call.wait(13.9) == []
    assert call.wait(0.1) == finished(call, "item_1", "timed_out")
    assert call.wait(10.0) == finished(call, "item_2", "timed_out")


def test_time_is_up_before_a_message_that_comes_later_whenever_somebody_looked() -> None:
    call = Dialogue().started()
    committed(call, "item_1")
    call.now += 20.0
    assert completed(call, "item_1") == finished(call, "item_1", "timed_out") + late(call, "item_1", "completed")


def test_no_result_until_the_end() -> None:
    call = Dialogue().started()
    committed(call, "item_1")
    committed(call, "item_2")
    completed(call, "item_2")
    assert call.end()[:-1] == finished(call, "item_1", "session_closed")


def test_what_comes_after_the_outcome_is_late() -> None:
    call = Dialogue().started()
    committed(call, "item_1")
    call.wait(15.0)
    assert completed(call, "item_1") == late(call, "item_1", "completed")
    assert failed(call, "item_1", code="x") == late(call, "item_1", "failed")
    assert completed(call, "item_1", "") == late(call, "item_1", "empty")


def test_a_server_that_repeats_itself_as_the_text_grows() -> None:
    call = Dialogue().started()
    assert completed(call, "item_1", "Hello?", status="in_progress") == []
    assert committed(call, "item_1") == [TranscriptionStarted(call.now, "item_1", TRANSCRIBER)]
    assert completed(call, "item_1", "Hello, my name is", status="in_progress") == []
    assert completed(call, "item_1", "Hello, my name is Marcelo.", status="completed") == finished(
        call, "item_1", "completed"
    )
    assert completed(call, "item_1", "Hello, my name is Marcelo.", status="completed") == late(
        call, "item_1", "completed"
    )
    assert completed(call, "item_1", "Hello, my name is Marcelo!", status="in_progress") == []
    assert completed(call, "item_1", "Hello, my name is Marcelo!", status="completed") == []


def test_an_item_that_was_never_announced_counts() -> None:
    call = Dialogue().started()
    assert completed(call, "item_1") == finished(call, "item_1", "completed", announced=False)
    assert committed(call, "item_1") == []
    assert failed(call, "item_2", code="x") == finished(call, "item_2", "failed", code="x", announced=False)


def test_an_item_counts_once_however_often_it_is_announced() -> None:
    call = Dialogue().started()
    committed(call, "item_1")
    assert committed(call, "item_1") == []


def test_nothing_is_awaited_where_the_session_does_not_transcribe() -> None:
    call = Dialogue().started(None)
    assert committed(call, "item_1") == []
    assert len(call.end()) == 1


def test_whether_it_transcribes_is_decided_at_the_commit() -> None:
    call = Dialogue().started()
    committed(call, "item_1")
    call.server("session.updated", session=described("whisper-1"))
    committed(call, "item_2")
    call.server("session.updated", session=described(None))
    assert committed(call, "item_3") == []
    assert completed(call, "item_1") == finished(call, "item_1", "completed")
    assert completed(call, "item_2") == finished(call, "item_2", "completed", model="whisper-1")


def test_a_result_without_a_name_is_that_of_the_oldest() -> None:
    call = Dialogue().started()
    assert committed(call, None) == []
    assert completed(call, None) == finished(call, None, "completed", announced=False)
    committed(call, "item_1")
    committed(call, "item_2")
    assert completed(call, None) == finished(call, "item_1", "completed")


def test_a_result_that_is_too_large_to_be_read_has_text() -> None:
    class Unread(TranscriptionCompleted, frozen=True, gc=False):
        whole = False

    found = list(Transcriptions(Settings("/")).completed(Unread(), 1.0))
    assert found == [TranscriptionFinished(1.0, None, "completed", None, None, None, False)]


def test_the_memory_is_bounded_and_what_leaves_it_has_an_outcome() -> None:
    settings = Settings("/")
    settings.transcribes = True
    transcriptions = Transcriptions(settings, limit=2)
    facts = [
        fact
        for number in range(4)
        for fact in transcriptions.committed(InputCommitted(f"item_{number}"), float(number))
    ]
    assert facts == [
        TranscriptionStarted(0.0, "item_0", None),
        TranscriptionStarted(1.0, "item_1", None),
        TranscriptionStarted(2.0, "item_2", None),
        TranscriptionFinished(2.0, "item_0", "timed_out", None, None, None, True),
        TranscriptionStarted(3.0, "item_3", None),
        TranscriptionFinished(3.0, "item_1", "timed_out", None, None, None, True),
    ]


@pytest.mark.parametrize("dark", [Side.SERVER, None])
def test_where_results_cannot_be_seen_none_is_missed(dark: Side | None) -> None:
    call = Dialogue().started()
    for item_id in ("item_1", "item_2"):
        committed(call, item_id)
    assert call.blind(dark) == [TranscriptionForgotten(call.now, item_id) for item_id in ("item_1", "item_2")]
    assert call.wait(60.0) == []
    assert len(call.end()) == 1


def test_a_dark_client_is_transcribed_all_the_same() -> None:
    call = Dialogue().started()
    committed(call, "item_1")
    assert call.blind(Side.CLIENT) == []
    assert completed(call, "item_1") == finished(call, "item_1", "completed")
