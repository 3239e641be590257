"""The input audio buffer: how much was written to it, how much of that is committed, and where speech is in it."""

from . import settings
from .audio import Format
from .protocol import Event
from .vad import Moment, VoiceActivity


class InputBuffer:
    """The buffer of one session; it counts, and keeps no audio."""

    def __init__(self, heard: Event) -> None:
        """`heard` is the session's `audio.input`."""
        self._heard: Event = {}
        self._rest_bytes = 0
        self.written_ms = 0
        """All that was ever written."""
        self._committed_ms = 0
        self._form: Format
        self._detector: VoiceActivity | None = None
        self.configure(heard)

    @property
    def buffered_ms(self) -> int:
        """What a commit would take."""
        return self.written_ms - self._committed_ms

    def configure(self, heard: Event) -> bool:
        """Take new settings; say whether a detector that they change has begun anew."""
        same = all(heard[name] == self._heard.get(name) for name in ("format", "turn_detection")) and self._heard
        self._heard = heard
        if same:
            return False
        self._form = settings.format_of(heard)
        self._rest_bytes = 0
        detection = heard["turn_detection"]
        self._detector = detection and VoiceActivity(
            self._form,
            threshold=detection.get("threshold", 0.5),
            prefix_padding_ms=detection.get("prefix_padding_ms", 300),
            silence_duration_ms=settings.silence_of(detection),
            position_ms=self.written_ms,
        )
        return True

    def append(self, audio: bytes) -> list[Moment]:
        """Write audio; where server VAD is on, say where speech starts and stops."""
        ms, self._rest_bytes = divmod(self._rest_bytes + len(audio), self._form.bytes_per_ms)
        self.written_ms += ms
        return self._detector.hear(audio) if self._detector else []

    def commit(self, until_ms: int | None = None) -> None:
        """Take what was written until that position out of it; without one, all, and speech that goes on starts anew.

        Clearing is the same, for a buffer that keeps no audio.
        """
        if until_ms is None:
            until_ms = self.written_ms
            if self._detector:
                self._detector.forget()
        self._committed_ms = until_ms
