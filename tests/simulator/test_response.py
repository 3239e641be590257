"""What one response says; how it stands in a session is in test_session."""

import base64
from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from support.simulated import BRIEF, judged, only, trace
from voicetap.simulator import settings
from voicetap.simulator.audio import PCM, PCMU, Format, voice
from voicetap.simulator.conversation import Conversation, Item, Tokens
from voicetap.simulator.identity import Ids
from voicetap.simulator.protocol import ApiError
from voicetap.simulator.response import Response
from voicetap.simulator.scenario import BROKEN, LIMITED, Scenario

Event = dict[str, Any]

SPOKEN = [
    "response.output_item.added",
    "conversation.item.added",
    "response.content_part.added",
    *["response.output_audio_transcript.delta", "response.output_audio.delta"] * 5,
    "response.output_audio.done",
    "response.output_audio_transcript.done",
    "response.content_part.done",
    "conversation.item.done",
    "response.output_item.done",
    "response.done",
]


def respond(
    request: Event | None = None,
    *,
    cached: Tokens | None = None,
    scenario: Scenario = BRIEF,
    conversation: Conversation | None = None,
    seed: int = 3,
) -> Response:
    session = settings.new("sess_1", "gpt-realtime", 0, kind="realtime")
    conversation, random, ids = conversation or Conversation(), Random(seed), Ids(Random(3))
    return Response(session, request or {}, conversation, "conv_1", scenario, random, ids, cached or Tokens())


def said(response: Response) -> list[Event]:
    """All of its events, with made-up ids, judged; without the pauses."""
    events = [step for step in response.generate() if not isinstance(step, float)]
    return [judged({"event_id": "event_1", **event}) for event in (response.created(), *events)]


def test_a_spoken_answer() -> None:
    assert trace(said(respond())) == ["response.created", *SPOKEN]


def test_text_is_padded_and_audio_is_not() -> None:
    events = said(respond())
    padded = {e["type"] for e in events if "obfuscation" in e}
    assert padded == {"response.output_audio_transcript.delta"}


def test_a_second_of_audio_comes_in_a_fifth_of_a_second() -> None:
    response = respond()
    pauses = [step for step in response.generate() if isinstance(step, float)]
    assert pauses == [0.5, *[0.04] * 5]


@pytest.mark.parametrize("form", [PCM, PCMU])
def test_the_audio_is_of_the_format_that_was_asked_for(form: Format) -> None:
    events = said(respond({"audio": {"output": {"format": {"type": form.type}}}}))
    audio = b"".join(base64.b64decode(e["delta"]) for e in events if e["type"] == "response.output_audio.delta")
    assert audio == voice(1000, form)


def test_the_transcript_is_the_same_in_pieces_and_whole() -> None:
    events = said(respond())
    pieces = "".join(e["delta"] for e in events if e["type"] == "response.output_audio_transcript.delta")
    done = only(events, "response.done")["response"]
    assert done["output"][0]["content"] == [{"type": "output_audio", "transcript": pieces}]
    assert only(events, "response.output_audio_transcript.done")["transcript"] == pieces
    assert only(events, "response.content_part.done")["part"] == {"type": "audio", "transcript": pieces}


def heard(words: int, audio_ms: int = 0, images: int = 0) -> Conversation:
    """What the user has said before."""
    conversation = Conversation()
    for name, content, ms in (
        ("typed", [{"type": "input_text", "text": "word " * words}, *[{"type": "input_image"}] * images], 0),
        ("spoken", [{"type": "input_audio"}], audio_ms),
    ):
        conversation.add(Item({"id": name, "type": "message", "role": "user", "content": content}, ms))
    return conversation


def test_usage_counts_the_prompt_and_what_was_said() -> None:
    events = said(respond(cached=Tokens(text=130, audio=63), conversation=heard(126, 6300)))
    usage = only(events, "response.done")["response"]["usage"]
    words = len(only(events, "response.output_audio_transcript.done")["transcript"].split())
    assert usage == {
        "total_tokens": 140 + 63 + words + 20,
        "input_tokens": 140 + 63,
        "output_tokens": words + 20,
        "input_token_details": {
            "text_tokens": 140,
            "audio_tokens": 63,
            "image_tokens": 0,
            "cached_tokens": 128,
            "cached_tokens_details": {"text_tokens": 128, "audio_tokens": 0, "image_tokens": 0},
        },
        "output_token_details": {"text_tokens": words, "audio_tokens": 20},
    }


