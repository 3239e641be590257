"""What was used, and what it cost."""

from typing import Literal

from msgspec import Struct

from .fact import Fact


class Tokens(Struct, frozen=True, gc=False):
    """Sums as the server reports them: never below 0; those of a modality include their cached part."""

    input: int = 0
    input_text: int = 0
    input_audio: int = 0
    input_image: int = 0
    cached: int = 0
    """Of the input."""
    cached_text: int = 0
    cached_audio: int = 0
    cached_image: int = 0
    output: int = 0
    output_text: int = 0
    output_audio: int = 0
    reasoning: int = 0
    """Of the output; some servers count them into its text."""


class UsageReported(Fact, frozen=True, gc=False):
    """The server said what a response or a transcription took."""

    usage: Literal["response", "transcription"]
    response_id: str | None
    item_id: str | None
    """Of the transcription."""
    model: str | None
    """The session's, or the one that transcribes."""
    tokens: Tokens
    seconds: float | None
    """Of audio, where a transcription is billed by time."""
    cost_usd: float | None
    """By the price table; None where it does not have the model."""
