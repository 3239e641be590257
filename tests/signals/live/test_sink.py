"""Whole calls, told as a script, and what the page has of them, to the last word."""

import math
from typing import Any

import pytest

from support.dialogue import SERVER_VAD, SIDEBAND
from support.viewed import Viewed, script
from voicetap.chunks import Side
from voicetap.facts import BytesRelayed, EventReceived, GapOpened, SpanIds, TurnOpened
from voicetap.signals.live import LiveView, Trouble

RESULT = "conversation.item.input_audio_transcription"
EXPIRES_AT = 1_795_266_000
PRIVATE = "the number of my card"


def begun(**session: Any) -> Viewed:
    """A second before anybody speaks."""
    call = Viewed().started(**{"turn_detection": SERVER_VAD, **session})
    call.wait(1)
    return call


def asked(**session: Any) -> Viewed:
    """The user has spoken for half a second, and the server has waited for as long."""
    call = begun(**session)
    call.speech("item_1", 1.0)
    call.commit("item_1")
    return call


def answering(milliseconds: float = 1000, **session: Any) -> Viewed:
    """The first audio has come, after 0.4 s."""
    call = asked(**session)
    call.begin("resp_1")
    call.wait(0.4)
    call.server("conversation.item.added", item={"id": "item_2", "type": "message", "role": "assistant"})
    call.audio("resp_1", "item_2", milliseconds)
    return call


def truncate(call: Viewed, heard_ms: int, **more: Any) -> None:
    """The client says how much of the answer was heard."""
    call.client("conversation.item.truncate", item_id="item_2", content_index=0, audio_end_ms=heard_ms, **more)


def acknowledge(call: Viewed, heard_ms: int) -> None:
    call.server("conversation.item.truncated", item_id="item_2", content_index=0, audio_end_ms=heard_ms)


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


def test_what_is_heard_while_the_user_speaks_is_an_entry_of_its_turn() -> None:
    """A microphone never pauses, so that nothing else would part one turn from the next."""
    call = begun()

    def listens() -> None:
        for _ in range(3):
            call.append(200)
            call.wait(0.2)

    listens()
    call.server("input_audio_buffer.speech_started", item_id="item_1")
    listens()
    call.server("input_audio_buffer.speech_stopped", item_id="item_1")
    call.commit("item_1")
    listens()
    call.server("input_audio_buffer.speech_started", item_id="item_2")
    listens()
    assert call.log() == script(
        """
        1 0 server session.created
        2 1000-1400 client input_audio_buffer.append x3
        3 1600 server input_audio_buffer.speech_started of turn 1
        4 1600-2000 client input_audio_buffer.append x3 of turn 1
        5 2200 server input_audio_buffer.speech_stopped of turn 1
        6 2200 server input_audio_buffer.committed of turn 1
        7 2200-2600 client input_audio_buffer.append x3 of turn 1
        8 2800 server input_audio_buffer.speech_started of turn 1
        9 2800-3200 client input_audio_buffer.append x3 of turn 1
        """
    )


def failing() -> Viewed:
    call = answering(500)
    error = {"type": "server_error", "code": "audio_unintelligible", "message": PRIVATE}
    call.server(f"{RESULT}.failed", item_id="item_1", content_index=0, error=error)
    call.done("resp_1")
    call.wait(3)
    return call


def test_a_transcription_that_fails_while_the_answer_is_made() -> None:
    call = failing()
    assert call.timeline() == script(
        """
        user 1000-1500 'speech' committed of turn 1 [silence 1500-2000]
          item_id=item_1 wait_ms=500.0
        transcription 2000-2400 'gpt-4o-transcribe' failed of turn 1
          item_id=item_1 code=audio_unintelligible
        response 2000-2400 'vad' completed of turn 1 [wait 2000-2400]
          response_id=resp_1 commit_ms=0.0 first_output_ms=400.0 first_audio_ms=400.0 item_id=item_2
        playback 2400-2900 'answer' ended of turn 1
          response_id=resp_1 item_id=item_2 generated_ms=500.0
        turn 1 by speech 1000-2900 completed answered after 900 (400): wait 500 model 400 tools 0 rest 0
        """
    )
    assert call.page.summary.troubles == [Trouble("transcription_failed", 1)]
    assert call.page.summary.health == "bad"


def overdue() -> Viewed:
    call = asked()
    call.wait(15.5)
    call.server(f"{RESULT}.completed", item_id="item_1", content_index=0, transcript="Hi")
    return call