def test_a_written_answer() -> None:
    events = said(respond({"output_modalities": ["text"]}))
    assert trace(events) == [
        "response.created",
        "response.output_item.added",
        "conversation.item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "conversation.item.done",
        "response.output_item.done",
        "response.done",
    ]
    done = only(events, "response.done")["response"]
    assert done["output"][0]["content"] == [
        {"type": "output_text", "text": only(events, "response.output_text.done")["text"]}
    ]
    assert done["usage"]["output_token_details"]["audio_tokens"] == 0


def test_beside_the_conversation_no_item_is_added_to_it() -> None:
    events = said(respond({"conversation": "none", "metadata": {"topic": "check"}}))
    assert not [event for event in events if event["type"].startswith("conversation.")]
    created = only(events, "response.created")["response"]
    assert (created["conversation_id"], created["metadata"]) == (None, {"topic": "check"})


def test_cut_off_before_any_output_it_costs_nothing() -> None:
    response = respond()
    [done] = [judged({"event_id": "event_1", **event}) for event in response.cancel("turn_detected")]
    assert done["response"]["status"] == "cancelled"
    assert done["response"]["status_details"] == {"type": "cancelled", "reason": "turn_detected"}
    assert done["response"]["output"] == []
    assert (done["response"]["usage"]["total_tokens"], response.began) == (0, False)


def test_cut_off_in_the_middle_its_item_is_incomplete() -> None:
    response = respond()
    script = response.generate()
    before = []
    for step in script:
        if not isinstance(step, float):
            before.append(step)
        if trace(before).count("response.output_audio.delta") == 2:
            break
    rest = [judged({"event_id": "event_1", **event}) for event in response.cancel("client_cancelled")]
    assert trace(rest) == SPOKEN[-6:]
    done = only(rest, "response.done")["response"]
    assert (done["status"], done["output"][0]["status"]) == ("cancelled", "incomplete")
    assert done["usage"]["output_token_details"]["audio_tokens"] == 400 // 50


@pytest.mark.parametrize(
    "request_",
    [
        {"output_modalities": ["text", "audio"]},
        {"audio": {"output": {"format": {"type": "audio/mp3"}}}},
        {"audio": []},
        {"tools": {}},
        {"audio": {"output": {"volume": 1}}},
    ],
)
def test_a_request_that_is_wrong(request_: Event) -> None:
    with pytest.raises(ApiError):
        respond(request_)


def test_a_response_that_fails_says_why_and_nothing_else() -> None:
    failures = Counter()
    for seed in range(20):
        created, done = said(respond(scenario=replace(BRIEF, response_failure_rate=1.0), seed=seed))
        assert (created["type"], done["response"]["status"], done["response"]["output"]) == (
            "response.created",
            "failed",
            [],
        )
        assert done["response"]["status_details"]["type"] == "failed"
        failures[done["response"]["status_details"]["error"]["code"]] += 1
    assert failures.keys() == {LIMITED.code, BROKEN.code}


def test_a_model_that_stalls_goes_on_after_a_while() -> None:
    stalling = replace(BRIEF, stall_rate=1.0, stall_seconds=(7.0, 7.0))
    places = set()
    for seed in range(20):
        response = respond(scenario=stalling, seed=seed)
        steps = list(response.generate())
        assert steps.count(7.0) == 1
        said_before = [step["type"] for step in steps[: steps.index(7.0)] if isinstance(step, dict)]
        places.add(said_before.count("response.output_audio.delta"))
        assert trace(step for step in steps if isinstance(step, dict)) == SPOKEN
    assert places == {0, 3}


TOOL = {"type": "function", "name": "look_up", "parameters": {}}
CALLING = replace(BRIEF, tool_call_rate=1.0)


def test_a_function_that_it_is_given_is_called() -> None:
    response = respond({"tools": [TOOL]}, scenario=CALLING)
    events = said(response)
    assert trace(events) == [
        "response.created",
        "response.output_item.added",
        "conversation.item.added",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
        "conversation.item.done",
        "response.output_item.done",
        "response.done",
    ]
    [called] = only(events, "response.done")["response"]["output"]
    done = only(events, "response.function_call_arguments.done")
    assert (called["type"], called["name"], called["status"]) == ("function_call", "look_up", "completed")
    assert (called["call_id"], called["arguments"]) == (done["call_id"], done["arguments"])
    assert not response.spoken


@pytest.mark.parametrize("request_", [{}, {"tools": []}, {"tools": [TOOL], "tool_choice": "none"}])
def test_without_a_function_to_call_it_answers(request_: Event) -> None:
    assert trace(said(respond(request_, scenario=CALLING))) == ["response.created", *SPOKEN]


def test_once_it_has_the_output_it_answers() -> None:
    events = said(respond({"tools": [TOOL]}, scenario=CALLING, conversation=answered()))
    assert trace(events) == ["response.created", *SPOKEN]


