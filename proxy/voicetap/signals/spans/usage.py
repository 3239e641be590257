"""Tokens and cost as attributes: once in OpenTelemetry's words, once in OpenInference's, once in Langfuse's.

Phoenix prices every detail of OpenInference's by itself and the rest as text, so these have to be disjoint, while
OpenTelemetry's are subsets of the totals. Langfuse takes the keys of its own price list.
"""

import json

from ...facts import Tokens, UsageReported
from ...session.usage import partition
from . import semconv as s
from .attributes import Attributes


def usage_attributes(fact: UsageReported) -> Attributes:
    """The attributes of a span that has used something: `chat` and `transcription`, and no other, or backends would
    count it twice."""
    attributes: Attributes = {}
    tokens = fact.tokens
    if tokens.input or tokens.output:
        attributes |= _gen_ai(tokens) | _openinference(tokens) | {s.LANGFUSE_USAGE: json.dumps(_langfuse(tokens))}
    if fact.seconds is not None:
        attributes[s.TRANSCRIPTION_BILLED_SECONDS] = fact.seconds
    if fact.cost_usd is not None:
        attributes[s.USAGE_COST] = fact.cost_usd
        attributes[s.LLM_COST] = fact.cost_usd
        attributes[s.LANGFUSE_COST] = json.dumps({"total": fact.cost_usd})
    return attributes


def _gen_ai(tokens: Tokens) -> Attributes:
    """The totals always; of the details those that are not 0."""
    details = {
        "cache_read.input_tokens": tokens.cached,
        "text.input_tokens": tokens.input_text,
        "audio.input_tokens": tokens.input_audio,
        "image.input_tokens": tokens.input_image,
        "text.cache_read.input_tokens": tokens.cached_text,
        "audio.cache_read.input_tokens": tokens.cached_audio,
        "image.cache_read.input_tokens": tokens.cached_image,
        "text.output_tokens": tokens.output_text,
        "audio.output_tokens": tokens.output_audio,
        "reasoning.output_tokens": tokens.reasoning,
    }
    found: Attributes = {s.USAGE + "input_tokens": tokens.input, s.USAGE + "output_tokens": tokens.output}
    return found | {s.USAGE + name: count for name, count in details.items() if count}


def _openinference(tokens: Tokens) -> Attributes:
    parts = partition(tokens)
    cached = sum(count for name, count in parts.items() if name.endswith("_cached"))
    found: Attributes = {
        s.TOKENS_PROMPT: tokens.input,
        s.TOKENS_COMPLETION: tokens.output,
        s.TOKENS_TOTAL: tokens.input + tokens.output,
    }
    details = {
        s.TOKENS_PROMPT_AUDIO: parts["input_audio"],
        s.TOKENS_PROMPT_IMAGE: parts["input_image"],
        s.TOKENS_PROMPT_CACHED: cached,
        s.TOKENS_COMPLETION_AUDIO: parts["output_audio"],
    }
    return found | {name: count for name, count in details.items() if count}


_LANGFUSE = {
    "input_text_tokens": ("input_text",),
    "input_cached_text_tokens": ("input_text_cached",),
    "input_audio_tokens": ("input_audio",),
    "input_cached_audio_tokens": ("input_audio_cached",),
    "input_image_tokens": ("input_image",),
    "input_cached_image_tokens": ("input_image_cached",),
    "input": ("input_unknown",),
    "output_text_tokens": ("output_text",),
    "output_audio_tokens": ("output_audio",),
    "output": ("output_unknown",),
}
"""The keys are those of its own price lists; `input` and `output` are the ones that nearly every model has there."""


def _langfuse(tokens: Tokens) -> dict[str, int]:
    parts = partition(tokens)
    counts = {key: sum(parts[kind] for kind in kinds) for key, kinds in _LANGFUSE.items()}
    return {key: count for key, count in counts.items() if count}
