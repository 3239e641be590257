from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from support.simulated import BRIEF, judged
from voicetap.simulator.conversation import Item
from voicetap.simulator.identity import Ids
from voicetap.simulator.scenario import OVERLOADED, UNINTELLIGIBLE, Scenario
from voicetap.simulator.transcription import transcribe

TYPE = "conversation.item.input_audio_transcription."


def said(audio_ms: int = 2800) -> Item:
    content = [{"type": "input_audio", "transcript": None}]
    body = {"id": "item_1", "type": "message", "status": "completed", "role": "user", "content": content}
    return Item(body, audio_ms)


def run(
    scenario: Scenario, *, model: str = "gpt-4o-transcribe", item: Item | None = None, logprobs: bool = False
) -> list[Any]:
    """The script: pauses, and events with a made-up id; deltas are only counted, at their place."""
    return [
        step if isinstance(step, float) else {"event_id": "event_1", **step}
        for step in transcribe(item or said(), model, scenario, Random(7), Ids(Random(7)), logprobs=logprobs)
    ]


def events(scenario: Scenario, *, model: str = "gpt-4o-transcribe", item: Item | None = None) -> list[dict[str, Any]]:
    return [judged(step) for step in run(scenario, model=model, item=item) if not isinstance(step, float)]


def test_text_comes_word_by_word_and_then_whole() -> None:
    item = said()
    *deltas, completed = events(BRIEF, item=item)
    text = "".join(delta["delta"] for delta in deltas)
    assert {delta["type"] for delta in deltas} == {TYPE + "delta"}
    words = len(text.split())
    assert completed == {
        "event_id": "event_1",
        "type": TYPE + "completed",
        "item_id": "item_1",
        "content_index": 0,
        "transcript": text,
        "usage": {
            "type": "tokens",
            "total_tokens": 28 + words,
            "input_tokens": 28,
            "input_token_details": {"text_tokens": 0, "audio_tokens": 28},
            "output_tokens": words,
        },
    }
    assert item.body["content"] == [{"type": "input_audio", "transcript": text}]


def test_it_waits_before_the_first_word() -> None:
    assert run(BRIEF)[0] == 0.3


@pytest.mark.parametrize("model", ["whisper-1", "gpt-realtime-whisper"])
def test_whisper_is_billed_by_the_started_second(model: str) -> None:
    completed = events(BRIEF, model=model)[-1]
    assert completed["usage"] == {"type": "duration", "seconds": 3}


def test_whisper_1_gives_its_text_at_once() -> None:
    assert len(events(BRIEF, model="whisper-1")) == 2


def test_an_empty_transcript_completes_without_text() -> None:
    [completed] = events(replace(BRIEF, empty_transcript_rate=1.0))
    assert (completed["type"], completed["transcript"]) == (TYPE + "completed", "")


def test_a_failure_is_said_as_the_api_says_it() -> None:
    [failed] = events(replace(BRIEF, transcription_failure_rate=1.0, transcription_failures=(OVERLOADED,)))
    assert failed == {
        "event_id": "event_1",
        "type": TYPE + "failed",
        "item_id": "item_1",
        "content_index": 0,
        "error": {
            "type": "server_error",
            "code": None,
            "message": "Input transcription failed for item 'item_1'. 429 Too Many Requests",
            "param": None,
        },
    }


def test_what_never_comes_is_no_event() -> None:
    assert events(replace(BRIEF, missing_transcription_rate=1.0)) == []


def test_rates_are_met() -> None:
    scenario = Scenario(
        transcription_failure_rate=0.3,
        transcription_failures=(OVERLOADED, UNINTELLIGIBLE),
        empty_transcript_rate=0.2,
        missing_transcription_rate=0.1,
    )
    random, ids = Random(1), Ids(Random(1))
    outcomes: Counter[str] = Counter()
    for _ in range(2000):
        script = transcribe(said(), "gpt-4o-transcribe", scenario, random, ids)
        last = [step for step in script if not isinstance(step, float)][-1:]
        for event in last:
            error = event.get("error")
            outcomes[error["type"] if error else "completed" if event["transcript"] else "empty"] += 1
    shares = {outcome: count / 2000 for outcome, count in outcomes.items()}
    assert shares == pytest.approx(
        {"server_error": 0.15, "transcription_error": 0.15, "empty": 0.2, "completed": 0.4}, abs=0.03
    )


def test_where_it_is_asked_for_each_word_has_its_probability() -> None:
    *deltas, completed = [judged(step) for step in run(BRIEF, logprobs=True) if not isinstance(step, float)]
    assert [delta["logprobs"] for delta in deltas] == [[token] for token in completed["logprobs"]]
    assert "".join(token["token"] for token in completed["logprobs"]) == completed["transcript"]
    assert all(-1 < token["logprob"] < 0 for token in completed["logprobs"])


def test_a_transcript_may_come_once_more() -> None:
    *_, first, again = events(replace(BRIEF, repeated_transcript_rate=1.0))
    assert first == again
    assert first["type"] == TYPE + "completed"