def test_a_result_that_comes_after_it_was_given_up_is_late_and_a_result() -> None:
    call = overdue()
    assert call.timeline() == script(
        """
        user 1000-1500 'speech' committed of turn 1 [silence 1500-2000]
          item_id=item_1 wait_ms=500.0
        transcription 2000-17000 'gpt-4o-transcribe' timed_out of turn 1
          item_id=item_1 late=completed
        * dead_air 7000 'speech' bad of turn 1
        turn 1 by speech 1000-? goes on
        """
    )
    assert call.page.summary.troubles == [Trouble("dead_air", 1)], "nothing is missing any more"
    assert call.page.figures.latencies.transcription == [(1, 15500.0)]


def interrupted() -> Viewed:
    call = answering(1000)
    call.wait(0.5)
    call.server("input_audio_buffer.speech_started", item_id="item_3")
    call.wait(0.05)
    call.audio("resp_1", "item_2", 500)
    truncate(call, 450)
    call.done("resp_1", "cancelled", status_details={"type": "cancelled", "reason": "turn_detected"})
    call.wait(0.05)
    acknowledge(call, 450)
    return call


def test_an_answer_that_is_cut_off_while_it_is_made() -> None:
    call = interrupted()
    assert call.timeline() == script(
        """
        user 1000-1500 'speech' committed of turn 1 [silence 1500-2000]
          item_id=item_1 wait_ms=500.0
        transcription 2000- 'gpt-4o-transcribe' of turn 1
          item_id=item_1
        response 2000-2950 'vad' cancelled of turn 1 [wait 2000-2400]
          response_id=resp_1 commit_ms=0.0 first_output_ms=400.0 first_audio_ms=400.0 item_id=item_2
          reason=turn_detected
        playback 2400-2900 'answer' cut of turn 1 [unheard 2900-3950]
          response_id=resp_1 item_id=item_2 generated_ms=1500.0 heard_ms=450 unheard_ms=1050.0
        user 2900- 'speech'
          item_id=item_3
        * interruption 2900 'generating' info playback of turn 1
          cause=turn_detected response_id=resp_1 item_id=item_2 stop_ms=50.0
        * truncation 3000 'acknowledged' info playback of turn 1
          initiator=client item_id=item_2 audio_end_ms=450 generated_ms=1500.0 unheard_ms=1050.0
        turn 1 by speech 1000-? goes on answered after 900 (400): wait 500 model 400 tools 0 rest 0
        """
    )
    assert call.log() == script(
        """
        1 0 server session.created
        2 1000 server input_audio_buffer.speech_started of turn 1
        3 2000 server input_audio_buffer.speech_stopped of turn 1
        4 2000 server input_audio_buffer.committed of turn 1
        5 2000 server response.created of turn 1
        6 2400 server conversation.item.added of turn 1
        7 2400-2950 server response.output_audio.delta x2 of turn 1
        8 2900 server input_audio_buffer.speech_started of turn 1
        9 2950 client conversation.item.truncate of turn 1
        10 2950 server response.done of turn 1 (cancelled: turn_detected)
        11 3000 server conversation.item.truncated of turn 1
        """
    )
    assert call.page.figures.unheard_audio_seconds == 1.05


def cut_while_playing() -> Viewed:
    call = answering(5000)
    call.done("resp_1")
    call.wait(2)
    call.server("input_audio_buffer.speech_started", item_id="item_3")
    call.wait(0.02)
    truncate(call, 1900)
    call.wait(0.03)
    acknowledge(call, 1900)
    call.wait(0.5)
    call.server("input_audio_buffer.speech_stopped", item_id="item_3")
    call.commit("item_3")
    return call


