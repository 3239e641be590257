"""Conversations as traces: what a client sends, and what comes of it, under a clock that stands still by itself."""

import json
from typing import Any

import pytest

from support.simulated import HEARD, MANUAL, TRANSCRIBING, Talk, error_of, only, trace
from voicetap.simulator.audio import PCMU, silence, voice

CUT_OFF = [
    "response.output_audio.done",
    "response.output_audio_transcript.done",
    "response.content_part.done",
    "conversation.item.done",
    "response.output_item.done",
    "response.done",
]
QUESTION = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Well?"}]}
SECONDS_TO_AUDIO = 0.5
ANSWER_SECONDS = 1.0


@pytest.fixture
def talk() -> Talk:
    return Talk()


def answered(talk: Talk) -> str:
    """A question, its whole answer; the answer's item."""
    talk.speak()
    return str(only(talk.wait(ANSWER_SECONDS), "response.output_item.done")["item"]["id"])


def half_answered(talk: Talk) -> str:
    """A question, and 400 of the 1,000 ms of its answer; the answer's item."""
    talk.speak()
    return str(only(talk.wait(SECONDS_TO_AUDIO + 0.05), "response.output_item.added")["item"]["id"])


class TestSpeaking:
    def test_a_session_begins_by_itself(self, talk: Talk) -> None:
        [created] = talk.all
        assert created["type"] == "session.created"
        assert created["session"]["id"] == talk.session.id
        assert created["session"]["expires_at"] == 1_700_003_600

    def test_a_spoken_turn(self, talk: Talk) -> None:
        """The order is that of a recorded session of gpt-realtime."""
        talk.send("session.update", session=TRANSCRIBING)
        assert trace(talk.speak(600, 200)) == [*HEARD, "response.created"]
        later = trace(talk.wait(ANSWER_SECONDS))
        heard = [kind for kind in later if kind.startswith("conversation.item.input_audio_transcription")]
        assert (heard[0], heard[-1]) == (
            "conversation.item.input_audio_transcription.delta",
            "conversation.item.input_audio_transcription.completed",
        )
        assert [kind for kind in later if kind not in heard] == [
            "response.output_item.added",
            "conversation.item.added",
            "response.content_part.added",
            *["response.output_audio_transcript.delta", "response.output_audio.delta"] * 5,
            *CUT_OFF,
            "rate_limits.updated",
        ]
        assert only(talk.all, "response.done")["response"]["status"] == "completed"

    def test_probabilities_of_words_where_the_session_includes_them(self, talk: Talk) -> None:
        talk.send("session.update", session=TRANSCRIBING | {"include": ["item.input_audio_transcription.logprobs"]})
        talk.speak(600, 200)
        events = talk.wait(ANSWER_SECONDS)
        assert only(events, "conversation.item.input_audio_transcription.completed")["logprobs"]

    def test_positions_are_of_written_audio_with_padding_and_silence(self, talk: Talk) -> None:
        events = talk.hear(silence(1000)) + talk.speak(600, 200)
        assert only(events, "input_audio_buffer.speech_started")["audio_start_ms"] == 700
        assert only(events, "input_audio_buffer.speech_stopped")["audio_end_ms"] == 1800

    def test_the_item_is_announced_before_it_exists(self, talk: Talk) -> None:
        events = talk.speak()
        announced = only(events, "input_audio_buffer.speech_started")["item_id"]
        item = only(events, "conversation.item.added")["item"]
        assert item == {
            "id": announced,
            "type": "message",
            "status": "completed",
            "role": "user",
            "content": [{"type": "input_audio", "transcript": None}],
        }

    def test_items_follow_each_other(self, talk: Talk) -> None:
        answer = answered(talk)
        events = talk.speak()
        assert only(events, "input_audio_buffer.committed")["previous_item_id"] == answer
        assert only(events, "conversation.item.added")["previous_item_id"] == answer

    def test_a_question_in_one_append_is_a_question(self, talk: Talk) -> None:
        assert trace(talk.append(voice(600) + silence(200))) == [*HEARD, "response.created"]

    def test_two_questions_in_one_append_cut_the_first_answer_off_at_its_beginning(self, talk: Talk) -> None:
        question = voice(600) + silence(200)
        events = talk.append(question + question)
        first, *second = HEARD
        assert trace(events) == [*HEARD, "response.created", first, "response.done", *second, "response.created"]

    def test_telephone_audio(self, talk: Talk) -> None:
        form = {"type": PCMU.type}
        audio = {"input": {"format": form}, "output": {"format": form}}
        talk.send("session.update", session={"type": "realtime", "audio": audio})
        assert trace(talk.hear(voice(600, PCMU) + silence(200, PCMU), PCMU)) == [*HEARD, "response.created"]

    def test_without_automatic_responses_the_client_asks_for_one(self, talk: Talk) -> None:
        detection = {"type": "server_vad", "create_response": False}
        session = {"type": "realtime", "audio": {"input": {"turn_detection": detection}}}
        talk.send("session.update", session=session)
        assert trace(talk.speak()) == HEARD
        assert trace(talk.wait(5)) == []
        assert trace(talk.send("response.create")) == ["response.created"]

    def test_rate_limits_follow_a_moment_after_the_response(self, talk: Talk) -> None:
        talk.send("response.create")
        assert talk.wait(SECONDS_TO_AUDIO + 5 * 0.04 + 0.001)[-1]["type"] == "response.done"
        assert trace(talk.wait(0.05)) == ["rate_limits.updated"]


