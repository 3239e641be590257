"""The arithmetic of audio: bytes to milliseconds, how loud it is, and a tone where a voice would be."""

import math
from array import array
from bisect import bisect_left
from functools import cache
from operator import mul
from typing import NamedTuple

LINEAR_TYPE = "audio/pcm"
"""Signed 16 bits, little-endian, mono. The G.711 codings are `audio/pcmu` and `audio/pcma`, at 8 kHz."""

_VOICE_HZ = 220
_VOICE_AMPLITUDE = 9000


class Format(NamedTuple):
    """An audio format of the API."""

    type: str
    rate: int
    """Samples per second."""

    @property
    def bytes_per_ms(self) -> int:
        """48 for PCM at 24 kHz, 8 for G.711."""
        return self.rate // 1000 * (2 if self.type == LINEAR_TYPE else 1)


PCM = Format(LINEAR_TYPE, 24_000)
PCMU = Format("audio/pcmu", 8_000)
PCMA = Format("audio/pcma", 8_000)


def loudness(audio: bytes, form: Format) -> float:
    """Root mean square of the samples, 0 to 32768; of silence and of nothing, 0."""
    samples = _linear(audio, form)
    return math.sqrt(sum(map(mul, samples, samples)) / len(samples)) if samples else 0.0


@cache
def voice(ms: int, form: Format = PCM) -> bytes:
    """A tone of `ms`; pieces of a whole number of its 50 ms fit together without a click."""
    step = math.tau * _VOICE_HZ / form.rate
    samples = [round(_VOICE_AMPLITUDE * math.sin(step * n)) for n in range(form.rate * ms // 1000)]
    if form.type == LINEAR_TYPE:
        return array("h", samples).tobytes()
    ordered = sorted((value, code) for code, value in enumerate(_G711[form.type]))
    values = [value for value, _ in ordered]
    return bytes(ordered[min(bisect_left(values, sample), 255)][1] for sample in samples)


def silence(ms: int, form: Format = PCM) -> bytes:
    """`ms` without a sound."""
    zero = b"\0" if form.type == LINEAR_TYPE else bytes([_G711[form.type].index(min(_G711[form.type], key=abs))])
    return zero * (ms * form.bytes_per_ms)


def _linear(audio: bytes, form: Format) -> "array[int]":
    if form.type != LINEAR_TYPE:
        table = _G711[form.type]
        return array("h", [table[code] for code in audio])
    samples = array("h")
    samples.frombytes(audio[: len(audio) // 2 * 2])
    return samples


def _expand_mu(code: int) -> int:
    """ITU-T G.711, mu-law."""
    code = ~code & 0xFF
    magnitude = (((code & 0x0F) << 3) + 0x84) << ((code & 0x70) >> 4)
    return 0x84 - magnitude if code & 0x80 else magnitude - 0x84


def _expand_a(code: int) -> int:
    """ITU-T G.711, A-law."""
    code ^= 0x55
    segment = (code & 0x70) >> 4
    magnitude = ((code & 0x0F) << 4) + 8
    if segment:
        magnitude = (magnitude + 0x100) << (segment - 1)
    return magnitude if code & 0x80 else -magnitude


_G711 = {
    PCMU.type: [_expand_mu(code) for code in range(256)],
    PCMA.type: [_expand_a(code) for code in range(256)],
}
