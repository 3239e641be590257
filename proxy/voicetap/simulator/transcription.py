"""The transcription of what a user said: text, no text, a failure, or nothing at all."""

import math
from random import Random

from .agenda import Script
from .conversation import Item
from .identity import Ids
from .protocol import Event
from .scenario import Scenario

_DELTA_SECONDS = 0.03
_UTTERANCES = (
    "Hello, can you hear me?",
    "I would like to move my appointment to Thursday.",
    "What does the second one cost?",
    "No, wait, that is not what I meant.",
    "Could you say that again, please?",
    "And when will it arrive?",
)
_BILLED_BY_TIME = frozenset({"whisper-1", "gpt-realtime-whisper"})
_TYPE = "conversation.item.input_audio_transcription"


def transcribe(
    item: Item, model: str, scenario: Scenario, random: Random, ids: Ids, *, logprobs: bool = False
) -> Script[Event]:
    """The script of one transcription; its outcome is drawn now, so that it depends on no other script."""
    delay = random.uniform(*scenario.transcription_seconds)
    draw = random.random()
    failure = random.choice(scenario.transcription_failures)
    text = random.choice(_UTTERANCES)
    rates = (
        scenario.missing_transcription_rate,
        scenario.transcription_failure_rate,
        scenario.empty_transcript_rate,
    )
    missing, failed, empty = (sum(rates[: n + 1]) for n in range(3))
    repeated = scenario.repeated_transcript_rate > 0 and random.random() < scenario.repeated_transcript_rate
    place = {"item_id": item.id, "content_index": 0}

    def script() -> Script[Event]:
        yield delay
        if draw < missing:
            return
        if draw < failed:
            error = failure._asdict() | {"message": failure.message.format(item_id=item.id), "param": None}
            yield {"type": f"{_TYPE}.failed", **place, "error": error}
            return
        heard = "" if draw < empty else text
        tokens = [_token(n, delta) for n, delta in enumerate(_deltas(heard, model))]
        for token in tokens:
            said = {"delta": token["token"], "obfuscation": ids.obfuscation(token["token"])}
            yield {"type": f"{_TYPE}.delta", **place, **said, **({"logprobs": [token]} if logprobs else {})}
            yield _DELTA_SECONDS
        item.body["content"][0]["transcript"] = heard
        whole = {"transcript": heard, "usage": _usage(item, heard, model)}
        for _ in range(1 + repeated):
            yield {"type": f"{_TYPE}.completed", **place, **whole, **({"logprobs": tokens} if logprobs else {})}

    return script()


def _deltas(text: str, model: str) -> list[str]:
    """Word by word; whisper-1 gives all of it at once."""
    words = text.split()
    if model == "whisper-1":
        return [text] if text else []
    return [word if n == 0 else f" {word}" for n, word in enumerate(words)]


def _token(place: int, text: str) -> Event:
    """With the logarithm of its probability: of five words, the model is not quite sure of the first."""
    return {"token": text, "logprob": -0.05 if place % 5 else -0.7, "bytes": list(text.encode())}


def _usage(item: Item, text: str, model: str) -> Event:
    if model in _BILLED_BY_TIME:
        return {"type": "duration", "seconds": math.ceil(item.audio_ms / 1000)}
    heard, written = item.audio_ms // 100, len(text.split())
    return {
        "type": "tokens",
        "total_tokens": heard + written,
        "input_tokens": heard,
        "input_token_details": {"text_tokens": 0, "audio_tokens": heard},
        "output_tokens": written,
    }