class TestInterrupting:
    def test_speech_cuts_off_what_is_being_generated(self, talk: Talk) -> None:
        half_answered(talk)
        events = talk.append(voice(100))
        assert trace(events) == ["input_audio_buffer.speech_started", *CUT_OFF]
        done = only(events, "response.done")["response"]
        assert done["status_details"] == {"type": "cancelled", "reason": "turn_detected"}
        assert trace(talk.wait(5)) == ["rate_limits.updated"]

    def test_speech_before_any_output_leaves_an_empty_response(self, talk: Talk) -> None:
        talk.speak()
        events = talk.append(voice(100))
        assert trace(events) == ["input_audio_buffer.speech_started", "response.done"]
        assert only(events, "response.done")["response"]["output"] == []
        assert talk.wait(5) == []

    def test_speech_may_be_forbidden_to_interrupt(self, talk: Talk) -> None:
        detection = {"type": "server_vad", "interrupt_response": False}
        session = {"type": "realtime", "audio": {"input": {"turn_detection": detection}}}
        talk.send("session.update", session=session)
        half_answered(talk)
        assert trace(talk.append(voice(100) + silence(200))) == HEARD
        assert only(talk.wait(5), "response.done")["response"]["status"] == "completed"

    def test_the_client_cancels(self, talk: Talk) -> None:
        half_answered(talk)
        events = talk.send("response.cancel")
        assert trace(events) == CUT_OFF
        assert only(events, "response.done")["response"]["status_details"]["reason"] == "client_cancelled"

    def test_there_may_be_nothing_to_cancel(self, talk: Talk) -> None:
        answered(talk)
        expected = ("response_cancel_not_active", "Cancellation failed: no active response found")
        assert error_of(talk.send("response.cancel")) == expected
        assert error_of(talk.send("response.cancel", response_id="resp_1")) == expected


