"""What backends show of our spans, by the rules that support.backends reads: tokens, cost, nothing twice."""

import json
from collections import Counter
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.trace import ReadableSpan

from support.backends import Attributes, Langfuse, Phoenix
from support.dialogue import SERVER_VAD, Dialogue
from support.spanned import CONNECTION_ID, Spanned
from voicetap.facts import Tokens, UsageReported
from voicetap.prices import load_prices
from voicetap.realtime.usage import Usage
from voicetap.session.usage import counted, partition
from voicetap.signals.spans.usage import usage_attributes

PRICES = load_prices()
MODEL = "gpt-realtime"


# Usage as servers report it


def attributes_of(usage: object, model: str = MODEL) -> Attributes:
    tokens = counted(msgspec.convert(usage, Usage))
    cost = PRICES.response_cost(model, partition(tokens))
    return usage_attributes(UsageReported(101.0, "response", "resp_1", None, model, tokens, None, cost))


CACHED_AUDIO = {
    "input_tokens": 120,
    "output_tokens": 80,
    "input_token_details": {
        "text_tokens": 20,
        "audio_tokens": 100,
        "cached_tokens": 64,
        "cached_tokens_details": {"text_tokens": 0, "audio_tokens": 64},
    },
    "output_token_details": {"text_tokens": 20, "audio_tokens": 60},
}
CACHED_OF_NO_MODALITY = {
    "input_tokens": 120,
    "output_tokens": 80,
    "input_token_details": {"text_tokens": 80, "audio_tokens": 40, "cached_tokens": 96},
    "output_token_details": {"text_tokens": 20, "audio_tokens": 60},
}
REASONING = {
    "input_tokens": 50,
    "output_tokens": 100,
    "input_token_details": {"text_tokens": 10, "audio_tokens": 40},
    "output_token_details": {"text_tokens": 20, "audio_tokens": 50, "reasoning_tokens": 30},
}
IMAGES = {
    "input_tokens": 460,
    "output_tokens": 30,
    "input_token_details": {"text_tokens": 60, "audio_tokens": 0, "image_tokens": 400, "cached_tokens": 40},
    "output_token_details": {"text_tokens": 30},
}
TOTALS_ONLY = {"input_tokens": 100, "output_tokens": 20, "total_tokens": 120}
CACHED_TOTAL_ONLY = {**TOTALS_ONLY, "input_token_details": {"cached_tokens": 30}}


@pytest.mark.parametrize(
    ("usage", "into", "out", "cost"),
    [
        (CACHED_AUDIO, {"input": 20, "audio": 36, "cache_read": 64}, {"output": 20, "audio": 60}, 0.0054176),
        # Text is what is cached first: 80 of it, and 16 of the audio.
        (CACHED_OF_NO_MODALITY, {"audio": 24, "cache_read": 96}, {"output": 20, "audio": 60}, 0.0049664),
        (REASONING, {"input": 10, "audio": 40}, {"output": 50, "audio": 50}, 0.00532),
        (IMAGES, {"input": 20, "cache_read": 40, "image": 400}, {"output": 30}, 0.002576),
        (TOTALS_ONLY, {"input": 100}, {"output": 20}, None),
        (CACHED_TOTAL_ONLY, {"input": 70, "cache_read": 30}, {"output": 20}, None),
    ],
)
def test_phoenix_has_a_price_for_each_token_and_for_none_twice(
    usage: dict[str, Any], into: dict[str, int], out: dict[str, int], cost: float | None
) -> None:
    attributes = attributes_of(usage)
    seen = Phoenix(attributes)
    assert (seen.input, seen.output) == (into, out)
    assert sum(into.values()) == usage["input_tokens"]
    assert sum(out.values()) == usage["output_tokens"]
    # Its prices of gpt-realtime are ours. It charges tokens of unknown modality as text, where we know no cost.
    assert attributes.get("llm.cost.total") == (pytest.approx(cost) if cost is not None else None)
    if cost is not None:
        assert seen.cost(PRICES.prices[MODEL]) == pytest.approx(cost)


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (
            CACHED_AUDIO,
            {
                "input_text_tokens": 20,
                "input_audio_tokens": 36,
                "input_cached_audio_tokens": 64,
                "output_text_tokens": 20,
                "output_audio_tokens": 60,
            },
        ),
        (
            CACHED_OF_NO_MODALITY,
            {
                "input_cached_text_tokens": 80,
                "input_audio_tokens": 24,
                "input_cached_audio_tokens": 16,
                "output_text_tokens": 20,
                "output_audio_tokens": 60,
            },
        ),
        (
            REASONING,
            {
                "input_text_tokens": 10,
                "input_audio_tokens": 40,
                "output_text_tokens": 50,
                "output_audio_tokens": 50,
            },
        ),
        (
            IMAGES,
            {
                "input_text_tokens": 20,
                "input_cached_text_tokens": 40,
                "input_image_tokens": 400,
                "output_text_tokens": 30,
            },
        ),
        (TOTALS_ONLY, {"input": 100, "output": 20}),
    ],
)
def test_langfuse_gets_the_keys_of_its_price_list(usage: dict[str, Any], expected: dict[str, int]) -> None:
    seen = Langfuse(attributes_of(usage))
    assert seen.usage == expected
    assert (seen.tokens("input"), seen.tokens("output")) == (usage["input_tokens"], usage["output_tokens"])


