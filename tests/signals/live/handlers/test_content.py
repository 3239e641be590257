"""What people and models said is shown where that is wanted, and nowhere else."""

import pytest

from support.dialogue import SERVER_VAD
from support.viewed import Viewed, script
from support.viewed_calls import RESULT
from voicetap.chunks import Side
from voicetap.signals.live import LiveView


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
