from typing import Any

import pytest

from voicetap.simulator.protocol import Output, Ping, Send
from voicetap.simulator.recorded import Awaited, Said
from voicetap.simulator.subject import Subjects


def event(type: str, **fields: Any) -> dict[str, Any]:
    return {"type": type, **fields}


def awaited(type: str, number: int = 10) -> Awaited:
    return Awaited(0.0, type, {}, number)


@pytest.fixture
def subjects() -> Subjects:
    """An utterance is committed, an answer has begun, and has an item; then the client is asked for something."""
    subjects = Subjects()
    subjects.say(event("input_audio_buffer.committed", item_id="said"))
    subjects.say(event("response.created", response={"id": "resp"}))
    subjects.say(event("response.output_item.added", response_id="resp", item={"id": "answer"}))
    for type in ("conversation.item.create", "response.cancel"):
        subjects.ask(awaited(type, number=len(type)))
    return subjects


CREATE, CANCEL = awaited("conversation.item.create", 24), awaited("response.cancel", 15)


@pytest.mark.parametrize(
    "said",
    [
        event("response.output_audio.delta", response_id="resp"),
        event("response.done", response={"id": "resp"}),
        event("conversation.item.done", item={"id": "answer"}),
        event("conversation.item.input_audio_transcription.completed", item_id="said"),
    ],
)
def test_what_has_begun_goes_on_unless_it_is_ended(subjects: Subjects, said: dict[str, Any]) -> None:
    assert subjects.goes_on_without(Send(said), CREATE)
    assert not subjects.goes_on_without(Send(said), CANCEL)


@pytest.mark.parametrize(
    "output",
    [
        Send(event("response.created", response={"id": "next"})),
        Send(event("conversation.item.done", item={"id": "other"})),
        Send(event("conversation.item.truncated", item_id="answer")),
        Send(event("conversation.item.input_audio_transcription.completed", item_id="later")),
        Send(event("input_audio_buffer.speech_started", item_id="said")),
        Send(event("error", error={})),
        Ping(b""),
    ],
)
def test_everything_else_waits(subjects: Subjects, output: Output) -> None:
    assert not subjects.goes_on_without(output, CREATE)


def test_what_begins_after_it_waits_for_it(subjects: Subjects) -> None:
    subjects.say(event("response.created", response={"id": "late"}))
    assert not subjects.goes_on_without(Send(event("response.done", response={"id": "late"})), CREATE)


def test_the_id_that_an_item_of_the_client_was_given(subjects: Subjects) -> None:
    message = {"type": "message", "role": "user"}
    added = [event("conversation.item.added", item={"id": name, **message}) for name in ("answer", "first", "second")]
    parts = [Said(0.0, Send(one)) for one in added]
    assert subjects.added_for(message, parts, 0) == "first"
    assert subjects.added_for(message, parts, 0) == "second"
    assert subjects.added_for(message, parts, 0) is None


def test_an_item_of_another_kind_is_not_it(subjects: Subjects) -> None:
    parts = [Said(0.0, Send(event("conversation.item.created", item={"id": "x", "type": "function_call"})))]
    assert subjects.added_for({"type": "message"}, parts, 0) is None
