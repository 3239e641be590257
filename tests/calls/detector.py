"""A voice activity detector: it hears audio in frames, and knows utterances by onset and silence."""

from collections.abc import Iterator
from dataclasses import dataclass

from calls.settings import Settings
from calls.sound import Audio


@dataclass(frozen=True)
class Onset:
    """Somebody speaks. The position includes the padding (ms of audio)."""

    audio_start_ms: int


@dataclass(frozen=True)
class Pause:
    """Nobody has spoken for a while. The position includes the silence (ms of audio)."""

    audio_end_ms: int
    voice_ended_at: float
    """The wall time of the last sound of the voice, which no server would know."""
    rounding_ms: float
    """By how much the silence seems to have begun later: all is told in whole frames."""


class Detector:
    """Positions are milliseconds of audio that have been written."""

    def __init__(self, settings: Settings) -> None:
        self.speaking = False
        self.position = 0.0
        self.heard_until = 0.0
        """The wall time of the end of what was heard."""
        self._settings = settings
        self._frame_start = 0
        self._voice: list[tuple[float, float, float]] = []
        self._run = 0
        self._voice_ended_at = 0.0
        self._rounding = 0.0

    def hear(self, audio: Audio) -> Iterator[Onset | Pause]:
        """What the frames that are now complete tell."""
        for start, end in audio.voice:
            offset = self.position - audio.captured_at
            self._voice.append((start + offset, end + offset, end))
        self.position += audio.size / self._settings.input_format.bytes_per_ms
        self.heard_until = audio.captured_at + audio.size / self._settings.input_format.bytes_per_ms
        frame = self._settings.frame_ms
        while self._frame_start + frame <= self.position:
            self._frame_start += frame
            found = self._frame(self._frame_start - frame, self._frame_start)
            if found:
                yield found

    def _frame(self, start: int, end: int) -> Onset | Pause | None:
        voiced = [
            (min(last, end), wall - max(0.0, last - end))
            for first, last, wall in self._voice
            if first < end and last > start
        ]
        self._voice = [interval for interval in self._voice if interval[1] > end]
        if voiced:
            last, self._voice_ended_at = max(voiced)
            self._rounding = end - last
        if bool(voiced) == self.speaking:
            self._run = 0
            return None
        self._run += end - start
        limit = self._settings.silence_ms if self.speaking else self._settings.onset_ms
        if self._run < limit:
            return None
        self.speaking, run, self._run = not self.speaking, self._run, 0
        if self.speaking:
            return Onset(max(0, end - run - self._settings.prefix_ms))
        return Pause(end, self._voice_ended_at, self._rounding + run - limit)
