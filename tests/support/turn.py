"""A spoken turn as a caller sees it: what it says, when it has heard everything, what voicetap must have counted."""

import array
import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

from support.processes import Process
from support.scrape import Samples, scrape_until

RATE = 24_000
TRANSCRIBED = (
    "conversation.item.input_audio_transcription.completed",
    "conversation.item.input_audio_transcription.failed",
)
QUIET_SECONDS = 0.3
"""A turn is over once nothing has come for so long."""


def utterance(speech_ms: int = 600, silence_ms: int = 900) -> bytes:
    """PCM16, mono, 24 kHz: a tone, then the silence that ends a turn."""
    tone = [int(12_000 * math.sin(math.tau * 440 * n / RATE)) for n in range(RATE * speech_ms // 1000)]
    return array.array("h", tone).tobytes() + bytes(2 * RATE * silence_ms // 1000)


def pieces(audio: bytes, ms: int = 100) -> Iterator[bytes]:
    """`audio` as a microphone gives it."""
    step = 2 * RATE * ms // 1000
    return (audio[start : start + step] for start in range(0, len(audio), step))


SESSION: dict[str, Any] = {
    "type": "realtime",
    "audio": {
        "input": {
            "format": {"type": "audio/pcm", "rate": RATE},
            "transcription": {"model": "gpt-4o-mini-transcribe"},
            "turn_detection": {"type": "server_vad", "silence_duration_ms": 500},
        }
    },
}


class Turn:
    """The events that one client got."""

    def __init__(self, received: dict[str, int] | None = None) -> None:
        self.received: Counter[str] = Counter(received)
        self.answer: str | None = None
        """The item that holds the spoken answer."""

    def take(self, event: dict[str, Any]) -> None:
        """In the order of arrival."""
        self.received[event["type"]] += 1
        if event["type"] == "response.output_audio.delta":
            self.answer = event["item_id"]

    @property
    def transcribed(self) -> int:
        """Outcomes of transcriptions."""
        return sum(self.received[name] for name in TRANSCRIBED)

    @property
    def answered(self) -> bool:
        """Whether the question has its transcription, and the answer its end: rate limits come last."""
        return self.transcribed > 0 and self.received["rate_limits.updated"] > 0

    @property
    def truncated(self) -> bool:
        """Whether the server has cut the answer where the caller stopped listening."""
        return self.received["conversation.item.truncated"] > 0


async def assert_counted(proxy: Process, turn: Turn, sent: dict[str, int] | None = None) -> Samples:
    """voicetap counted one session that the client ended, the events that it received and `sent`, and their meaning."""

    def events(samples: Samples, sender: str) -> dict[str, int]:
        return samples.by("type", "voicetap_events_total", from_=sender)

    samples = await scrape_until(proxy.admin, lambda found: found.total("voicetap_sessions_total") > 0)
    assert samples.by("end", "voicetap_sessions_total") == {"client_closed": 1}
    assert events(samples, "server") == dict(turn.received)
    if sent is not None:
        assert events(samples, "client") == sent
    outcomes = samples.by("outcome", "voicetap_transcriptions_total")
    assert outcomes.get("completed", 0) + outcomes.get("empty", 0) == turn.received[TRANSCRIBED[0]]
    assert outcomes.get("failed", 0) == turn.received[TRANSCRIBED[1]]
    assert samples.total("voicetap_truncations_total", outcome="acknowledged") == turn.truncated
    assert samples.total("voicetap_observer_gaps_total") == 0
    assert samples.total("voicetap_malformed_messages_total") == 0
    assert samples.total("voicetap_unknown_events_total") == 0
    return samples
