"""What responses and transcriptions took, as the server reports it, and what that costs."""

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from ..facts import Fact, Tokens, UsageReported
from ..prices import PriceTable
from ..realtime.server import ResponseDone, TranscriptionCompleted
from ..realtime.usage import CachedTokens, Usage
from .bounded import LIMIT, Bounded
from .settings import Settings
from .transcriptions import Transcriptions

MOST = 2**53
"""What is above it was not counted, and nobody could add it up."""


class Usages:
    """Once for each response and for each item that was transcribed; cancelled responses have usage too."""

    __slots__ = ("_items", "_prices", "_responses", "_settings", "_transcriptions")

    def __init__(
        self,
        settings: Settings,
        transcriptions: Transcriptions,
        prices: PriceTable | None,
        *,
        limit: int = LIMIT,
    ) -> None:
        """Without prices, nothing has a cost."""
        self._settings = settings
        self._transcriptions = transcriptions
        self._prices = prices
        self._responses: Bounded[str, None] = Bounded(limit)
        """Ids of those whose usage was told."""
        self._items: Bounded[str, None] = Bounded(limit)

    def response_done(self, event: ResponseDone, at: float) -> Iterable[Fact]:
        """A response is over."""
        usage = event.used()
        response_id = event.response.id if event.response else None
        if usage is None or not _has_tokens(usage) or not _first(self._responses, response_id):
            return ()
        model, tokens = self._settings.model, counted(usage)
        cost = self._prices.response_cost(model, partition(tokens)) if self._prices else None
        return (UsageReported(at, "response", response_id, None, model, tokens, None, cost),)

    def transcribed(self, event: TranscriptionCompleted, at: float) -> Iterable[Fact]:
        """A transcription has come; what cumulative servers send before the final one is not its usage."""
        usage = event.usage
        if usage is None or event.status not in (None, "completed"):
            return ()
        seconds = None if usage.seconds is None else _sane(usage.seconds)
        if (seconds is None and not _has_tokens(usage)) or not _first(self._items, event.item_id):
            return ()
        model, tokens = self._transcriptions.model_of(event.item_id), counted(usage)
        tokens = replace(tokens, output_text=tokens.output)  # No server says so, since it can be nothing else.
        cost = self._prices.transcription_cost(model, partition(tokens), seconds) if self._prices else None
        return (UsageReported(at, "transcription", None, event.item_id, model, tokens, seconds, cost),)


def counted(usage: Usage) -> Tokens:
    """The tokens of a usage; a sum that is left out is that of its parts."""
    into, out = usage.of_input(), usage.of_output()
    cached = into.cached_tokens_details or CachedTokens()
    text, audio, image = _count(into.text_tokens), _count(into.audio_tokens), _count(into.image_tokens)
    cached_text, cached_audio = _count(cached.text_tokens), _count(cached.audio_tokens)
    cached_image = _count(cached.image_tokens)
    output_text, output_audio = _count(out.text_tokens), _count(out.audio_tokens)
    return Tokens(
        input=_count(usage.input_tokens, text + audio + image),
        input_text=text,
        input_audio=audio,
        input_image=image,
        cached=_count(into.cached_tokens, cached_text + cached_audio + cached_image),
        cached_text=cached_text,
        cached_audio=cached_audio,
        cached_image=cached_image,
        output=_count(usage.output_tokens, output_text + output_audio),
        output_text=output_text,
        output_audio=output_audio,
        reasoning=_count(out.reasoning_tokens),
    )


def partition(tokens: Tokens) -> Mapping[str, int]:
    """Each token once, by direction, modality and whether it was cached: the kinds that have prices, and `…_unknown`.

    Cached tokens whose modality is not said are taken to be text as far as there is some, then images, then audio: what
    is cached is the beginning of the context, which is text, and it is the reading that costs most. More cached tokens
    than there are of a modality are not cached ones of it. Output that is neither text nor audio is text as far as the
    model has reasoned, since reasoning is charged as that.
    """
    inputs = (tokens.input_text, tokens.input_image, tokens.input_audio)
    told = (tokens.cached_text, tokens.cached_image, tokens.cached_audio)
    cached = [min(part, whole) for part, whole in zip(told, inputs, strict=True)]
    left = max(0, tokens.cached - sum(told))
    for index, whole in enumerate(inputs):
        more = min(left, whole - cached[index])
        cached[index] += more
        left -= more
    rest = max(0, tokens.output - tokens.output_text - tokens.output_audio)
    reasoning = min(tokens.reasoning, rest)
    return {
        "input_text": inputs[0] - cached[0],
        "input_text_cached": cached[0],
        "input_image": inputs[1] - cached[1],
        "input_image_cached": cached[1],
        "input_audio": inputs[2] - cached[2],
        "input_audio_cached": cached[2],
        "input_unknown": max(0, tokens.input - sum(inputs)),
        "output_text": tokens.output_text + reasoning,
        "output_audio": tokens.output_audio,
        "output_unknown": rest - reasoning,
    }


def _has_tokens(usage: Usage) -> bool:
    """It says how many tokens went in or came out; a total alone does not."""
    sums = (usage.input_tokens, usage.output_tokens)
    details = (usage.input_token_details, usage.output_token_details)
    others = (usage.input_tokens_details, usage.output_tokens_details)
    return any(part is not None for part in (*sums, *details, *others))


def _first(told: Bounded[str, None], name: str | None) -> bool:
    """Whether it is the first of that name, which is then remembered; without a name each is."""
    if name is None:
        return True
    if name in told:
        return False
    told.put(name, None)
    return True


def _count(number: float | None, absent: int = 0) -> int:
    return absent if number is None else int(_sane(number))


def _sane(number: float) -> float:
    """0 for what is negative, no number, or beyond counting."""
    return float(number) if 0 <= number <= MOST else 0.0
