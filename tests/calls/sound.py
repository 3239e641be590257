"""What stands for audio and private text in the simulated world; only the recording turns it into JSON."""

from dataclasses import dataclass
from typing import Any, NamedTuple


class Format(NamedTuple):
    """How audio is encoded, as the GA and the beta API name it."""

    ga: dict[str, Any]
    beta: str
    bytes_per_ms: int


PCM_24K = Format({"type": "audio/pcm", "rate": 24000}, "pcm16", 48)
PCM_16K = Format({"type": "audio/pcm", "rate": 16000}, "pcm16", 32)
PCMU = Format({"type": "audio/pcmu"}, "g711_ulaw", 8)
PCMA = Format({"type": "audio/pcma"}, "g711_alaw", 8)


@dataclass(frozen=True)
class Audio:
    """A piece of audio. A caller's says when it was captured, and when within it there is a voice (wall times, ms)."""

    size: int
    captured_at: float = 0.0
    voice: tuple[tuple[float, float], ...] = ()


class Private(str):
    """Text that a recording may leave out."""

    __slots__ = ()