def test_an_answer_that_is_cut_off_while_it_plays_and_the_turn_that_did_it() -> None:
    call = cut_while_playing()
    assert call.timeline() == script(
        """
        user 1000-1500 'speech' committed of turn 1 [silence 1500-2000]
          item_id=item_1 wait_ms=500.0
        transcription 2000- 'gpt-4o-transcribe' of turn 1
          item_id=item_1
        response 2000-2400 'vad' completed of turn 1 [wait 2000-2400]
          response_id=resp_1 commit_ms=0.0 first_output_ms=400.0 first_audio_ms=400.0 item_id=item_2
        playback 2400-4400 'answer' cut of turn 1 [unheard 4400-7500]
          response_id=resp_1 item_id=item_2 generated_ms=5000.0 heard_ms=1900 unheard_ms=3100.0
        user 4400-4450 'speech' committed of turn 2 [silence 4450-4950]
          item_id=item_3 wait_ms=500.0
        * interruption 4400 'playing' info playback of turn 1
          cause=turn_detected response_id=resp_1 item_id=item_2
        * truncation 4450 'acknowledged' info playback of turn 1
          initiator=client item_id=item_2 audio_end_ms=1900 generated_ms=5000.0 unheard_ms=3100.0
        transcription 4950- 'gpt-4o-transcribe' of turn 2
          item_id=item_3
        turn 1 by speech 1000-? goes on answered after 900 (400): wait 500 model 400 tools 0 rest 0
        turn 2 by speech 4400-? goes on
        """
    )
    assert call.log() == script(
        """
        1 0 server session.created
        2 1000 server input_audio_buffer.speech_started of turn 1
        3 2000 server input_audio_buffer.speech_stopped of turn 1
        4 2000 server input_audio_buffer.committed of turn 1
        5 2000 server response.created of turn 1
        6 2400 server conversation.item.added of turn 1
        7 2400 server response.output_audio.delta of turn 1
        8 2400 server response.done of turn 1
        9 4400 server input_audio_buffer.speech_started of turn 2
        10 4420 client conversation.item.truncate of turn 2
        11 4450 server conversation.item.truncated of turn 2
        12 4950 server input_audio_buffer.speech_stopped of turn 2
        13 4950 server input_audio_buffer.committed of turn 2
        """
    )


def cut_again() -> Viewed:
    call = cut_while_playing()
    truncate(call, 1000)
    acknowledge(call, 1000)
    return call


def test_an_answer_cut_off_again_is_heard_less_and_what_was_counted_is_not_counted_again() -> None:
    call = cut_again()
    [answer] = [span for span in call.page.changes().spans if span.lane == "playback"]
    assert [(part.kind, part.start_ms, part.end_ms) for part in answer.parts] == [("unheard", 4400.0, 8400.0)]
    assert call.page.figures.unheard_audio_seconds == 4.0


def rejected() -> Viewed:
    call = answering(1000)
    call.done("resp_1")
    call.wait(0.5)
    truncate(call, 9000, event_id="event_1")
    call.wait(0.03)
    call.error("invalid_value", message=PRIVATE, event_id="event_1")
    return call


def test_a_truncation_that_the_server_rejects() -> None:
    call = rejected()
    assert call.timeline() == script(
        """
        user 1000-1500 'speech' committed of turn 1 [silence 1500-2000]
          item_id=item_1 wait_ms=500.0
        transcription 2000- 'gpt-4o-transcribe' of turn 1
          item_id=item_1
        response 2000-2400 'vad' completed of turn 1 [wait 2000-2400]
          response_id=resp_1 commit_ms=0.0 first_output_ms=400.0 first_audio_ms=400.0 item_id=item_2
        playback 2400-2900 'answer' cut of turn 1
          response_id=resp_1 item_id=item_2 generated_ms=1000.0
        * interruption 2900 'playing' info playback of turn 1
          cause=client_cancelled response_id=resp_1 item_id=item_2
        * error 2930 'invalid_value' warning of turn 1
        * truncation 2930 'rejected' warning playback of turn 1
          initiator=client item_id=item_2 audio_end_ms=9000
        turn 1 by speech 1000-? goes on answered after 900 (400): wait 500 model 400 tools 0 rest 0
        """
    )
    assert call.page.summary.health == "fair"


def with_a_tool() -> Viewed:
    call = asked()
    call.begin("resp_1")
    call.wait(0.4)
    call.call("resp_1", "call_1")
    call.done("resp_1")
    call.wait(0.6)
    call.output("call_1")
    call.wait(0.1)
    call.ask()
    call.wait(0.05)
    call.begin("resp_2")
    call.wait(0.35)
    call.audio("resp_2", "item_3", 1000)
    call.done("resp_2")
    call.wait(4)
    return call


def test_a_round_with_a_tool_and_where_its_two_seconds_went() -> None:
    call = with_a_tool()
    assert call.timeline() == script(
        """
        user 1000-1500 'speech' committed of turn 1 [silence 1500-2000]
          item_id=item_1 wait_ms=500.0
        transcription 2000- 'gpt-4o-transcribe' of turn 1
          item_id=item_1
        response 2000-2400 'vad' completed of turn 1 [wait 2000-2400]
          response_id=resp_1 commit_ms=0.0 first_output_ms=400.0
        tool 2400-3000 'get_time' answered of turn 1
          call_id=call_1 kind=function
        response 3100-3500 'tool' completed of turn 1 [wait 3100-3500]
          response_id=resp_2 first_output_ms=400.0 first_audio_ms=400.0 item_id=item_3
        playback 3500-4500 'answer' ended of turn 1
          response_id=resp_2 item_id=item_3 generated_ms=1000.0
        turn 1 by speech 1000-4500 completed answered after 2000 (1500): wait 500 model 800 tools 600 rest 100
        """
    )
    assert call.page.figures.latencies.tool == [(1, 600.0)]


