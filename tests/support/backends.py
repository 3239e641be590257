"""What backends make of a span's attributes, by their own rules: each is read here as its source has it.

Phoenix 20.26.1: trace/otel.py, trace/gen_ai/conversion.py, server/cost_tracking/cost_details_calculator.py; that it is
read right shows tests/end_to_end/test_phoenix.py. Langfuse: packages/shared/src/server/otel/ObservationTypeMapper.ts
and OtelIngestionProcessor.ts.
"""

import json
from collections.abc import Mapping
from typing import Any

from voicetap.prices import Price

Attributes = Mapping[str, Any]

# Phoenix

_CONVERTED = {
    "gen_ai.usage.input_tokens": "llm.token_count.prompt",
    "gen_ai.usage.output_tokens": "llm.token_count.completion",
    "gen_ai.usage.cache_read.input_tokens": "llm.token_count.prompt_details.cache_read",
}
_PRICED_IN = {
    "input": "input_text",
    "audio": "input_audio",
    "cache_read": "input_text_cached",
    "image": "input_image",
}
_PRICED_OUT = {"output": "output_text", "audio": "output_audio"}
"""Its classes, by the names that our table has for their prices; one that has no price is charged as text."""


class Phoenix:
    """What it shows of one span."""

    def __init__(self, attributes: Attributes) -> None:
        # What OpenTelemetry's names say is taken only where OpenInference's say nothing.
        found = {new: attributes[old] for old, new in _CONVERTED.items() if old in attributes} | dict(attributes)
        self.kind = found.get("openinference.span.kind", "UNKNOWN")
        self.session = found.get("session.id")
        self.input = _classes(found, "prompt", "input")
        self.output = _classes(found, "completion", "output")

    def cost(self, price: Price) -> float:
        """US dollars; every class is charged by itself."""
        into = sum(count * getattr(price, _PRICED_IN.get(name, "input_text")) for name, count in self.input.items())
        out = sum(count * getattr(price, _PRICED_OUT.get(name, "output_text")) for name, count in self.output.items())
        return float(into + out) / 1_000_000


def _classes(attributes: Attributes, side: str, rest: str) -> dict[str, int]:
    prefix = f"llm.token_count.{side}_details."
    classes = {name.removeprefix(prefix): max(0, n) for name, n in attributes.items() if name.startswith(prefix)}
    left = attributes.get(f"llm.token_count.{side}", 0) - sum(classes.values())
    return classes | ({rest: left} if left > 0 else {})


# Langfuse

_KINDS = {
    "openinference.span.kind": {"LLM": "GENERATION", "CHAIN": "CHAIN", "AGENT": "AGENT", "TOOL": "TOOL"},
    "gen_ai.operation.name": {"chat": "GENERATION", "invoke_agent": "AGENT", "execute_tool": "TOOL"},
}
_MODELS = ("gen_ai.request.model", "gen_ai.response.model", "llm.model_name")
_MERGED = {"input_tokens": "input", "output_tokens": "output", "prompt": "input", "completion": "output"}


class Langfuse:
    """What it makes of one span."""

    def __init__(self, attributes: Attributes) -> None:
        self.kind = _observation(attributes)
        self.session = attributes.get("langfuse.session.id") or attributes.get("session.id")
        own = attributes.get("langfuse.observation.usage_details")
        self.usage: dict[str, int] = json.loads(own) if own else _merged(attributes)
        own = attributes.get("langfuse.observation.cost_details")
        self.cost: float | None = json.loads(own)["total"] if own else attributes.get("gen_ai.usage.cost")

    def tokens(self, side: str) -> int:
        """Those shown as `input` or `output`: the sum of what is named so."""
        return sum(count for name, count in self.usage.items() if name.startswith(side))


def _observation(attributes: Attributes) -> str:
    for name, kinds in _KINDS.items():
        if attributes.get(name) in kinds:
            return kinds[attributes[name]]
    if attributes.get("gen_ai.tool.name") or attributes.get("gen_ai.tool.call.id"):
        return "TOOL"
    return "GENERATION" if any(attributes.get(name) for name in _MODELS) else "SPAN"


def _merged(attributes: Attributes) -> dict[str, int]:
    found = {}
    for name, value in attributes.items():
        if name.startswith(("gen_ai.usage.", "llm.token_count.")) and name != "gen_ai.usage.cost":
            key = name.removeprefix("gen_ai.usage.").removeprefix("llm.token_count.")
            found[_MERGED.get(key, key)] = value
    return found
