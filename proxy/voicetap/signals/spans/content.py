"""What people and models said, as attributes: only where the operator asked for content."""

import json

from ...recording.credentials import without_credentials
from . import semconv as s
from .attributes import Attributes

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
        """The user said or wrote something."""
        if len(self.inputs) < MOST_TEXTS:
            self.inputs.append(clear(text))

    def told(self, text: str) -> None:
        """The model said or wrote something."""
        if len(self.outputs) < MOST_TEXTS:
            self.outputs.append(clear(text))

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
    """Content as it may be shown: never a credential."""
    return without_credentials(text)


def _part(text: str) -> dict[str, object]:
    return {"type": "text", "content": text}


def _message(role: str, text: str) -> dict[str, object]:
    return {"role": role, "parts": [_part(text)]}