def with_a_preamble() -> Viewed:
    call = answering(2000)
    call.call("resp_1", "call_1")
    call.done("resp_1")
    call.wait(0.2)
    call.output("call_1")
    call.ask()
    call.begin("resp_2")
    call.wait(0.4)
    call.audio("resp_2", "item_3", 1000)
    call.done("resp_2")
    call.wait(5)
    return call


def test_an_answer_that_waits_behind_another_is_heard_after_it() -> None:
    call = with_a_preamble()
    assert call.timeline() == script(
        """
        user 1000-1500 'speech' committed of turn 1 [silence 1500-2000]
          item_id=item_1 wait_ms=500.0
        transcription 2000- 'gpt-4o-transcribe' of turn 1
          item_id=item_1
        response 2000-2400 'vad' completed of turn 1 [wait 2000-2400]
          response_id=resp_1 commit_ms=0.0 first_output_ms=400.0 first_audio_ms=400.0 item_id=item_2
        playback 2400-4400 'answer' ended of turn 1
          response_id=resp_1 item_id=item_2 generated_ms=2000.0
        tool 2400-2600 'get_time' answered of turn 1
          call_id=call_1 kind=function
        response 2600-3000 'tool' completed of turn 1 [wait 2600-3000]
          response_id=resp_2 first_output_ms=400.0 first_audio_ms=400.0 item_id=item_3
        playback 4400-5400 'answer' ended of turn 1
          response_id=resp_2 item_id=item_3 generated_ms=1000.0
        turn 1 by speech 1000-5400 completed answered after 900 (400): wait 500 model 400 tools 0 rest 0
        """
    )
    assert call.log() == script(
        """
        1 0 server session.created
        2 1000 server input_audio_buffer.speech_started of turn 1
        3 2000 server input_audio_buffer.speech_stopped of turn 1
        4 2000 server input_audio_buffer.committed of turn 1
        5 2000 server response.created of turn 1
        6 2400 server conversation.item.added of turn 1
        7 2400 server response.output_audio.delta of turn 1
        8 2400 server response.function_call_arguments.done of turn 1
        9 2400 server response.done of turn 1
        10 2600 client conversation.item.create of turn 1
        11 2600 client response.create of turn 1
        12 2600 server response.created of turn 1
        13 3000 server response.output_audio.delta of turn 1
        14 3000 server response.done of turn 1
        """
    )


def cut_with_another_behind() -> Viewed:
    call = answering(2000)
    call.call("resp_1", "call_1")
    call.done("resp_1")
    call.output("call_1")
    call.ask()
    call.begin("resp_2")
    call.wait(0.4)
    call.audio("resp_2", "item_3", 1000)
    call.done("resp_2")
    call.server("input_audio_buffer.speech_started", item_id="item_4")
    return call


def test_one_that_is_cut_off_before_it_was_heard_has_no_length() -> None:
    call = cut_with_another_behind()
    assert call.timeline() == script(
        """
        user 1000-1500 'speech' committed of turn 1 [silence 1500-2000]
          item_id=item_1 wait_ms=500.0
        transcription 2000- 'gpt-4o-transcribe' of turn 1
          item_id=item_1
        response 2000-2400 'vad' completed of turn 1 [wait 2000-2400]
          response_id=resp_1 commit_ms=0.0 first_output_ms=400.0 first_audio_ms=400.0 item_id=item_2
        playback 2400-2800 'answer' cut of turn 1
          response_id=resp_1 item_id=item_2 generated_ms=2000.0
        tool 2400-2400 'get_time' answered of turn 1
          call_id=call_1 kind=function
        response 2400-2800 'tool' completed of turn 1 [wait 2400-2800]
          response_id=resp_2 first_output_ms=400.0 first_audio_ms=400.0 item_id=item_3
        user 2800- 'speech'
          item_id=item_4
        playback 2800-2800 'answer' cut of turn 1
          response_id=resp_2 item_id=item_3 generated_ms=1000.0
        * interruption 2800 'playing' info playback of turn 1
          cause=turn_detected response_id=resp_1 item_id=item_2
        * interruption 2800 'playing' info playback of turn 1
          cause=turn_detected response_id=resp_2 item_id=item_3
        turn 1 by speech 1000-? goes on answered after 900 (400): wait 500 model 400 tools 0 rest 0
        """
    )


