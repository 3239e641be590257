"""What the user gets to hear, and what not."""

from support.dialogue import SERVER_VAD, SIDEBAND
from support.viewed import Viewed, script
from support.viewed_calls import acknowledge, answering, begun, truncate

PRIVATE = "the number of my card"


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