class TestTruncating:
    def test_the_client_says_how_much_was_heard(self, talk: Talk) -> None:
        cut = {"item_id": answered(talk), "content_index": 0, "audio_end_ms": 640}
        [truncated] = talk.send("conversation.item.truncate", **cut)
        assert truncated == {
            "type": "conversation.item.truncated",
            "event_id": truncated["event_id"],
            **cut,
        }

    def test_it_cannot_have_heard_more_than_there_is(self, talk: Talk) -> None:
        cut = {"item_id": answered(talk), "content_index": 0, "audio_end_ms": 1001}
        assert error_of(talk.send("conversation.item.truncate", **cut)) == (
            "invalid_value",
            "Audio content of 1000ms is already shorter than 1001ms",
        )

    def test_what_is_still_being_generated_counts_as_far_as_it_has_come(self, talk: Talk) -> None:
        cut = {"item_id": half_answered(talk), "content_index": 0, "audio_end_ms": 401}
        talk.append(voice(20))
        assert error_of(talk.send("conversation.item.truncate", **cut))[1].startswith("Audio content of 400ms")

    def test_only_answers_are_truncated(self, talk: Talk) -> None:
        question = only(talk.speak(), "input_audio_buffer.committed")["item_id"]
        cut = {"item_id": question, "content_index": 0, "audio_end_ms": 100}
        assert error_of(talk.send("conversation.item.truncate", **cut))[0] == "unsupported_content_type"

    def test_an_error_names_the_event_that_it_answers(self, talk: Talk) -> None:
        cut = {"item_id": "item_1", "content_index": 0, "audio_end_ms": 100}
        [error] = talk.send("conversation.item.truncate", event_id="cut_1", **cut)
        assert error["error"] == {
            "type": "invalid_request_error",
            "code": "item_truncate_invalid_item_id",
            "message": "Error truncating item: the item with id 'item_1' does not exist.",
            "param": None,
            "event_id": "cut_1",
        }


class TestPushToTalk:
    @pytest.fixture
    def talk(self) -> Talk:
        talk = Talk()
        talk.send("session.update", session=MANUAL)
        return talk

    def test_the_client_commits_and_asks(self, talk: Talk) -> None:
        assert talk.speak() == []
        assert trace(talk.send("input_audio_buffer.commit")) == HEARD[2:]
        assert trace(talk.send("response.create")) == ["response.created"]

    def test_an_empty_buffer_cannot_be_committed(self, talk: Talk) -> None:
        talk.append(voice(50))
        assert error_of(talk.send("input_audio_buffer.commit")) == (
            "input_audio_buffer_commit_empty",
            "Error committing input audio buffer: buffer too small."
            " Expected at least 100ms of audio, but buffer only has 50.00ms of audio.",
        )

    def test_a_cleared_buffer_is_empty(self, talk: Talk) -> None:
        talk.speak()
        assert trace(talk.send("input_audio_buffer.clear")) == ["input_audio_buffer.cleared"]
        assert error_of(talk.send("input_audio_buffer.commit"))[0] == "input_audio_buffer_commit_empty"

    def test_a_commit_while_the_detector_hears_speech(self) -> None:
        talk = Talk()
        announced = only(talk.hear(voice(600)), "input_audio_buffer.speech_started")["item_id"]
        events = talk.send("input_audio_buffer.commit")
        assert trace(events) == HEARD[2:]
        assert only(events, "input_audio_buffer.committed")["item_id"] == announced


class TestAsking:
    def test_in_writing(self, talk: Talk) -> None:
        events = talk.send("conversation.item.create", item=QUESTION)
        assert trace(events) == ["conversation.item.added", "conversation.item.done"]
        assert events[0]["item"] == {"id": events[0]["item"]["id"], "status": "completed", **QUESTION}
        talk.send("response.create")
        assert only(talk.wait(ANSWER_SECONDS), "response.done")["response"]["status"] == "completed"

    def test_items_are_retrieved_and_deleted(self, talk: Talk) -> None:
        talk.send("conversation.item.create", item={"id": "mine", **QUESTION})
        [retrieved] = talk.send("conversation.item.retrieve", item_id="mine")
        assert (retrieved["type"], retrieved["item"]["id"]) == ("conversation.item.retrieved", "mine")
        [deleted] = talk.send("conversation.item.delete", item_id="mine")
        assert (deleted["type"], deleted["item_id"]) == ("conversation.item.deleted", "mine")
        assert error_of(talk.send("conversation.item.retrieve", item_id="mine"))[0] == "item_retrieve_invalid_item_id"
        assert error_of(talk.send("conversation.item.delete", item_id="mine"))[0] == "item_delete_invalid_item_id"

    def test_for_one_response_at_a_time(self, talk: Talk) -> None:
        first = only(talk.send("response.create"), "response.created")["response"]["id"]
        assert error_of(talk.send("response.create")) == (
            "conversation_already_has_active_response",
            f"Conversation already has an active response in progress: {first}."
            " Wait until the response is finished before creating a new one.",
        )
        assert trace(talk.wait(SECONDS_TO_AUDIO + 0.21))[-1] == "response.done"
        assert trace(talk.send("response.create")) == ["response.created"]

    def test_for_another_beside_the_conversation(self, talk: Talk) -> None:
        talk.send("response.create")
        talk.send("response.create", response={"conversation": "none", "output_modalities": ["text"]})
        done = [event["response"] for event in talk.wait(2) if event["type"] == "response.done"]
        assert sorted((one["conversation_id"] is None, one["output_modalities"]) for one in done) == [
            (False, ["audio"]),
            (True, ["text"]),
        ]

    def test_in_a_session_that_writes(self, talk: Talk) -> None:
        talk.send("session.update", session={"type": "realtime", "output_modalities": ["text"]})
        talk.speak()
        assert "response.output_text.done" in trace(talk.wait(ANSWER_SECONDS))


