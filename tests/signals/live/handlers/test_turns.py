"""Turns, what is said and done in them, and where their time went."""

from support.dialogue import SERVER_VAD
from support.viewed import Viewed, script
from support.viewed_calls import asked, begun
from voicetap.facts import SpanIds
from voicetap.signals.live import Trouble

PRIVATE = "the number of my card"


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
