"""What a response puts out, by itself; how it stands in a response is in test_response."""

import base64
import json
from random import Random
from typing import Any

import pytest

from voicetap.simulator.audio import PCMU, Format, voice
from voicetap.simulator.identity import Ids
from voicetap.simulator.output import Answer, FunctionCall, Output

Event = dict[str, Any]


def answer(form: Format | None = PCMU) -> Answer:
    return Answer(["That", "is", "so."], 300, 100, 5.0, form, Ids(Random(1)))


def said(output: Output) -> list[Event]:
    """All of its events, without the pauses, up to an end that nothing cuts off."""
    pieces = [step for step in output.go_on() if not isinstance(step, float)]
    return [*output.begin(), *pieces, *output.end("completed")]


def joined(events: list[Event], kind: str) -> str:
    return "".join(event["delta"] for event in events if event["type"] == kind)


def test_a_spoken_answer_comes_in_words_and_audio() -> None:
    output = answer()
    events = said(output)
    assert joined(events, "response.output_audio_transcript.delta") == "That is so."
    audio = [base64.b64decode(e["delta"]) for e in events if e["type"] == "response.output_audio.delta"]
    assert b"".join(audio) == voice(100, PCMU) * 3
    assert output.item.audio_ms == 300
    assert output.item.body["content"] == [{"type": "output_audio", "transcript": "That is so."}]


def test_a_written_one_in_words_alone() -> None:
    output = answer(None)
    events = said(output)
    assert joined(events, "response.output_text.delta") == "That is so."
    assert not [event for event in events if "audio" in event["type"]]
    assert output.item.audio_ms == 0
    assert output.item.body["content"] == [{"type": "output_text", "text": "That is so."}]


@pytest.mark.parametrize("output", [answer(), answer(None), FunctionCall("look_up", Ids(Random(1)))])
def test_what_is_cut_off_is_incomplete(output: Output) -> None:
    list(output.begin())
    next(output.go_on())
    list(output.end("cancelled"))
    assert output.item.body["status"] == "incomplete"


def test_a_function_is_called_with_arguments_that_come_in_pieces() -> None:
    output = FunctionCall("look_up", Ids(Random(1)))
    *deltas, done = said(output)
    assert {event["type"] for event in deltas} == {"response.function_call_arguments.delta"}
    assert len(deltas) > 1
    assert joined(deltas, "response.function_call_arguments.delta") == done["arguments"]
    assert json.loads(done["arguments"])
    assert (done["type"], done["name"]) == ("response.function_call_arguments.done", "look_up")
    assert output.item.body["arguments"] == done["arguments"]
    assert output.item.body["call_id"] == done["call_id"]


def test_a_call_that_is_cut_off_has_no_arguments_to_act_upon() -> None:
    output = FunctionCall("look_up", Ids(Random(1)))
    next(output.go_on())
    assert list(output.end("cancelled")) == []
