import math
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
OURS = (TranscriptionStarted, TranscriptionFinished, TranscriptionForgotten, TranscriptionLate)


def ours(facts: list[Fact]) -> list[Fact]:
    """Those of transcription; what else the same events bring is for others to test."""
    return [fact for fact in facts if isinstance(fact, OURS)]


def committed(call: Dialogue, item_id: str | None) -> list[Fact]:
    return ours(call.server("input_audio_buffer.committed", item_id=item_id, previous_item_id=None))


def completed(call: Dialogue, item_id: str | None, transcript: Any = "hello", **more: Any) -> list[Fact]:
    return ours(call.server(f"{PREFIX}.completed", item_id=item_id, content_index=0, transcript=transcript, **more))


def failed(call: Dialogue, item_id: str | None, **error: Any) -> list[Fact]:
    return ours(call.server(f"{PREFIX}.failed", item_id=item_id, content_index=0, error=error))


def waited(call: Dialogue, seconds: float) -> list[Fact]:
    return ours(call.wait(seconds))


def ended(call: Dialogue) -> list[Fact]:
    return ours(call.end())


def finished(
    call: Dialogue,
    item_id: str | None,
    outcome: Any,
    *,
    code: str | None = None,
    message: str | None = None,
    model: str | None = TRANSCRIBER,
    announced: bool = True,
    seconds: float | None = None,
    at: float | None = None,
) -> list[Fact]:
    """The outcome, now if not at another time; a result took no time since the commit if nothing else is said."""
    if outcome in ("completed", "empty") and announced and seconds is None:
        seconds = 0.0
    at = call.now if at is None else at
    return [TranscriptionFinished(at, item_id, outcome, code, message, model, announced, seconds)]


def late(call: Dialogue, item_id: str, outcome: Any, code: str | None = None) -> list[Fact]:
    return [TranscriptionLate(call.now, item_id, outcome, TRANSCRIBER, code)]


def test_completed() -> None:
    call = Dialogue().started()
    assert committed(call, "item_1") == [TranscriptionStarted(call.now, "item_1", TRANSCRIBER)]
    call.wait(0.5)
    assert ours(call.server(f"{PREFIX}.delta", item_id="item_1", delta="hel")) == []
    assert completed(call, "item_1") == finished(call, "item_1", "completed", seconds=0.5)
    assert waited(call, 60.0) == []


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
    assert ours(call.server(f"{PREFIX}.failed", item_id="item_1")) == finished(
        call, "item_1", "failed", code="unknown", announced=False
    )


def test_results_in_another_order_than_the_items() -> None:
    call = Dialogue().started()
    committed(call, "item_1")
    call.wait(1.0)
    committed(call, "item_2")
    assert completed(call, "item_2") == finished(call, "item_2", "completed")
    assert completed(call, "item_1") == finished(call, "item_1", "completed", seconds=1.0)


def test_no_result_for_fifteen_seconds() -> None:
    call = Dialogue().started()
    committed(call, "item_1")
    call.wait(1.0)
    committed(call, "item_2")
    assert waited(call, 13.9) == []
    assert waited(call, 0.1) == finished(call, "item_1", "timed_out")
    assert waited(call, 10.0) == finished(call, "item_2", "timed_out", at=116.0)


def test_time_is_up_before_a_message_that_comes_later_whenever_somebody_looked() -> None:
    call = Dialogue().started()
    committed(call, "item_1")
    call.now += 20.0
    assert completed(call, "item_1") == [
        *finished(call, "item_1", "timed_out", at=115.0),
        *late(call, "item_1", "completed"),
    ]


def test_no_result_until_the_end() -> None:
    call = Dialogue().started()
    committed(call, "item_1")
    committed(call, "item_2")
    completed(call, "item_2")
    assert ended(call) == finished(call, "item_1", "session_closed")


def test_what_comes_after_the_outcome_is_late() -> None:
    call = Dialogue().started()
    committed(call, "item_1")
    call.wait(15.0)
    assert completed(call, "item_1") == late(call, "item_1", "completed")
    assert failed(call, "item_1", code="x") == late(call, "item_1", "failed", "x")
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


def test_a_repeat_is_known_again_whatever_comes_in_between() -> None:
    call = Dialogue().started()
    completed(call, "item_1", "Hello", status="completed")
    assert completed(call, "item_1", "Hello", status="completed") == late(call, "item_1", "completed")
    assert failed(call, "item_1", code="x") == late(call, "item_1", "failed", "x")
    assert completed(call, "item_1", "Hello", status="completed") == []


