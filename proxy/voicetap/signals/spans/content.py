"""What people and models said, as attributes: only where the operator asked for content."""

import json

from ...recording.credentials import without_credentials
from . import semconv as s
from .attributes import Attributes

LONGEST_TEXT = 16 * 1024
"""Characters of one text: to look for credentials in more would take milliseconds, in which no call is observed."""

LONGEST_SIDE = 32 * 1024
"""Characters of what one side says in one span; spans wait in memory for a collector."""

MOST_TEXTS = 32
"""Of each side, of one span."""

_TEXT = "text/plain"


class Messages:
    """What one span has of a conversation, in OpenTelemetry's shape and in OpenInference's.

    The shape is that of docs/gen-ai/gen-ai-input-messages.json and gen-ai-output-messages.json: a list of messages with
    parts, as JSON.
    """

    def __init__(self, instructions: str | None = None) -> None:
        self.instructions = instructions
        self.inputs: list[str] = []
        self.outputs: list[str] = []

    def heard(self, text: str) -> None:
        """The user said or wrote something; it is clear of credentials."""
        _add(self.inputs, text)

    def told(self, text: str) -> None:
        """The model said or wrote something; it is clear of credentials."""
        _add(self.outputs, text)

    def attributes(self, finish_reason: str | None = None) -> Attributes:
        """What there is; the reason is that of a response."""
        found: Attributes = {}
        if self.instructions:
            found[s.SYSTEM_INSTRUCTIONS] = json.dumps([_part(self.instructions)], ensure_ascii=False)
        if self.inputs:
            found[s.INPUT_MESSAGES] = json.dumps([_message("user", text) for text in self.inputs], ensure_ascii=False)
            found[s.INPUT_VALUE] = "\n".join(self.inputs)
            found[s.INPUT_MIME_TYPE] = _TEXT
        if self.outputs:
            messages = [_message("assistant", text) for text in self.outputs]
            if finish_reason is not None:
                messages = [{**message, "finish_reason": finish_reason} for message in messages]
            found[s.OUTPUT_MESSAGES] = json.dumps(messages, ensure_ascii=False)
            found[s.OUTPUT_VALUE] = "\n".join(self.outputs)
            found[s.OUTPUT_MIME_TYPE] = _TEXT
        return found


def clear(text: str) -> str:
    """Content as it may be shown: its beginning, and never a credential."""
    return without_credentials(text[:LONGEST_TEXT])


def fits(texts: list[str]) -> bool:
    """Whether a side that has said this may say more."""
    return len(texts) < MOST_TEXTS and sum(map(len, texts)) < LONGEST_SIDE


def _add(texts: list[str], text: str) -> None:
    if fits(texts):
        texts.append(text[: LONGEST_SIDE - sum(map(len, texts))])


def _part(text: str) -> dict[str, object]:
    return {"type": "text", "content": text}


def _message(role: str, text: str) -> dict[str, object]:
    return {"role": role, "parts": [_part(text)]}