def answered() -> Conversation:
    conversation = Conversation()
    call = {"type": "function_call", "call_id": "call_1", "name": "look_up", "arguments": "{}"}
    conversation.add(Item({"id": "item_0", **call}))
    conversation.add(Item({"id": "item_1", "type": "function_call_output", "call_id": "call_1", "output": "42"}))
    return conversation


@pytest.mark.parametrize(
    ("choice", "called"),
    [("required", "look_up"), ({"type": "function", "name": "order"}, "order"), ("auto", None), ("none", None)],
)
def test_a_client_may_ask_for_a_call(choice: object, called: str | None) -> None:
    """It is then made whatever the scenario says, even where there is a result already."""
    request = {"tools": [TOOL, {**TOOL, "name": "order"}], "tool_choice": choice}
    [item] = only(said(respond(request, conversation=answered())), "response.done")["response"]["output"]
    assert item.get("name") == called


def test_the_input_of_a_response_stands_in_the_place_of_the_conversation() -> None:
    typed = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "one two three"}]}
    request = {"conversation": "none", "input": [{"type": "item_reference", "id": "spoken"}, typed]}
    usage = only(said(respond(request, conversation=heard(100, 1000))), "response.done")["response"]["usage"]
    assert usage["input_token_details"] == {
        "text_tokens": 14 + 3,
        "audio_tokens": 10,
        "image_tokens": 0,
        "cached_tokens": 0,
        "cached_tokens_details": {"text_tokens": 0, "audio_tokens": 0, "image_tokens": 0},
    }


@pytest.mark.parametrize(
    ("request_", "code", "param"),
    [
        ({"modalities": ["text"]}, "unknown_parameter", "response.modalities"),
        ({"conversation": "new"}, "invalid_value", "response.conversation"),
        ({"input": ["Hi"]}, "invalid_type", "response.input[0]"),
        ({"input": [{"type": "message"}]}, "missing_required_parameter", "response.input[0].role"),
        ({"input": [{"type": "item_reference", "id": "x"}]}, "item_retrieve_invalid_item_id", None),
        ({"audio": {"output": {"format": {"type": "mp3"}}}}, "invalid_value", "response.audio.output.format.type"),
    ],
)
def test_what_is_wrong_is_named(request_: Event, code: str, param: str | None) -> None:
    with pytest.raises(ApiError) as caught:
        respond(request_)
    assert (caught.value.code, caught.value.param) == (code, param)


@pytest.mark.parametrize("reason", ["max_output_tokens", "content_filter"])
def test_an_answer_may_end_in_the_middle(reason: Any) -> None:
    scenario = replace(BRIEF, incomplete_rate=1.0, incomplete_reasons=(reason,))
    events = said(respond(scenario=scenario))
    done = only(events, "response.done")["response"]
    assert (done["status"], done["status_details"]) == ("incomplete", {"type": "incomplete", "reason": reason})
    assert 0 < trace(events).count("response.output_audio.delta") < 5
    assert done["output"][0]["status"] == "incomplete"


def test_a_client_may_limit_the_answer() -> None:
    events = said(respond({"max_output_tokens": 6}))
    done = only(events, "response.done")["response"]
    assert done["status_details"] == {"type": "incomplete", "reason": "max_output_tokens"}
    assert 6 <= done["usage"]["output_tokens"] < 6 + 4
    assert only(said(respond({"max_output_tokens": 500})), "response.done")["response"]["status"] == "completed"


def test_a_response_may_have_no_output() -> None:
    _, done = said(respond(scenario=replace(BRIEF, empty_response_rate=1.0)))
    assert (done["response"]["status"], done["response"]["output"]) == ("completed", [])


def test_whoever_creates_it_may_know_why_it_fails() -> None:
    response = respond()
    response.failure = LIMITED
    _, done = said(response)
    assert done["response"]["status_details"]["error"]["code"] == "rate_limit_exceeded"


def test_the_prompt_that_was_read_last_time_is_cached_images_too() -> None:
    response = respond(cached=Tokens(64, 128, 765), conversation=heard(100, 20_000, images=2))
    usage = only(said(response), "response.done")["response"]["usage"]
    assert usage["input_token_details"]["cached_tokens_details"] == {
        "text_tokens": 64,
        "audio_tokens": 128,
        "image_tokens": 704,
    }


def test_no_more_is_cached_than_is_read() -> None:
    """Items may have been deleted since."""
    usage = only(said(respond(cached=Tokens(640, 640), conversation=heard(70))), "response.done")["response"]["usage"]
    assert usage["input_token_details"]["cached_tokens_details"]["text_tokens"] == 64
    assert usage["input_token_details"]["cached_tokens_details"]["audio_tokens"] == 0
