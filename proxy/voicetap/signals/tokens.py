"""Tokens of a session, summed as the server reports them."""

from msgspec import Struct

from ..facts import UsageReported

_OF_RESPONSES = ("input", "input_text", "input_audio", "input_image", "output", "output_text", "output_audio")


class TokenSums(Struct, gc=False):
    """Raw sums as reported: those of a modality include what of it was cached."""

    input: int = 0
    input_cached: int = 0
    input_text: int = 0
    input_audio: int = 0
    input_image: int = 0
    output: int = 0
    output_text: int = 0
    output_audio: int = 0
    transcription_input: int = 0
    transcription_output: int = 0

    def add(self, fact: UsageReported) -> None:
        """What a response or a transcription took."""
        tokens = fact.tokens
        if fact.usage == "response":
            for name in _OF_RESPONSES:
                setattr(self, name, getattr(self, name) + getattr(tokens, name))
            self.input_cached += tokens.cached
        else:
            self.transcription_input += tokens.input
            self.transcription_output += tokens.output