def test_a_text_that_still_grows_when_it_was_given_up_is_no_result() -> None:
    call = Dialogue().started()
    committed(call, "item_1")
    call.wait(15.0)
    assert completed(call, "item_1", "", status="in_progress") == []
    assert completed(call, "item_1", "Hello", status="completed") == late(call, "item_1", "completed")
    assert completed(call, "item_1", "Hello!", status="in_progress") == late(call, "item_1", "completed")
    assert completed(call, "item_1", "Hello!", status="completed") == []


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
    assert ended(call) == []


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
    assert ours(call.blind(dark)) == [TranscriptionForgotten(call.now, item_id) for item_id in ("item_1", "item_2")]
    assert waited(call, 60.0) == []
    assert ended(call) == []


def test_a_dark_client_is_transcribed_all_the_same() -> None:
    call = Dialogue().started()
    committed(call, "item_1")
    assert ours(call.blind(Side.CLIENT)) == []
    assert completed(call, "item_1") == finished(call, "item_1", "completed")


def test_the_latency_is_that_of_a_result_with_or_without_text() -> None:
    call = Dialogue().started()
    for item_id in ("item_1", "item_2", "item_3"):
        committed(call, item_id)
    call.wait(0.75)
    assert completed(call, "item_1", "") == finished(call, "item_1", "empty", seconds=0.75)
    assert failed(call, "item_2", code="x") == finished(call, "item_2", "failed", code="x")
    assert ended(call) == finished(call, "item_3", "session_closed")


@pytest.mark.parametrize(
    ("logprobs", "confidence"),
    [
        ([{"logprob": 0.0}], 1.0),
        ([{"token": "a", "logprob": math.log(0.5)}, {"token": "b", "logprob": math.log(0.9)}], 0.7),
        ([{"logprob": math.log(0.25)}, {"token": "b"}, {"logprob": None}], 0.25),
        ([{"logprob": -(2**53)}], 0.0),
        ([{"logprob": 2**53}], 1.0),
        ([{"token": "a"}], None),
        ([], None),
        (None, None),
    ],
)
def test_confidence_is_the_mean_probability_of_the_tokens(logprobs: Any, confidence: float | None) -> None:
    call = Dialogue().started()
    committed(call, "item_1")
    (fact,) = completed(call, "item_1", logprobs=logprobs)
    assert isinstance(fact, TranscriptionFinished)
    assert fact.confidence == (None if confidence is None else pytest.approx(confidence))


def test_the_confidence_of_a_cumulative_server_is_that_of_its_final_result() -> None:
    call = Dialogue().started()
    committed(call, "item_1")
    completed(call, "item_1", status="in_progress", logprobs=[{"logprob": math.log(0.1)}])
    (fact,) = completed(call, "item_1", status="completed", logprobs=[{"logprob": math.log(0.8)}])
    assert isinstance(fact, TranscriptionFinished)
    assert fact.confidence == pytest.approx(0.8)


def test_the_model_of_an_item_is_that_of_its_commit() -> None:
    settings = Settings("/")
    settings.transcribes, settings.transcription_model = True, "first"
    transcriptions = Transcriptions(settings)
    list(transcriptions.committed(InputCommitted("item_1"), 1.0))
    settings.transcription_model = "second"
    assert transcriptions.model_of("item_1") == "first"
    list(transcriptions.completed(TranscriptionCompleted("item_1"), 2.0))
    assert transcriptions.model_of("item_1") == "first"
    assert transcriptions.model_of("item_2") == "second"
    assert transcriptions.model_of(None) == "second"


def test_without_times_the_sequence_is_the_same_and_nobody_waits() -> None:
    call = Dialogue(at=math.nan).started()
    for item_id in ("item_1", "item_2", "item_3"):
        committed(call, item_id)
    assert ours(call.wait(1000.0)) == []
    facts = [*completed(call, "item_2"), *failed(call, "item_1", code="x"), *completed(call, "item_1"), *ended(call)]
    assert [(type(fact), fact.item_id, fact.outcome) for fact in facts] == [  # type: ignore[attr-defined]
        (TranscriptionFinished, "item_2", "completed"),
        (TranscriptionFinished, "item_1", "failed"),
        (TranscriptionLate, "item_1", "completed"),
        (TranscriptionFinished, "item_3", "session_closed"),
    ]
    assert {fact.seconds for fact in facts if isinstance(fact, TranscriptionFinished)} == {None}


def test_an_item_whose_time_is_unknown_does_not_keep_the_others_waiting() -> None:
    settings = Settings("/")
    settings.transcribes = True
    transcriptions = Transcriptions(settings)
    list(transcriptions.committed(InputCommitted("item_1"), math.nan))
    list(transcriptions.committed(InputCommitted("item_2"), 1.0))
    assert list(transcriptions.tick(20.0)) == [
        TranscriptionFinished(16.0, "item_2", "timed_out", None, None, None, True)
    ]
    assert list(transcriptions.tick(1000.0)) == []