def unanswered() -> Viewed:
    call = begun()
    call.error("server_error", message=PRIVATE)
    call.speech("item_1", 1.0)
    call.commit("item_1")
    call.wait(40)
    return call


def test_dead_air_and_then_silence() -> None:
    call = unanswered()
    assert call.timeline() == script(
        """
        user 1000-1500 'speech' committed of turn 1 [silence 1500-2000]
          item_id=item_1 wait_ms=500.0
        * error 1000 'server_error' warning
        transcription 2000-17000 'gpt-4o-transcribe' timed_out of turn 1
          item_id=item_1
        * dead_air 7000 'speech' bad of turn 1
        * silent 31000 'silent' bad of turn 1
        turn 1 by speech 1000-? goes on
        """
    )
    kinds = ["silent", "dead_air", "transcription_missing", "error"]
    assert call.page.summary.troubles == [Trouble(kind, 1) for kind in kinds]
    assert call.page.summary.health == "bad"


def starved() -> Viewed:
    call = answering(500)
    call.wait(0.7)
    call.audio("resp_1", "item_2", 500)
    call.done("resp_1")
    call.wait(3)
    return call


def test_playback_that_runs_out_of_audio() -> None:
    call = starved()
    assert call.timeline() == script(
        """
        user 1000-1500 'speech' committed of turn 1 [silence 1500-2000]
          item_id=item_1 wait_ms=500.0
        transcription 2000- 'gpt-4o-transcribe' of turn 1
          item_id=item_1
        response 2000-3100 'vad' completed of turn 1 [wait 2000-2400]
          response_id=resp_1 commit_ms=0.0 first_output_ms=400.0 first_audio_ms=400.0 item_id=item_2
        playback 2400-3600 'answer' ended of turn 1 [underrun 2900-3100]
          response_id=resp_1 item_id=item_2 underruns=1 generated_ms=1000.0
        turn 1 by speech 1000-3600 completed answered after 900 (400): wait 500 model 400 tools 0 rest 0
        """
    )


def refused() -> Viewed:
    call = Viewed()
    call.wait(0.2)
    call.error("invalid_api_key")
    call.close_frame(Side.SERVER, 3000, PRIVATE)
    call.end(Side.SERVER)
    return call


def test_a_session_that_the_server_refuses() -> None:
    call = refused()
    assert call.timeline() == script(
        """
        * error 200 'invalid_api_key' warning
        * start_failed 200 'refused' bad
          code=invalid_api_key
        """
    )
    summary = call.page.summary
    assert (summary.state, summary.end, summary.health) == ("refused", "refused", "bad")
    assert (summary.close.code, summary.close.by) == (3000, "server") if summary.close else False


def turned_away() -> Viewed:
    call = Viewed(handshake="connect_error")
    call.sink.close()
    return call


def test_a_client_that_is_turned_away() -> None:
    call = turned_away()
    assert call.timeline() == script(
        """
        * start_failed 0 'connect_error' bad
        """
    )
    summary = call.page.summary
    assert (summary.state, summary.end, summary.close, summary.health) == ("refused", "connect_error", None, "bad")
    assert summary.troubles == [Trouble("start_failed", 1)]
    assert summary.trace_id == "0" * 31 + "1"


def expired() -> Viewed:
    call = begun(expires_at=EXPIRES_AT)
    call.wait(10)
    call.error("session_expired")
    call.close_frame(Side.SERVER, 1001)
    call.end(Side.SERVER)
    return call


def test_a_session_that_expires() -> None:
    call = expired()
    assert call.timeline() == script(
        """
        * error 11000 'session_expired' warning
        """
    )
    summary = call.page.summary
    assert (summary.state, summary.end, summary.duration_ms) == ("ended", "expired", 11000.0)
    assert (summary.started_at, summary.expires_at) == ("2026-11-21T12:00:00.000Z", "2026-11-21T13:00:00.000Z")
    assert summary.troubles == [Trouble("expired", 1), Trouble("error", 1)]


def push_to_talk() -> Viewed:
    call = begun(turn_detection=None)
    for _ in range(2):
        call.append(500)
        call.wait(0.5)
    call.push_to_talk("item_1")
    call.ask()
    call.wait(0.02)
    call.begin("resp_1")
    call.wait(0.4)
    call.audio("resp_1", "item_2", 800)
    call.done("resp_1")
    call.wait(3)
    return call


