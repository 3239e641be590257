"""A response: from `response.created` over paced deltas to `response.done`, or to where somebody cuts it off."""

import base64
from collections.abc import Iterator
from functools import cache
from random import Random

from . import settings
from .agenda import Script
from .audio import Format, voice
from .conversation import Conversation, Item, Tokens
from .identity import Ids
from .protocol import Event, optional
from .scenario import Scenario

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
        self._modalities: list[str] = request.get("output_modalities") or session["output_modalities"]
        spoken = session["audio"]["output"] | {name: value for name, value in output.items() if value}
        self._format = settings.format_of(spoken)
        self._described = {
            "conversation_id": conversation_id if self.in_conversation else None,
            "output_modalities": self._modalities,
            "max_output_tokens": request.get("max_output_tokens", session["max_output_tokens"]),
            "audio": {"output": {"format": spoken["format"], "voice": spoken["voice"]}},
            "metadata": request.get("metadata"),
        }
        self._seconds_to_output = random.uniform(*scenario.response_seconds)
        self._audio_ms = round(random.uniform(*scenario.reply_ms) / scenario.delta_ms) * scenario.delta_ms
        self._words = random.choice(_ANSWERS).split()
        self.prompt = conversation.tokens() + Tokens(_INSTRUCTION_TOKENS)
        self._cached = cached
        self._item: Item | None = None
        self._said: list[str] = []

    @property
    def spoken(self) -> bool:
        """Whether it answers with audio."""
        return self._modalities == ["audio"]

    def created(self) -> Event:
        """That it begins."""
        return {"type": "response.created", "response": self._shown("in_progress")}

    def generate(self) -> Script[Event]:
        """All that follows."""
        yield self._seconds_to_output
        yield from self._begin()
        steps = max(1, self._audio_ms // self._scenario.delta_ms)
        for step in range(steps):
            while len(self._said) * steps < (step + 1) * len(self._words):
                yield self._say(self._words[len(self._said)])
            if self.spoken:
                yield self._sound()
            yield self._scenario.delta_ms / 1000 / self._scenario.generation_speed
        yield from self._finish("completed", None)

    def cancel(self, reason: str) -> Iterator[Event]:
        """What is said where it is cut off; `reason` is turn_detected or client_cancelled."""
        yield from self._finish("cancelled", {"type": "cancelled", "reason": reason})

    @property
    def began(self) -> bool:
        """Whether there has been any output."""
        return self._item is not None

    def _begin(self) -> Iterator[Event]:
        body = {"type": "message", "status": "in_progress", "role": "assistant", "content": []}
        self._item = item = Item({"id": self._ids.new("item"), **body})
        yield {"type": "response.output_item.added", **self._place(), "item": item.shown()}
        if self.in_conversation:
            previous = self._conversation.add(item)
            yield {"type": "conversation.item.added", "previous_item_id": previous, "item": item.shown()}
        part = {"type": "audio", "transcript": ""} if self.spoken else {"type": "text", "text": ""}
        yield {"type": "response.content_part.added", **self._part_place(), "part": part}

    def _say(self, word: str) -> Event:
        delta = f" {word}" if self._said else word
        self._said.append(word)
        kind = "output_audio_transcript" if self.spoken else "output_text"
        return self._delta(kind, delta)

    def _sound(self) -> Event:
        assert self._item is not None
        self._item.audio_ms += self._scenario.delta_ms
        return self._delta("output_audio", _encoded_voice(self._scenario.delta_ms, self._format))

    def _delta(self, kind: str, delta: str) -> Event:
        padding = self._ids.obfuscation(delta)
        return {"type": f"response.{kind}.delta", **self._part_place(), "delta": delta, "obfuscation": padding}

    def _finish(self, status: str, details: Event | None) -> Iterator[Event]:
        item, text = self._item, " ".join(self._said)
        if item is not None:
            item.body["status"] = "completed" if status == "completed" else "incomplete"
            if self.spoken:
                item.body["content"] = [{"type": "output_audio", "transcript": text}]
                part = {"type": "audio", "transcript": text}
                yield {"type": "response.output_audio.done", **self._part_place()}
                yield {"type": "response.output_audio_transcript.done", **self._part_place(), "transcript": text}
            else:
                item.body["content"] = [{"type": "output_text", "text": text}]
                part = {"type": "text", "text": text}
                yield {"type": "response.output_text.done", **self._part_place(), "text": text}
            yield {"type": "response.content_part.done", **self._part_place(), "part": part}
            if self.in_conversation:
                previous = self._conversation.before(item.id)
                yield {"type": "conversation.item.done", "previous_item_id": previous, "item": item.shown()}
            yield {"type": "response.output_item.done", **self._place(), "item": item.shown()}
        yield {"type": "response.done", "response": self._shown(status, details)}

    def _place(self) -> Event:
        return {"response_id": self.id, "output_index": 0}

    def _part_place(self) -> Event:
        assert self._item is not None
        return {"response_id": self.id, "item_id": self._item.id, "output_index": 0, "content_index": 0}

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


@cache
def _encoded_voice(ms: int, form: Format) -> str:
    return base64.b64encode(voice(ms, form)).decode()
