"""Whole calls, told as a script, and what the page has of them, to the last word."""

import math

from support.dialogue import SERVER_VAD
from support.viewed import Viewed, script
from support.viewed_calls import RESULT, answering, begun
from voicetap.chunks import Side
from voicetap.facts import BytesRelayed, EventReceived, TurnOpened


def clean() -> Viewed:
    """One question, one answer, and a user who hangs up."""
    call = begun()
    for _ in range(5):
        call.append(200)
        call.wait(0.2)
    call.speech("item_1", 1.0)
    call.commit("item_1")
    call.wait(0.05)
    call.begin("resp_1")
    call.wait(0.3)
    call.audio("resp_1", "item_2", 1000)
    call.wait(0.2)
    call.server(f"{RESULT}.completed", item_id="item_1", content_index=0, transcript="Hi")
    call.audio("resp_1", "item_2", 1000)
    call.done(
        "resp_1",
        usage={
            "input_tokens": 100,
            "output_tokens": 50,
            "input_token_details": {"text_tokens": 100},
            "output_token_details": {"audio_tokens": 50},
        },
    )
    call.wait(5)
    call.close_frame(Side.CLIENT)
    call.end()
    return call


def test_a_clean_turn() -> None:
    call = clean()
    assert call.timeline() == script(
        """
        user 2000-2500 'speech' committed of turn 1 [silence 2500-3000]
          item_id=item_1 wait_ms=500.0
        transcription 3000-3550 'gpt-4o-transcribe' completed of turn 1
          item_id=item_1
        response 3050-3550 'vad' completed of turn 1 [wait 3050-3350]
          response_id=resp_1 commit_ms=50.0 first_output_ms=300.0 first_audio_ms=300.0 item_id=item_2
          input_tokens=100 output_tokens=50 cost_usd=0.0036
        playback 3350-5350 'answer' ended of turn 1
          response_id=resp_1 item_id=item_2 generated_ms=2000.0
        turn 1 by speech 2000-5350 completed answered after 850 (350): wait 500 model 300 tools 0 rest 50
        """
    )
    assert call.log() == script(
        """
        1 0 server session.created
        2 1000-1800 client input_audio_buffer.append x5
        3 2000 server input_audio_buffer.speech_started of turn 1
        4 3000 server input_audio_buffer.speech_stopped of turn 1
        5 3000 server input_audio_buffer.committed of turn 1
        6 3050 server response.created of turn 1
        7 3350-3550 server response.output_audio.delta x2 of turn 1
        8 3550 server conversation.item.input_audio_transcription.completed of turn 1
        9 3550 server response.done of turn 1
        """
    )


def untimed() -> Viewed:
    call = Viewed(at=math.nan).started(turn_detection=SERVER_VAD)
    call.append(100)
    call.append(100)
    call.speech("item_1")
    call.commit("item_1")
    call.answer("resp_1")
    call.end(None)
    return call


def test_a_recording_without_times_still_has_an_order() -> None:
    call = untimed()
    assert call.timeline() == script(
        """
        user ?-? 'speech' committed of turn 1
          item_id=item_1
        transcription ?-? 'gpt-4o-transcribe' session_closed of turn 1
          item_id=item_1
        response ?-? 'vad' completed of turn 1
          response_id=resp_1 item_id=item_of_resp_1
        playback ?-? 'answer' ended of turn 1
          response_id=resp_1 item_id=item_of_resp_1 generated_ms=100.0
        turn 1 by speech ?-? completed answered after ? (?): wait ? model ? tools ? rest ?
        """
    )
    assert call.log() == script(
        """
        1 ? server session.created
        2 ? client input_audio_buffer.append x2
        3 ? server input_audio_buffer.speech_started
        4 ? server input_audio_buffer.speech_stopped
        5 ? server input_audio_buffer.committed of turn 1
        6 ? server response.created of turn 1
        7 ? server response.output_audio.delta of turn 1
        8 ? server response.done of turn 1
        """
    )
    assert call.page.summary.duration_ms is None


def abandoned() -> Viewed:
    call = answering(500)
    call.tell(BytesRelayed(call.now + 0.3, Side.SERVER, 1))
    call.sink.close()
    return call


def test_without_a_word_of_the_end_all_ends_when_something_was_heard_last() -> None:
    call = abandoned()
    assert call.timeline() == script(
        """
        user 1000-1500 'speech' committed of turn 1 [silence 1500-2000]
          item_id=item_1 wait_ms=500.0
        transcription 2000-2700 'gpt-4o-transcribe' unknown of turn 1
          item_id=item_1
        response 2000-2700 'vad' unknown of turn 1 [wait 2000-2400]
          response_id=resp_1 commit_ms=0.0 first_output_ms=400.0 first_audio_ms=400.0 item_id=item_2
        playback 2400-2700 'answer' unknown of turn 1
          response_id=resp_1 item_id=item_2
        turn 1 by speech 1000-2700 unknown answered after 900 (400): wait 500 model 400 tools 0 rest 0
        """
    )
    summary = call.page.summary
    assert (summary.state, summary.end, summary.duration_ms) == ("ended", "unknown", 2700.0)


def test_what_comes_after_the_end_changes_nothing() -> None:
    call = clean()
    before, revision = call.timeline(), call.view.revision
    call.tell(EventReceived(call.now, Side.CLIENT, "response.create"), TurnOpened(call.now, 9, "speech", call.now))
    call.sink.close()
    call.end()
    assert (call.timeline(), call.view.revision, call.page.summary.end) == (before, revision, "client_closed")
