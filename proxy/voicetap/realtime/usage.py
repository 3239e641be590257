"""What a response or a transcription has used: tokens, or seconds of audio."""

from msgspec import Struct

from .values import Name, Number


class CachedTokens(Struct, frozen=True, gc=False):
    """`cached_tokens_details`: the cached tokens by modality. GA only; the beta has the sum alone."""

    text_tokens: Number = None
    audio_tokens: Number = None
    image_tokens: Number = None


class InputTokens(Struct, frozen=True, gc=False):
    """`input_token_details`: `input_tokens` by modality."""

    text_tokens: Number = None
    audio_tokens: Number = None
    image_tokens: Number = None
    """GA only."""
    cached_tokens: Number = None
    """Of those three together, what came from the cache: a part of them, not more of them."""
    cached_tokens_details: CachedTokens | None = None


class OutputTokens(Struct, frozen=True, gc=False):
    """`output_token_details`: `output_tokens` by modality."""

    text_tokens: Number = None
    audio_tokens: Number = None
    reasoning_tokens: Number = None
    """gpt-realtime-2 and Voice Live; the openai package has no such field."""


class Usage(Struct, frozen=True, gc=False):
    """`usage` of `response.done`, and of a completed transcription. Some servers send `{}` (xAI)."""

    type: Name = None
    """Of a transcription: `tokens`, or `duration`, which has seconds instead."""
    total_tokens: Number = None
    """Of input and output."""
    input_tokens: Number = None
    """With those from the cache."""
    output_tokens: Number = None
    input_token_details: InputTokens | None = None
    output_token_details: OutputTokens | None = None
    """Of responses only."""
    seconds: Number = None
    """Of a transcription that is billed by time: of audio, rounded as the server pleases (2.8 s became 3)."""
    input_tokens_details: InputTokens | None = None
    """The same as `input_token_details`, by the name that the Responses API has for it (Qwen)."""
    output_tokens_details: OutputTokens | None = None

    def of_input(self) -> InputTokens:
        """The input by modality, by either name."""
        return self.input_token_details or self.input_tokens_details or InputTokens()

    def of_output(self) -> OutputTokens:
        """The output by modality, by either name."""
        return self.output_token_details or self.output_tokens_details or OutputTokens()

    def says_something(self) -> bool:
        """Whether it has any of its figures."""
        into, out = self.of_input(), self.of_output()
        figures = (
            *(self.total_tokens, self.input_tokens, self.output_tokens, self.seconds),
            *(into.text_tokens, into.audio_tokens, into.image_tokens, into.cached_tokens),
            *(out.text_tokens, out.audio_tokens),
        )
        return any(figure is not None for figure in figures)
