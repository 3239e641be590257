"""What a response puts out: one item, which is an answer in words, spoken or written, or the call of a function."""

import base64
import json
from collections.abc import Iterator
from functools import cache
from typing import Protocol

from .agenda import Script
from .audio import Format, voice
from .conversation import Item
from .identity import Ids
from .protocol import Event


class Output(Protocol):
    """One item in the making. Its events lack `response_id` and `output_index`, which are the response's to say."""

    item: Item

    @property
    def written(self) -> int:
        """How many tokens it has so far."""

    def begin(self) -> Iterator[Event]:
        """What follows the item's announcement."""

    def go_on(self) -> Script[Event]:
        """Piece by piece."""

    def end(self, status: str) -> Iterator[Event]:
        """What precedes the item's end; the item is then complete."""


class Answer:
    """Words, and a voice where it is spoken."""

    def __init__(self, words: list[str], audio_ms: int, delta_ms: int, speed: float, form: Format | None, ids: Ids):
        """Audio of so many ms in pieces of `delta_ms`, as fast as `speed` says; no `form`: written."""
        body = {"type": "message", "status": "in_progress", "role": "assistant", "content": []}
        self.item = Item({"id": ids.new("item"), **body})
        self._words = words
        self._steps = max(1, audio_ms // delta_ms)
        self._delta_ms = delta_ms
        self._speed = speed
        self._form = form
        self._ids = ids
        self._said: list[str] = []

    @property
    def written(self) -> int:
        """A word counts one, a second of audio 20."""
        return len(self._said) + self.item.audio_ms // 50

    def begin(self) -> Iterator[Event]:
        """Its only part."""
        yield {"type": "response.content_part.added", **self._place(), "part": self._part("")}

    def go_on(self) -> Script[Event]:
        """A word now and then, and the audio that goes with it."""
        for step in range(self._steps):
            while len(self._said) * self._steps < (step + 1) * len(self._words):
                yield self._say(self._words[len(self._said)])
            if self._form:
                self.item.audio_ms += self._delta_ms
                audio = _encoded_voice(self._delta_ms, self._form)
                yield {"type": "response.output_audio.delta", **self._place(), "delta": audio}
            yield self._delta_ms / 1000 / self._speed

    def end(self, status: str) -> Iterator[Event]:
        """All of it once more, without the audio."""
        text = " ".join(self._said)
        self.item.body["status"] = "completed" if status == "completed" else "incomplete"
        if self._form:
            self.item.body["content"] = [{"type": "output_audio", "transcript": text}]
            yield {"type": "response.output_audio.done", **self._place()}
            yield {"type": "response.output_audio_transcript.done", **self._place(), "transcript": text}
        else:
            self.item.body["content"] = [{"type": "output_text", "text": text}]
            yield {"type": "response.output_text.done", **self._place(), "text": text}
        yield {"type": "response.content_part.done", **self._place(), "part": self._part(text)}

    def _part(self, text: str) -> Event:
        return {"type": "audio", "transcript": text} if self._form else {"type": "text", "text": text}

    def _say(self, word: str) -> Event:
        delta = f" {word}" if self._said else word
        self._said.append(word)
        kind = "output_audio_transcript" if self._form else "output_text"
        padding = self._ids.obfuscation(delta)
        return {"type": f"response.{kind}.delta", **self._place(), "delta": delta, "obfuscation": padding}

    def _place(self) -> Event:
        return {"item_id": self.item.id, "content_index": 0}


class FunctionCall:
    """The call of a function, with arguments that suit no function in particular."""

    def __init__(self, name: str, ids: Ids) -> None:
        self._call_id = ids.new("call")
        self._arguments = json.dumps({"question": "What does the second one cost?"})
        called = {"type": "function_call", "status": "in_progress", "name": name, "call_id": self._call_id}
        self.item = Item({"id": ids.new("item"), **called, "arguments": ""})
        self._ids = ids

    @property
    def written(self) -> int:
        """A word of the arguments counts one."""
        return len(self.item.body["arguments"].split())

    def begin(self) -> Iterator[Event]:
        """It has no parts."""
        yield from ()

    def go_on(self) -> Script[Event]:
        """The arguments, a word at a time."""
        for word in self._arguments.split(" "):
            delta = f" {word}" if self.item.body["arguments"] else word
            self.item.body["arguments"] += delta
            padding = self._ids.obfuscation(delta)
            place = self._place()
            yield {"type": "response.function_call_arguments.delta", **place, "delta": delta, "obfuscation": padding}
            yield 0.01

    def end(self, status: str) -> Iterator[Event]:
        """The arguments as a whole."""
        self.item.body["status"] = "completed" if status == "completed" else "incomplete"
        if status == "completed":
            said = {"name": self.item.body["name"], "arguments": self.item.body["arguments"]}
            yield {"type": "response.function_call_arguments.done", **self._place(), **said}

    def _place(self) -> Event:
        return {"item_id": self.item.id, "call_id": self._call_id}


@cache
def _encoded_voice(ms: int, form: Format) -> str:
    return base64.b64encode(voice(ms, form)).decode()
