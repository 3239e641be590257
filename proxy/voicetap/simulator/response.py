"""A response: from `response.created` over paced deltas to `response.done`, or to where somebody cuts it off."""

from collections.abc import Iterator
from random import Random

from . import settings
from .agenda import Script
from .conversation import Conversation, Item, Tokens
from .identity import Ids
from .output import Answer, FunctionCall, Output
from .protocol import Event, optional
from .scenario import Failure, Scenario

_ANSWERS = (
    "Of course, let me have a look at that for you.",
    "I have found two of them, and the second one is available from Monday on.",
    "That would be forty-two euros, shipping included, and it arrives on Friday.",
    "I am afraid that this one is sold out, but there is another in blue, if you like.",
)
_INSTRUCTION_TOKENS = 14
_CACHE_BLOCK = 64
"""Prompts are cached in blocks of so many tokens."""


class Response:
    """One response of the model; it owns its output item, which joins the conversation when output begins."""

    def __init__(
        self,
        session: Event,
        request: Event,
        conversation: Conversation,
        conversation_id: str,
        scenario: Scenario,
        random: Random,
        ids: Ids,
        cached: Tokens,
    ) -> None:
        """`request` is the `response` of a `response.create`; `cached` is the prompt that was read last time."""
        settings.check_modalities("response.output_modalities", request)
        output = optional(optional(request, "audio", dict) or {}, "output", dict) or {}
        settings.check_output(output)
        self.id = ids.new("resp")
        self.in_conversation = request.get("conversation", "auto") != "none"
        self._conversation = conversation
        self._scenario = scenario
        self._ids = ids
        modalities = request.get("output_modalities") or session["output_modalities"]
        spoken = session["audio"]["output"] | {name: value for name, value in output.items() if value}
        self._described = {
            "conversation_id": conversation_id if self.in_conversation else None,
            "output_modalities": modalities,
            "max_output_tokens": request.get("max_output_tokens", session["max_output_tokens"]),
            "audio": {"output": {"format": spoken["format"], "voice": spoken["voice"]}},
            "metadata": request.get("metadata"),
        }
        self._seconds_to_output = random.uniform(*scenario.response_seconds)
        audio_ms = round(random.uniform(*scenario.reply_ms) / scenario.delta_ms) * scenario.delta_ms
        words = random.choice(_ANSWERS).split()
        self._failure: Failure | None = None
        if _drawn(scenario.response_failure_rate, random):
            self._failure = random.choice(scenario.response_failures)
        self._stalls_after: int | None = None
        """Pieces of audio."""
        if _drawn(scenario.stall_rate, random):
            self._stalls_after = random.choice((0, 3))
            self._stall_seconds = random.uniform(*scenario.stall_seconds)
        form = settings.format_of(spoken) if modalities == ["audio"] else None
        self._planned: Output = Answer(words, audio_ms, scenario.delta_ms, scenario.generation_speed, form, ids)
        functions = _functions(session, request, conversation)
        if functions and _drawn(scenario.tool_call_rate, random):
            form, self._planned = None, FunctionCall(functions[0], ids)
        self.spoken = form is not None
        """It answers with audio."""
        self.prompt = conversation.tokens() + Tokens(_INSTRUCTION_TOKENS)
        self._cached = cached
        self._item: Item | None = None

    def created(self) -> Event:
        """That it begins."""
        return {"type": "response.created", "response": self._shown("in_progress")}

    def generate(self) -> Script[Event]:
        """All that follows."""
        yield self._seconds_to_output
        if self._failure:
            yield from self._finish("failed", {"type": "failed", "error": self._failure._asdict()})
            return
        if self._stalls_after == 0:
            yield self._stall_seconds
        yield from self._begin()
        pieces = 0
        for step in self._planned.go_on():
            if not isinstance(step, dict):
                yield step
                continue
            yield self._placed(step)
            if step["type"] == "response.output_audio.delta":
                pieces += 1
                if pieces == self._stalls_after:
                    yield self._stall_seconds
        yield from self._finish("completed", None)

    def cancel(self, reason: str) -> Iterator[Event]:
        """What is said where it is cut off; `reason` is turn_detected or client_cancelled."""
        yield from self._finish("cancelled", {"type": "cancelled", "reason": reason})

    @property
    def began(self) -> bool:
        """Whether there has been any output."""
        return self._item is not None

    def _begin(self) -> Iterator[Event]:
        self._item = item = self._planned.item
        yield {"type": "response.output_item.added", **self._place(), "item": item.shown()}
        if self.in_conversation:
            previous = self._conversation.add(item)
            yield {"type": "conversation.item.added", "previous_item_id": previous, "item": item.shown()}
        yield from map(self._placed, self._planned.begin())

    def _finish(self, status: str, details: Event | None) -> Iterator[Event]:
        item = self._item
        if item is not None:
            yield from map(self._placed, self._planned.end(status))
            if self.in_conversation:
                previous = self._conversation.before(item.id)
                yield {"type": "conversation.item.done", "previous_item_id": previous, "item": item.shown()}
            yield {"type": "response.output_item.done", **self._place(), "item": item.shown()}
        yield {"type": "response.done", "response": self._shown(status, details)}

    def _placed(self, event: Event) -> Event:
        return {"type": event["type"], **self._place(), **event}

    def _place(self) -> Event:
        return {"response_id": self.id, "output_index": 0}

    def _shown(self, status: str, details: Event | None = None) -> Event:
        return {
            "object": "realtime.response",
            "id": self.id,
            "status": status,
            "status_details": details,
            "output": [self._item.shown()] if self._item else [],
            **self._described,
            "usage": None if status == "in_progress" else self._usage(),
        }

    def _usage(self) -> Event:
        """Nothing is billed where nothing was put out."""
        read, cached, written = (self.prompt, self._cached, self._item.tokens()) if self._item else (Tokens(),) * 3
        cached_text, cached_audio = (count // _CACHE_BLOCK * _CACHE_BLOCK for count in (cached.text, cached.audio))
        return {
            "total_tokens": read.text + read.audio + written.text + written.audio,
            "input_tokens": read.text + read.audio,
            "output_tokens": written.text + written.audio,
            "input_token_details": {
                "text_tokens": read.text,
                "audio_tokens": read.audio,
                "image_tokens": 0,
                "cached_tokens": cached_text + cached_audio,
                "cached_tokens_details": {
                    "text_tokens": cached_text,
                    "audio_tokens": cached_audio,
                    "image_tokens": 0,
                },
            },
            "output_token_details": {"text_tokens": written.text, "audio_tokens": written.audio},
        }


def _drawn(rate: float, random: Random) -> bool:
    """Whether it happens; without a rate nothing is drawn, so that what else is drawn stays the same."""
    return rate > 0 and random.random() < rate


def _functions(session: Event, request: Event, conversation: Conversation) -> list[str]:
    """What it may call: once it has the output of a function, it answers in words."""
    if request.get("tool_choice", session["tool_choice"]) == "none" or conversation.ends_with("function_call_output"):
        return []
    tools = optional(request, "tools", list) or session["tools"]
    return [tool["name"] for tool in tools if isinstance(tool, dict) and isinstance(tool.get("name"), str)]
