import json

import pytest

from voicetap.facts import Tokens, UsageReported
from voicetap.signals.spans.usage import usage_attributes

CACHED_AUDIO = Tokens(
    input=120,
    input_text=20,
    input_audio=100,
    cached=64,
    cached_audio=64,
    output=80,
    output_text=20,
    output_audio=60,
)


def reported(tokens: Tokens, seconds: float | None = None, cost: float | None = None) -> UsageReported:
    return UsageReported(101.0, "response", "resp_1", None, "gpt-realtime", tokens, seconds, cost)


def langfuse(tokens: Tokens) -> object:
    return json.loads(str(usage_attributes(reported(tokens))["langfuse.observation.usage_details"]))


def test_each_dialect_has_its_own_details() -> None:
    assert usage_attributes(reported(CACHED_AUDIO, cost=0.0054176)) == {
        "gen_ai.usage.input_tokens": 120,
        "gen_ai.usage.output_tokens": 80,
        "gen_ai.usage.cache_read.input_tokens": 64,
        "gen_ai.usage.text.input_tokens": 20,
        "gen_ai.usage.audio.input_tokens": 100,  # with those from the cache
        "gen_ai.usage.audio.cache_read.input_tokens": 64,
        "gen_ai.usage.text.output_tokens": 20,
        "gen_ai.usage.audio.output_tokens": 60,
        "gen_ai.usage.cost": 0.0054176,
        "llm.token_count.prompt": 120,
        "llm.token_count.completion": 80,
        "llm.token_count.total": 200,
        "llm.token_count.prompt_details.audio": 36,  # without them
        "llm.token_count.prompt_details.cache_read": 64,
        "llm.token_count.completion_details.audio": 60,
        "llm.cost.total": 0.0054176,
        "langfuse.observation.usage_details": (
            '{"input_text_tokens": 20, "input_audio_tokens": 36, "input_cached_audio_tokens": 64, '
            '"output_text_tokens": 20, "output_audio_tokens": 60}'
        ),
        "langfuse.observation.cost_details": '{"total": 0.0054176}',
    }


def test_totals_that_are_zero_are_told_and_details_are_not() -> None:
    assert usage_attributes(reported(Tokens(input=7, input_text=7))) == {
        "gen_ai.usage.input_tokens": 7,
        "gen_ai.usage.output_tokens": 0,
        "gen_ai.usage.text.input_tokens": 7,
        "llm.token_count.prompt": 7,
        "llm.token_count.completion": 0,
        "llm.token_count.total": 7,
        "langfuse.observation.usage_details": '{"input_text_tokens": 7}',
    }


def test_images_have_a_detail_of_their_own() -> None:
    tokens = Tokens(input=400, input_text=100, input_image=300, cached=50, cached_image=50, output=10, output_text=10)
    found = usage_attributes(reported(tokens))
    assert found["llm.token_count.prompt_details.image"] == 250
    assert found["llm.token_count.prompt_details.cache_read"] == 50
    assert langfuse(tokens) == {
        "input_text_tokens": 100,
        "input_image_tokens": 250,
        "input_cached_image_tokens": 50,
        "output_text_tokens": 10,
    }


def test_reasoning_is_text_to_those_who_price_it() -> None:
    tokens = Tokens(input=5, input_text=5, output=100, output_text=20, output_audio=50, reasoning=30)
    assert usage_attributes(reported(tokens))["gen_ai.usage.reasoning.output_tokens"] == 30
    assert langfuse(tokens) == {"input_text_tokens": 5, "output_text_tokens": 50, "output_audio_tokens": 50}


def test_tokens_of_no_known_modality_are_just_tokens() -> None:
    assert langfuse(Tokens(input=100, output=20)) == {"input": 100, "output": 20}


@pytest.mark.parametrize("cost", [None, 0.000306])
def test_a_transcription_by_time_has_no_tokens(cost: float | None) -> None:
    expected: dict[str, object] = {"voicetap.transcription.billed_seconds": 3.06}
    if cost is not None:
        expected |= {"gen_ai.usage.cost": cost, "llm.cost.total": cost}
        expected["langfuse.observation.cost_details"] = '{"total": 0.000306}'
    assert usage_attributes(reported(Tokens(), 3.06, cost)) == expected


def test_usage_that_says_nothing_is_no_attribute() -> None:
    assert usage_attributes(reported(Tokens())) == {}
