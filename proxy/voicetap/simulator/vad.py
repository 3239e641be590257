"""Voice activity detection: finds in appended audio where speech starts and stops, by how loud it is.

Positions are milliseconds of audio written since the session began, not wall-clock time.
"""

from typing import NamedTuple

from .audio import Format, loudness

WINDOW_MS = 20
FULL_THRESHOLD = 1000.0
"""The root mean square that a `threshold` of 1.0 asks for: about -30 dB of full scale."""


class SpeechStarted(NamedTuple):
    """Somebody speaks; `audio_start_ms` lies `prefix_padding_ms` before the first loud window."""

    audio_start_ms: int


class SpeechStopped(NamedTuple):
    """Nobody speaks any more; `audio_end_ms` includes the silence that told so."""

    audio_end_ms: int


Moment = SpeechStarted | SpeechStopped


class VoiceActivity:
    """The detector of one session, told every byte that is appended."""

    def __init__(
        self,
        form: Format,
        *,
        threshold: float,
        prefix_padding_ms: int,
        silence_duration_ms: int,
        position_ms: int = 0,
    ) -> None:
        """`position_ms` is how much audio was written before, under other settings."""
        self._form = form
        self._bound = threshold * FULL_THRESHOLD
        self._prefix_padding_ms = prefix_padding_ms
        self._silence_duration_ms = silence_duration_ms
        self._position_ms = position_ms
        self._rest = b""
        self._quiet_ms = 0
        self.speaking = False

    def hear(self, audio: bytes) -> list[Moment]:
        """Take appended audio; what is shorter than a window waits for the next."""
        found: list[Moment] = []
        audio = self._rest + audio
        size = WINDOW_MS * self._form.bytes_per_ms
        whole = len(audio) // size * size
        self._rest = audio[whole:]
        for start in range(0, whole, size):
            loud = loudness(audio[start : start + size], self._form) >= self._bound
            if loud and not self.speaking:
                self.speaking = True
                found.append(SpeechStarted(max(0, self._position_ms - self._prefix_padding_ms)))
            self._position_ms += WINDOW_MS
            self._quiet_ms = 0 if loud else self._quiet_ms + WINDOW_MS
            if self.speaking and self._quiet_ms >= self._silence_duration_ms:
                self.speaking = False
                found.append(SpeechStopped(self._position_ms))
        return found

    def forget(self) -> None:
        """The buffer was committed or cleared: speech that goes on starts anew."""
        self.speaking = False
        self._quiet_ms = 0
