"""What the server charges: tokens by modality, and what is left of the rate limits."""

from random import Random
from typing import Any

from calls.history import Answer

LIMITS = {"requests": 1000, "tokens": 200_000}


class Meter:
    """Invents figures that are consistent in themselves, as they would be in a bill."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._left = dict(LIMITS)

    def response(self, answer: Answer, text_tokens: int) -> dict[str, Any]:
        """The usage of a response; all zero for one that was cut before it had any output."""
        pick = self._random.randint
        silent = not answer.generated_ms and not text_tokens
        text, audio, image = (0, 0, 0) if silent else (pick(20, 200), pick(0, 300), 85 * (pick(1, 10) == 1))
        cached_text, cached_audio = 64 * pick(0, text // 64), pick(0, audio)
        spoken = round(answer.generated_ms / 50)
        return {
            "total_tokens": text + audio + image + text_tokens + spoken,
            "input_tokens": text + audio + image,
            "output_tokens": text_tokens + spoken,
            "input_token_details": {
                "text_tokens": text,
                "audio_tokens": audio,
                "image_tokens": image,
                "cached_tokens": cached_text + cached_audio,
                "cached_tokens_details": {"text_tokens": cached_text, "audio_tokens": cached_audio, "image_tokens": 0},
            },
            "output_token_details": {"text_tokens": text_tokens, "audio_tokens": spoken},
        }

    def transcription(self, words: str, audio_ms: float, in_seconds: bool) -> dict[str, Any]:
        """The usage of a transcription, as the model reports it."""
        if in_seconds:
            return {"type": "duration", "seconds": round(audio_ms / 1000, 1)}
        heard, said = round(audio_ms / 100), len(words.split())
        details = {"text_tokens": 0, "audio_tokens": heard}
        tokens = {"input_tokens": heard, "output_tokens": said, "total_tokens": heard + said}
        return {"type": "tokens", **tokens, "input_token_details": details}

    def limits(self, tokens: int) -> list[dict[str, float | str]]:
        """What is left after a response."""
        self._left["requests"] -= 1
        self._left["tokens"] -= tokens
        return [
            {
                "name": name,
                "limit": LIMITS[name],
                "remaining": left,
                "reset_seconds": round((LIMITS[name] - left) / 50, 3),
            }
            for name, left in self._left.items()
        ]
