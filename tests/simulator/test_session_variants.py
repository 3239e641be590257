"""Sessions that a scenario makes different from the API's usual ones: idle timeouts, late responses, other defaults."""

from dataclasses import replace

import pytest

from support.simulated import BRIEF, HEARD, Talk, only, trace
from voicetap.simulator.audio import silence, voice

ANSWER_SECONDS = 1.0


def answered(talk: Talk) -> None:
    """A question, and its whole answer."""
    talk.speak()
    talk.wait(ANSWER_SECONDS)


IDLE = replace(BRIEF, idle_timeout_ms=5000)


class TestSayingNothing:
    """`idle_timeout_ms`: the server speaks to who stays silent."""

    def test_the_silence_becomes_an_item_and_is_answered(self) -> None:
        talk = Talk(IDLE)
        answered(talk)
        talk.hear(silence(6000))
        timeout = only(talk.all, "input_audio_buffer.timeout_triggered")
        assert timeout["audio_end_ms"] - timeout["audio_start_ms"] == pytest.approx(5000, abs=40)
        place = trace(talk.all).index("input_audio_buffer.timeout_triggered")
        assert trace(talk.all)[place + 1 : place + 5] == [*HEARD[2:], "response.created"]
        assert talk.all[-1]["type"] != "error"

    def test_it_begins_when_the_answer_has_been_heard(self) -> None:
        talk = Talk(IDLE)
        answered(talk)
        assert "input_audio_buffer.timeout_triggered" not in trace(talk.wait(5.0))
        assert "input_audio_buffer.timeout_triggered" in trace(talk.wait(1.0))

    def test_whoever_speaks_is_not_idle(self) -> None:
        talk = Talk(IDLE)
        answered(talk)
        talk.wait(3.0)
        talk.hear(voice(200))
        assert "input_audio_buffer.timeout_triggered" not in trace(talk.wait(20.0))

    def test_nor_who_asks_in_writing(self) -> None:
        talk = Talk(IDLE)
        answered(talk)
        talk.wait(3.0)
        talk.send("response.create")
        assert "input_audio_buffer.timeout_triggered" not in trace(talk.wait(4.0))

    def test_the_client_may_switch_it_off(self) -> None:
        talk = Talk(IDLE)
        detection = {"type": "server_vad", "idle_timeout_ms": None}
        talk.send("session.update", session={"type": "realtime", "audio": {"input": {"turn_detection": detection}}})
        answered(talk)
        assert "input_audio_buffer.timeout_triggered" not in trace(talk.wait(60.0))

    def test_it_goes_on_and_on(self) -> None:
        talk = Talk(IDLE)
        answered(talk)
        assert trace(talk.wait(60.0)).count("input_audio_buffer.timeout_triggered") > 5


class TestAnsweringLater:
    LATER = replace(BRIEF, automatic_response_seconds=(1.0, 1.0))

    def test_the_response_waits(self) -> None:
        talk = Talk(self.LATER)
        assert trace(talk.speak()) == HEARD
        assert talk.wait(0.9) == []
        assert trace(talk.wait(0.2)) == ["response.created"]

    def test_who_goes_on_talking_is_answered_once(self) -> None:
        talk = Talk(self.LATER)
        talk.speak()
        talk.speak()
        assert trace(talk.wait(5.0)).count("response.created") == 1

    def test_two_questions_in_one_append_are_answered_once(self) -> None:
        talk = Talk(self.LATER)
        talk.append((voice(600) + silence(200)) * 2)
        assert trace(talk.wait(5.0)).count("response.created") == 1

    def test_whoever_asked_in_the_meantime_is_not_answered_again(self) -> None:
        talk = Talk(self.LATER)
        talk.speak()
        talk.send("response.create")
        assert trace(talk.wait(5.0)).count("response.created") == 0


class TestNewSessions:
    def test_push_to_talk_by_default(self) -> None:
        talk = Talk(replace(BRIEF, turn_detection="none"))
        assert talk.speak() == []
        assert trace(talk.send("input_audio_buffer.commit")) == HEARD[2:]

    def test_semantic_detection_by_default(self) -> None:
        talk = Talk(replace(BRIEF, turn_detection="semantic_vad"))
        assert trace(talk.speak(600, 900)) == HEARD[:1]
        assert trace(talk.hear(silence(200))) == [*HEARD[1:], "response.created"]

    def test_writing_by_default(self) -> None:
        talk = Talk(replace(BRIEF, output_modality="text"))
        talk.speak()
        assert "response.output_text.done" in trace(talk.wait(ANSWER_SECONDS))