def test_push_to_talk_is_known_when_it_is_committed() -> None:
    call = push_to_talk()
    assert call.timeline() == script(
        """
        user 1000-2000 'speech' committed of turn 1
          item_id=item_1
        transcription 2000- 'gpt-4o-transcribe' of turn 1
          item_id=item_1
        response 2000-2420 'client' completed of turn 1 [wait 2000-2420]
          response_id=resp_1 first_output_ms=420.0 first_audio_ms=420.0 item_id=item_2
        playback 2420-3220 'answer' ended of turn 1
          response_id=resp_1 item_id=item_2 generated_ms=800.0
        turn 1 by speech 1000-3220 completed answered after 420 (?): wait ? model 420 tools 0 rest 0
        """
    )
    assert call.log() == script(
        """
        1 0 server session.created
        2 1000-1500 client input_audio_buffer.append x2 of turn 1
        3 2000 client input_audio_buffer.commit of turn 1
        4 2000 server input_audio_buffer.committed of turn 1
        5 2000 client response.create of turn 1
        6 2020 server response.created of turn 1
        7 2420 server response.output_audio.delta of turn 1
        8 2420 server response.done of turn 1
        """
    )


def written() -> Viewed:
    call = begun(transcription=None, turn_detection=None)
    call.write("Hello")
    call.wait(0.1)
    call.ask()
    call.wait(0.1)
    call.begin("resp_1")
    call.wait(0.3)
    call.text("resp_1", "item_2")
    call.wait(0.5)
    call.done("resp_1")
    call.wait(3)
    return call


def test_a_turn_in_writing() -> None:
    call = written()
    assert call.timeline() == script(
        """
        user 1000-1100 'text' committed of turn 1
        response 1100-2000 'client' completed of turn 1 [wait 1100-1500]
          response_id=resp_1 first_output_ms=400.0
        turn 1 by text 1000-2000 completed
        """
    )


def sideband() -> Viewed:
    call = Viewed(SIDEBAND).started(turn_detection=SERVER_VAD)
    call.wait(1)
    call.speech("item_1", 1.0)
    call.commit("item_1")
    call.begin("resp_1")
    call.wait(0.4)
    call.server("output_audio_buffer.started", response_id="resp_1")
    call.wait(0.2)
    call.done("resp_1")
    call.wait(2)
    call.server("output_audio_buffer.stopped", response_id="resp_1")
    call.wait(3)
    return call


def test_on_a_sideband_the_server_says_what_is_heard() -> None:
    call = sideband()
    assert call.timeline() == script(
        """
        user 1000-1500 'speech' committed of turn 1 [silence 1500-2000]
          item_id=item_1 wait_ms=500.0
        transcription 2000- 'gpt-4o-transcribe' of turn 1
          item_id=item_1
        response 2000-2600 'vad' completed of turn 1 [wait 2000-2600]
          response_id=resp_1 commit_ms=0.0
        playback 2400-4600 'answer' ended of turn 1
          response_id=resp_1
        turn 1 by speech 1000-4600 completed answered after 900 (400): wait 500 model 400 tools 0 rest 0
        """
    )


def overlapping() -> Viewed:
    call = begun(turn_detection={**SERVER_VAD, "interrupt_response": False, "create_response": False})
    call.speech("item_1", 1.0)
    call.commit("item_1")
    call.ask()
    call.begin("resp_1")
    call.wait(0.4)
    call.audio("resp_1", "item_2", 3000)
    call.done("resp_1")
    call.wait(1)
    call.speech("item_3", 0.8)
    call.wait(4)
    return call


def test_a_user_who_speaks_over_an_answer_that_goes_on() -> None:
    call = overlapping()
    assert call.timeline() == script(
        """
        user 1000-1500 'speech' committed of turn 1 [silence 1500-2000]
          item_id=item_1 wait_ms=500.0
        transcription 2000- 'gpt-4o-transcribe' of turn 1
          item_id=item_1
        response 2000-2400 'client' completed of turn 1 [wait 2000-2400]
          response_id=resp_1 first_output_ms=400.0 first_audio_ms=400.0 item_id=item_2
        playback 2400-5400 'answer' ended of turn 1
          response_id=resp_1 item_id=item_2 generated_ms=3000.0
        user 3400-3700 'speech' [silence 3700-4200]
          item_id=item_3 wait_ms=500.0
        * overlap 3400 'overlap' info user of turn 1
          response_id=resp_1
        turn 1 by speech 1000-5400 completed answered after 900 (400): wait 500 model 400 tools 0 rest 0
        """
    )