class TestConfiguring:
    def test_an_update_is_confirmed(self, talk: Talk) -> None:
        [updated] = talk.send("session.update", session={"type": "realtime", "instructions": "Be brief."})
        assert (updated["type"], updated["session"]["instructions"]) == ("session.updated", "Be brief.")

    def test_a_rejected_update_changes_nothing(self, talk: Talk) -> None:
        before = talk.all[0]["session"]
        wrong = {"type": "realtime", "instructions": "Be brief.", "temperature": 1}
        assert error_of(talk.send("session.update", session=wrong))[0] == "unknown_parameter"
        [updated] = talk.send("session.update", session={"type": "realtime"})
        assert updated["session"] == before

    def test_the_voice_stays_once_it_was_heard(self, talk: Talk) -> None:
        answered(talk)
        change = {"type": "realtime", "audio": {"output": {"voice": "ash"}}}
        assert error_of(talk.send("session.update", session=change))[0] == "cannot_update_voice"

    def test_a_transcription_session_transcribes_and_answers_nothing(self) -> None:
        talk = Talk(kind="transcription")
        talk.send("session.update", session={**TRANSCRIBING, "type": "transcription"})
        assert trace(talk.speak()) == HEARD
        assert trace(talk.wait(5))[-1] == "conversation.item.input_audio_transcription.completed"
        assert error_of(talk.send("response.create"))[0] == "invalid_value"


class TestRepeating:
    def conversation(self, seed: str) -> list[dict[str, Any]]:
        talk = Talk(seed=seed)
        talk.send("session.update", session=TRANSCRIBING)
        for _ in range(3):
            talk.speak()
            talk.wait(ANSWER_SECONDS)
        return talk.all

    def test_equal_seeds_give_equal_sessions(self) -> None:
        assert json.dumps(self.conversation("1")) == json.dumps(self.conversation("1"))

    def test_other_seeds_give_others(self) -> None:
        assert json.dumps(self.conversation("1")) != json.dumps(self.conversation("2"))

    def test_what_responses_draw_moves_no_transcription(self) -> None:
        def transcripts(talk: Talk) -> list[str]:
            talk.send("session.update", session=TRANSCRIBING)
            for _ in range(4):
                talk.speak()
                talk.wait(ANSWER_SECONDS)
            return [event["transcript"] for event in talk.all if event["type"].endswith("transcription.completed")]

        plain, busy = Talk(), Talk()
        for _ in range(5):
            busy.send("response.create", response={"conversation": "none"})
        assert transcripts(plain) == transcripts(busy)

    def test_it_makes_no_difference_how_often_anybody_looks(self) -> None:
        def said(steps: int) -> list[tuple[str, Any]]:
            talk = Talk()
            talk.send("session.update", session=TRANSCRIBING)
            talk.append(voice(600) + silence(200))
            for _ in range(steps):
                talk.wait(2 / steps)
            return [(event["type"], event.get("delta")) for event in talk.all]

        assert said(1) == said(64)
