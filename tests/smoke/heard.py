"""What a client itself sent and got in one call: counted event by event, by plain JSON, with nothing of voicetap."""

import base64
import json
import time
from collections import Counter
from typing import Any

Event = dict[str, Any]

_TRANSCRIPTION = "conversation.item.input_audio_transcription"


class Heard:
    """Everything that went over the line, in the client's own books."""

    def __init__(self) -> None:
        self.sent: Counter[str] = Counter()
        self.received: Counter[str] = Counter()
        self.sent_bytes = 0
        """Of payloads: neither the frames around them nor control frames."""
        self.received_bytes = 0
        self.malformed = 0
        """Messages of the server that are no event."""
        self.committed: list[str] = []
        """Items that the user spoke."""
        self.transcriptions: dict[str, str] = {}
        """Item -> its first final outcome: completed, empty or failed."""
        self.transcripts: dict[str, str] = {}
        """Item -> what its transcription says, or the code of its failure."""
        self.responses: dict[str, str | None] = {}
        """Response -> status; None until it is done."""
        self.answers: dict[str, Answer] = {}
        """Response -> what was said in it."""
        self.tokens: Counter[str] = Counter()
        """As the server reported them, by the names of `voicetap replay --json`."""
        self.error: str | None = None
        """Code and message of the last `error` event."""

    @property
    def answering(self) -> bool:
        """A response has been created and is not done."""
        return None in self.responses.values()

    @property
    def transcribed(self) -> bool:
        """All that the user spoke has an outcome."""
        return all(item in self.transcriptions for item in self.committed)

    def take_sent(self, event: Event) -> None:
        """The client is about to send this."""
        self.sent[event["type"]] += 1
        self.sent_bytes += len(json.dumps(event))

    def take_received(self, payload: bytes) -> None:
        """The server sent this."""
        self.received_bytes += len(payload)
        try:
            event = json.loads(payload)
            kind = event["type"]
        except (ValueError, TypeError, KeyError):
            self.malformed += 1
            return
        self.received[kind] += 1
        self._take(kind, event)

    def _take(self, kind: str, event: Event) -> None:
        match kind:
            case "error":
                error = event["error"]
                self.error = f"{error.get('code') or error.get('type')}: {error.get('message')}"
            case "input_audio_buffer.committed":
                self.committed.append(event["item_id"])
            case "response.created":
                self.responses.setdefault(event["response"]["id"], None)
            case "response.output_audio.delta" | "response.audio.delta":
                self._answer(event).add(base64.b64decode(event["delta"]))
            case "response.output_audio_transcript.done" | "response.audio_transcript.done":
                self._answer(event).words = event["transcript"]
            case "response.done":
                response = event["response"]
                self.responses[response["id"]] = response["status"]
                self._take_usage("", response.get("usage") or {})
            case _ if kind == f"{_TRANSCRIPTION}.failed":
                error = event["error"]
                self._transcribed(event, "failed", error.get("code") or error.get("type") or "unknown")
            case _ if kind == f"{_TRANSCRIPTION}.completed" and event.get("status") in (None, "completed"):
                self._transcribed(event, "completed" if event["transcript"] else "empty", event["transcript"])

    def _answer(self, event: Event) -> "Answer":
        return self.answers.setdefault(event["response_id"], Answer())

    def _transcribed(self, event: Event, outcome: str, text: str) -> None:
        if event["item_id"] not in self.transcriptions:
            self.transcriptions[event["item_id"]] = outcome
            self.transcripts[event["item_id"]] = text
            self._take_usage("transcription_", event.get("usage") or {})

    def _take_usage(self, prefix: str, usage: Event) -> None:
        for direction in ("input", "output"):
            self.tokens[prefix + direction] += usage.get(f"{direction}_tokens") or 0
        if not prefix:
            read, written = usage.get("input_token_details") or {}, usage.get("output_token_details") or {}
            self.tokens["input_cached"] += read.get("cached_tokens") or 0
            for modality in ("text", "audio"):
                self.tokens[f"input_{modality}"] += read.get(f"{modality}_tokens") or 0
                self.tokens[f"output_{modality}"] += written.get(f"{modality}_tokens") or 0


class Answer:
    """What one response said."""

    def __init__(self) -> None:
        self.audio = b""
        self.words = ""
        self.began_at = 0.0
        """When its first audio came, on the monotonic clock."""

    def add(self, audio: bytes) -> None:
        """The next piece of it."""
        self.began_at = self.began_at or time.monotonic()
        self.audio += audio
