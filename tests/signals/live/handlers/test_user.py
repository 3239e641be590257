"""What the user says, and its transcription."""

from support.viewed import Viewed, script
from support.viewed_calls import RESULT, answering, asked, begun
from voicetap.signals.live import Trouble

PRIVATE = "the number of my card"


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