def test_without_our_key_langfuse_would_take_subsets_for_more_tokens() -> None:
    """Why there is a `langfuse.observation.usage_details` at all."""
    attributes = dict(attributes_of(CACHED_AUDIO))
    del attributes["langfuse.observation.usage_details"]
    assert Langfuse(attributes).usage["audio.input_tokens"] == 100
    assert sum(Langfuse(attributes).usage.values()) > 200


def test_without_disjoint_details_phoenix_would_charge_cached_audio_twice() -> None:
    """Why `prompt_details.audio` is not `gen_ai.usage.audio.input_tokens`."""
    attributes = {**attributes_of(CACHED_AUDIO), "llm.token_count.prompt_details.audio": 100}
    assert Phoenix(attributes).cost(PRICES.prices[MODEL]) > 0.0073


def counts(most: int = 10_000) -> st.SearchStrategy[int]:
    return st.integers(0, most)


@st.composite
def consistent(draw: st.DrawFn) -> Tokens:
    """Sums that hold their parts; whether the cached ones have a modality is up to the server."""
    text, audio, image, unknown = (draw(counts()) for _ in range(4))
    cached = [draw(counts(part)) for part in (text, audio, image)]
    told = cached if draw(st.booleans()) else [0, 0, 0]
    reasoning, output_text, output_audio = (draw(counts()) for _ in range(3))
    apart = draw(st.booleans())
    return Tokens(
        input=text + audio + image + unknown,
        input_text=text,
        input_audio=audio,
        input_image=image,
        cached=sum(cached),
        cached_text=told[0],
        cached_audio=told[1],
        cached_image=told[2],
        output=output_text + output_audio + (reasoning if apart else 0),
        output_text=output_text,
        output_audio=output_audio,
        reasoning=reasoning if apart else min(reasoning, output_text),
    )


def reported(tokens: Tokens) -> Attributes:
    cost = PRICES.response_cost(MODEL, partition(tokens))
    return usage_attributes(UsageReported(101.0, "response", "resp_1", None, MODEL, tokens, None, cost))


@given(consistent())
def test_disjoint_details_add_up_to_the_totals(tokens: Tokens) -> None:
    attributes = reported(tokens)
    phoenix, langfuse = Phoenix(attributes), Langfuse(attributes)
    assert sum(phoenix.input.values()) == langfuse.tokens("input") == tokens.input
    assert sum(phoenix.output.values()) == langfuse.tokens("output") == tokens.output


@given(consistent())
def test_subsets_never_exceed_their_totals(tokens: Tokens) -> None:
    usage = {name.removeprefix("gen_ai.usage."): n for name, n in reported(tokens).items() if "gen_ai.usage." in name}
    for side in ("input_tokens", "output_tokens"):
        modalities = sum(usage.get(f"{modality}.{side}", 0) for modality in ("text", "audio", "image"))
        assert modalities <= usage.get(side, 0)
    for modality in ("text", "audio", "image"):
        assert usage.get(f"{modality}.cache_read.input_tokens", 0) <= usage.get(f"{modality}.input_tokens", 0)
    assert usage.get("cache_read.input_tokens", 0) <= usage.get("input_tokens", 0)


@given(consistent())
def test_phoenix_comes_to_our_cost(tokens: Tokens) -> None:
    """Where we know one, and no image was cached: it has one price for whatever comes from the cache."""
    attributes = reported(tokens)
    ours = attributes.get("llm.cost.total")
    if ours is not None and not partition(tokens)["input_image_cached"]:
        assert Phoenix(attributes).cost(PRICES.prices[MODEL]) == pytest.approx(ours)


