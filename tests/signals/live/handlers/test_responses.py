"""What the model makes, cut off, out of band, or one after another."""

from support.viewed import Viewed, script
from support.viewed_calls import acknowledge, answering, begun, truncate


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
