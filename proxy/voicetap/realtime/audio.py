"""Audio: how much of it a payload holds, and how many bytes of it are a millisecond."""

import re

from msgspec import Struct

from .values import Integer, Name, Number

LONGEST = 64 * 1024 * 1024
"""Bytes of audio that anybody sends at once: the API takes 15 MiB."""


class ElidedAudio(Struct, frozen=True, gc=False):
    """What stands in a recording for audio."""

    elided_bytes: Integer = 0
    """Bytes that the base64 text had decoded to."""


AudioData = str | ElidedAudio | None
"""Base64, or what a recording left of it. A string is faster than a view of the message (msgspec.Raw), in which
escapes would have to be looked for."""


def audio_bytes(audio: AudioData) -> int:
    """The bytes that it decodes to, from its length alone: nothing is decoded, or checked to be base64."""
    if type(audio) is str:
        size = len(audio) * 3 // 4
        if audio[-1:] != "=":
            return size
        return max(size - (2 if audio[-2:] == "==" else 1), 0)
    return min(max(audio.elided_bytes, 0), LONGEST) if isinstance(audio, ElidedAudio) else 0


class AudioFormat(Struct, frozen=True, gc=False):
    """The format of audio as GA has it: `{"type": "audio/pcm", "rate": 24000}`."""

    type: Name = None
    rate: Number = None
    """Samples per second; only `audio/pcm` has it."""


_G711 = re.compile(r"(?:audio/)?(?:pcm[ua]|(?:g711[_-]?)?(?:a|u|mu)law)")
_PCM = re.compile(r"(?:audio/)?(?:pcm|l)(?:_?s?16(?:[lb]e)?|(8|24|48))?(?:[-_;](?:rate=)?([0-9]{4,6})(?:hz)?)?")
"""Samples of 16 bits; their rate in kHz (1) or in Hz (2)."""

_G711_RATE = 8_000
_PCM_RATE = 24_000
"""Samples per second where nothing is said of it: the one rate that the API has."""

_RATES = range(1_000, 1_000_000)


def bytes_per_ms(format: AudioFormat | Name, rate: Number = None) -> float | None:
    """Bytes in a millisecond of audio with one channel; None where the format is not known.

    GA: `audio/pcm` with its rate, `audio/pcmu`, `audio/pcma`. Beta: `pcm16`, `g711_ulaw`, `g711_alaw`. Others have the
    rate in the name (Voice Live's `pcm16-16000hz`, Qwen's `pcm24`), or in a field beside it: `rate`, per second.
    """
    if isinstance(format, AudioFormat):
        rate = format.rate if format.rate is not None else rate
        format = format.type
    name = (format or "").strip().lower()
    if _G711.fullmatch(name):
        return _G711_RATE / 1000
    pcm = _PCM.fullmatch(name)
    if pcm is None:
        return None
    kilohertz, hertz = pcm.groups()
    if kilohertz or hertz:
        rate = int(hertz) if hertz else int(kilohertz) * 1000
    elif rate is None:
        rate = _PCM_RATE
    return rate * 2 / 1000 if _RATES[0] <= rate <= _RATES[-1] else None