@given(st.builds(Tokens, **dict.fromkeys(Tokens.__struct_fields__, counts(2**53))))
def test_whatever_servers_report_nothing_is_negative(tokens: Tokens) -> None:
    attributes = reported(tokens)
    phoenix, langfuse = Phoenix(attributes), Langfuse(attributes)
    figures = [*phoenix.input.values(), *phoenix.output.values(), *langfuse.usage.values()]
    assert min(figures, default=0) >= 0
    assert all(n >= 0 for n in attributes.values() if isinstance(n, int | float))


# A whole call

USED = {"type": "tokens", "input_tokens": 20, "input_token_details": {"audio_tokens": 20}, "output_tokens": 5}


def spans_of_a_call() -> list[ReadableSpan]:
    """A spoken turn with a tool and a transcription, and a response that says `"usage": {}`, as xAI's does."""
    call = Dialogue().started(turn_detection=SERVER_VAD)
    call.speech("item_1")
    call.commit("item_1")
    call.begin("resp_1", conversation_id="conv_1")
    call.call("resp_1", "call_1")
    call.done("resp_1", usage=CACHED_AUDIO)
    call.server(
        "conversation.item.input_audio_transcription.completed", item_id="item_1", transcript="Hello", usage=USED
    )
    call.output("call_1")
    call.ask()
    call.begin("resp_2", conversation_id="conv_1")
    call.audio("resp_2", "item_2", 200)
    call.done("resp_2", usage={})
    call.wait(5.0)
    call.end()
    spanned = Spanned().answered()
    spanned.receive(call.facts)
    spanned.sink.close()
    return list(spanned.exported)


def test_every_span_has_its_kind_and_its_session() -> None:
    seen = {}
    for span in spans_of_a_call():
        phoenix, langfuse = Phoenix(span.attributes), Langfuse(span.attributes)
        assert phoenix.session == langfuse.session == CONNECTION_ID
        seen[span.name] = (phoenix.kind, langfuse.kind)
    assert seen == {
        "GET /realtime": ("CHAIN", "CHAIN"),
        "invoke_agent": ("AGENT", "AGENT"),
        "user_speech": ("CHAIN", "CHAIN"),
        "transcription": ("LLM", "GENERATION"),
        f"chat {MODEL}": ("LLM", "GENERATION"),
        "execute_tool get_time": ("TOOL", "TOOL"),
        "realtime_session": ("CHAIN", "CHAIN"),
    }


def test_a_call_adds_up_to_what_was_used_once() -> None:
    spans = spans_of_a_call()
    totals: Counter[str] = Counter()
    for span in spans:
        phoenix, langfuse = Phoenix(span.attributes), Langfuse(span.attributes)
        for side, classes in (("input", phoenix.input), ("output", phoenix.output)):
            assert sum(classes.values()) == langfuse.tokens(side)
            totals[side] += langfuse.tokens(side)
    assert totals == {"input": 120 + 20, "output": 80 + 5}


def test_a_response_without_usage_claims_none() -> None:
    [*_, last] = [span for span in spans_of_a_call() if span.name == f"chat {MODEL}"]
    assert last.attributes["gen_ai.response.id"] == "resp_2"
    assert not [name for name in last.attributes if "usage" in name or "token_count" in name or "cost" in name]


def test_a_transcription_by_time_has_its_cost_in_langfuse() -> None:
    """Phoenix knows prices of tokens only."""
    cost = PRICES.transcription_cost("whisper-1", {}, 30.0)
    attributes = usage_attributes(
        UsageReported(101.0, "transcription", None, "item_1", "whisper-1", Tokens(), 30.0, cost)
    )
    assert (Langfuse(attributes).usage, Langfuse(attributes).cost) == ({}, 0.003)
    assert (Phoenix(attributes).input, Phoenix(attributes).output) == ({}, {})


def test_the_first_audio_is_where_langfuse_reads_it() -> None:
    """It takes a string of JSON, as its own clients send."""
    [*_, last] = [span for span in spans_of_a_call() if span.name == f"chat {MODEL}"]
    told = json.loads(str(last.attributes["langfuse.observation.completion_start_time"]))
    assert told.endswith("Z")
    assert "T" in told