def apart() -> Viewed:
    call = begun()
    call.ask(conversation="none")
    call.wait(0.1)
    call.begin("resp_1", conversation_id=None)
    call.wait(0.3)
    call.text("resp_1", "item_1")
    call.wait(0.2)
    call.done("resp_1", conversation_id=None)
    call.wait(3)
    return call


def test_a_response_out_of_band_is_of_no_turn() -> None:
    call = apart()
    assert call.timeline() == script(
        """
        response 1000-1600 'client' completed [wait 1000-1400]
          response_id=resp_1 first_output_ms=400.0
        """
    )


def senseless() -> Viewed:
    call = begun()
    for _ in range(3):
        call.raw(Side.CLIENT, {"type": "x.y"})
        call.raw(Side.CLIENT, "{")
        call.done("resp_9")
        call.wait(0.1)
    call.wait(1)
    call.raw(Side.CLIENT, {"type": f"I say {PRIVATE}"})
    return call


def test_what_makes_no_sense_is_told_once_a_second() -> None:
    call = senseless()
    assert call.timeline() == script(
        """
        response 1000-1000 'unknown' completed
          response_id=resp_9
        * unknown 1000 'x.y' info
          sender=client count=3
        * malformed 1000 'json' warning
          sender=client count=3
        * surprise 1000 'unknown_id' info
          type=response.done detail=response: done while absent
        * surprise 1100 'order' info
          type=response.done detail=response: done while done count=2
        * unknown 2300 'elided' info
          sender=client
        """
    )
    assert call.log() == script(
        """
        1 0 server session.created
        2 1000-1200 client x.y x3 (unknown)
        3 1000-1200 client malformed x3 (malformed: json)
        4 1000 server response.done
        5 1100 server response.done
        6 1200 server response.done
        7 2300 client elided (unknown)
        """
    )
    troubles = [Trouble("malformed", 3), Trouble("surprise", 3), Trouble("unknown", 4)]
    assert call.page.summary.troubles == troubles


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


def blinded() -> Viewed:
    call = answering(500)
    call.tell(GapOpened(call.now, Side.SERVER, "framing"))
    call.blind(Side.SERVER)
    call.wait(3)
    return call


def test_where_the_server_is_not_understood_any_more_nothing_goes_on() -> None:
    call = blinded()
    assert call.timeline() == script(
        """
        user 1000-1500 'speech' committed of turn 1 [silence 1500-2000]
          item_id=item_1 wait_ms=500.0
        transcription 2000-2400 'gpt-4o-transcribe' forgotten of turn 1
          item_id=item_1
        response 2000-2400 'vad' unknown of turn 1 [wait 2000-2400]
          response_id=resp_1 commit_ms=0.0 first_output_ms=400.0 first_audio_ms=400.0 item_id=item_2
        playback 2400-2400 'answer' unknown of turn 1
          response_id=resp_1 item_id=item_2
        * gap 2400 'framing' warning of turn 1
          sender=server
        turn 1 by speech 1000-2400 unknown answered after 900 (400): wait 500 model 400 tools 0 rest 0
        """
    )


def with_a_gap() -> Viewed:
    call = answering(500)
    call.tell(GapOpened(call.now, Side.SERVER, "inflate"))
    call.wait(0.1)
    call.audio("resp_1", "item_2", 500)
    call.done("resp_1")
    call.wait(3)
    return call


def test_what_goes_on_behind_a_gap_after_all_has_the_end_that_it_has() -> None:
    call = with_a_gap()
    assert call.timeline() == script(
        """
        user 1000-1500 'speech' committed of turn 1 [silence 1500-2000]
          item_id=item_1 wait_ms=500.0
        transcription 2000-2400 'gpt-4o-transcribe' unknown of turn 1
          item_id=item_1
        response 2000-2500 'vad' completed of turn 1 [wait 2000-2400]
          response_id=resp_1 commit_ms=0.0 first_output_ms=400.0 first_audio_ms=400.0 item_id=item_2
        playback 2400-3400 'answer' ended of turn 1
          response_id=resp_1 item_id=item_2 generated_ms=1000.0
        * gap 2400 'inflate' warning of turn 1
          sender=server
        turn 1 by speech 1000-3400 completed answered after 900 (400): wait 500 model 400 tools 0 rest 0
        """
    )


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


