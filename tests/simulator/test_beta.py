"""The beta's names and shapes; that the SDK's types of the beta accept all of it is in test_conformance."""

import base64
from dataclasses import replace
from typing import Any

import pytest

from support.simulated import BRIEF
from voicetap.simulator.audio import silence, voice
from voicetap.simulator.beta import from_beta, to_beta
from voicetap.simulator.calls import dressed
from voicetap.simulator.protocol import Close, Send, read
from voicetap.simulator.session import Session

Event = dict[str, Any]

OLD = replace(BRIEF, dialect="beta", tokens_per_minute=200)


class Talk:
    """A session of the beta on a clock that the test turns."""

    def __init__(self, kind: str = "realtime") -> None:
        self.now = 10.0
        session = Session("gpt-4o-realtime-preview", OLD, "1", began=10.0, at=10.0, created=0, kind=kind)
        self.peer = dressed(session, OLD, "1", 10.0)
        self.first = self._events(self.peer.begin())

    def send(self, type: str, **fields: Any) -> list[Event]:
        return self._events(self.peer.receive({"type": type, **fields}, self.now))

    def wait(self, seconds: float) -> list[Event]:
        self.now += seconds
        return self._events(self.peer.advance(self.now))

    def _events(self, outputs: Any) -> list[Event]:
        return [output.event for output in outputs if isinstance(output, Send)]


def test_a_session_is_flat() -> None:
    [created] = Talk().first
    session = created["session"]
    assert session["modalities"] == ["audio", "text"]
    assert (session["input_audio_format"], session["output_audio_format"]) == ("pcm16", "pcm16")
    assert session["turn_detection"]["type"] == "server_vad"
    assert (session["input_audio_transcription"], session["max_response_output_tokens"]) == (None, "inf")
    assert not {"audio", "output_modalities", "type", "include"} & session.keys()


def test_it_is_updated_in_the_same_shape() -> None:
    talk = Talk()
    change = {
        "modalities": ["text"],
        "voice": "ash",
        "input_audio_format": "g711_ulaw",
        "output_audio_format": "pcm16",
        "input_audio_transcription": {"model": "whisper-1"},
        "turn_detection": None,
        "temperature": 0.6,
        "max_response_output_tokens": 100,
    }
    [updated] = talk.send("session.update", session=change)
    session = updated["session"]
    assert {name: session[name] for name in change} == change | {
        "temperature": 0.8,
        "input_audio_transcription": {"model": "whisper-1", "language": None, "prompt": None},
    }


def test_a_transcription_session() -> None:
    talk = Talk("transcription")
    assert talk.first[0]["type"] == "transcription_session.created"
    [updated] = talk.send("transcription_session.update", session={"input_audio_transcription": {"model": "whisper-1"}})
    assert updated["type"] == "transcription_session.updated"


def test_a_spoken_turn() -> None:
    talk = Talk()
    audio = voice(600) + silence(200)
    heard = talk.send("input_audio_buffer.append", audio=base64.b64encode(audio).decode())
    assert [event["type"] for event in heard] == [
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        "conversation.item.created",
        "response.created",
        "rate_limits.updated",
    ]
    events = talk.wait(2)
    assert list(dict.fromkeys(event["type"] for event in events)) == [
        "response.output_item.added",
        "conversation.item.created",
        "response.content_part.added",
        "response.audio_transcript.delta",
        "response.audio.delta",
        "response.audio.done",
        "response.audio_transcript.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.done",
    ]
    assert not any("obfuscation" in event for event in events)
    [item] = events[-1]["response"]["output"]
    assert item["content"][0]["type"] == "audio"
    assert events[-1]["response"]["modalities"] == ["audio", "text"]


def test_limits_are_those_of_the_last_response() -> None:
    talk = Talk()
    left = []
    for _ in range(2):
        _, limits = talk.send("response.create", response={"modalities": ["text"]})
        left.append(limits["rate_limits"][0]["remaining"])
        talk.wait(5)
    assert left[0] == 200 > left[1]


def test_answers_of_the_past_have_its_content_types() -> None:
    talk = Talk()
    content = [{"type": "text", "text": "Yes."}]
    [created] = talk.send("conversation.item.create", item={"type": "message", "role": "assistant", "content": content})
    assert (created["type"], created["item"]["content"]) == ("conversation.item.created", content)


@pytest.mark.parametrize(
    "event",
    [
        {"type": "session.update", "session": "x"},
        {"type": "session.update", "session": {"modalities": 1, "input_audio_format": [], "voice": None}},
        {"type": "response.create", "response": []},
        {"type": "conversation.item.create", "item": {"role": "assistant", "content": [1, {}]}},
        {"type": 1},
    ],
)
def test_a_wrong_event_is_answered_not_stumbled_over(event: Event) -> None:
    outputs = Talk().peer.receive(event, 10.0)
    assert [output.event["type"] for output in outputs if isinstance(output, Send)] == ["error"]


def test_what_is_no_event_is_answered() -> None:
    assert Talk().peer.receive(read("nonsense"), 10.0)[0].event["error"]["code"] == "invalid_json"  # type: ignore[union-attr]


def test_its_time_is_up_as_ever() -> None:
    talk = Talk()
    outputs = talk.peer.advance(10.0 + OLD.session_seconds)
    assert isinstance(outputs[-1], Close)
    assert talk.peer.due is None


def test_unknown_formats_stay_to_be_refused() -> None:
    assert from_beta({"type": "session.update", "session": {"input_audio_format": "mp3"}})["session"] == {
        "type": "realtime",
        "audio": {"input": {"format": {"type": "mp3"}}},
    }


def test_the_name_of_a_function_is_not_told_twice() -> None:
    done = {"type": "response.function_call_arguments.done", "name": "f", "arguments": "{}"}
    assert to_beta(done) == {"type": done["type"], "arguments": "{}"}