def with_content() -> Viewed:
    call = Viewed(content=True).started(turn_detection=SERVER_VAD)
    call.wait(1)
    call.write("I have typed this.")
    call.speech("item_1", 1.0)
    call.commit("item_1")
    call.server(f"{RESULT}.completed", item_id="item_1", content_index=0, transcript="And said this.")
    call.begin("resp_1")
    call.wait(0.4)
    call.audio("resp_1", "item_2", 1000)
    names = {"response_id": "resp_1", "item_id": "item_2"}
    call.server("response.output_audio_transcript.done", **names, transcript="Let me look. My key is sk-abcdef123456.")
    call.server("response.output_text.done", **names, content_index=1, text="One moment.")
    call.call("resp_1", "call_1")
    call.done("resp_1")
    call.output("call_1")
    call.error("server_error", message="It was said by Alice.")
    return call


def test_with_content_it_stands_in_the_details() -> None:
    call = with_content()
    assert call.timeline() == script(
        """
        user 1000-1500 'speech' committed of turn 1 [silence 1500-2000]
          item_id=item_1 wait_ms=500.0 text=I have typed this. And said this.
        transcription 2000-2000 'gpt-4o-transcribe' completed of turn 1
          item_id=item_1 text=And said this.
        response 2000-2400 'vad' completed of turn 1 [wait 2000-2400]
          response_id=resp_1 commit_ms=0.0 first_output_ms=400.0 first_audio_ms=400.0 item_id=item_2
          text=Let me look. My key is …elided. One moment.
        playback 2400- 'answer' of turn 1
          response_id=resp_1 item_id=item_2 text=Let me look. My key is …elided. One moment.
          generated_ms=1000.0
        tool 2400-2400 'get_time' answered of turn 1
          call_id=call_1 kind=function arguments={} output={}
        * error 2400 'server_error' warning of turn 1
          message=It was said by Alice.
        turn 1 by speech 1000-? goes on answered after 900 (400): wait 500 model 400 tools 0 rest 0
        """
    )


def test_what_comes_after_the_end_changes_nothing() -> None:
    call = clean()
    before, revision = call.timeline(), call.view.revision
    call.tell(EventReceived(call.now, Side.CLIENT, "response.create"), TurnOpened(call.now, 9, "speech", call.now))
    call.sink.close()
    call.end()
    assert (call.timeline(), call.view.revision, call.page.summary.end) == (before, revision, "client_closed")


def test_everything_stands_in_the_trace_of_its_turn() -> None:
    call = Viewed().started(turn_detection=SERVER_VAD)
    call.wait(1)
    call.ids.current = SpanIds("a" * 32, "b" * 16)
    call.speech("item_1", 1.0)
    call.commit("item_1")
    call.begin("resp_1")
    call.audio("resp_1", "item_2", 100)
    call.call("resp_1", "call_1")
    call.ids.current = SpanIds("c" * 32, "d" * 16)
    call.begin("resp_2", conversation_id=None)
    changes = call.page.changes()
    assert {span.trace_id for span in changes.spans if span.turn == 1} == {"a" * 32}
    assert [turn.trace_id for turn in changes.turns] == ["a" * 32]


@pytest.mark.parametrize("content", [False, True])
def test_without_content_no_word_of_it_is_anywhere(content: bool) -> None:
    """Facts may tell what was said, for spans or recordings; the page has to be asked for it."""
    words = {"spoken": "zebra", "written": "giraffe", "answer": "leopard", "message": "buffalo", "arguments": "rhino"}
    call = Viewed(content=True, view=LiveView(content=content)).started(instructions="Say elephant.")
    call.write(words["written"])
    call.speech("item_1")
    call.commit("item_1")
    error = {"type": "server_error", "code": f"code {words['message']}", "message": words["message"]}
    call.server(f"{RESULT}.completed", item_id="item_1", content_index=0, transcript=words["spoken"])
    call.begin("resp_1")
    names = {"response_id": "resp_1", "item_id": "item_2"}
    call.server("response.output_text.done", **names, content_index=0, text=words["answer"])
    called = {**names, "call_id": "call_1", "name": "get time", "arguments": '{"of": "rhino"}'}
    call.server("response.function_call_arguments.done", **called)
    call.done("resp_1", "failed", status_details={"type": "failed", "error": error})
    call.error(words["message"] + " is what they said", message=words["message"])
    call.close_frame(Side.SERVER, 1000, words["message"])
    call.end()
    shown = repr((call.page.changes(), call.page.summary, call.page.configuration, call.page.events()))
    assert sorted(word for word in words.values() if word in shown) == (sorted(words.values()) if content else [])
    assert "elephant" not in shown
