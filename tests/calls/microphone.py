"""The client's ear: captures audio in chunks of real time and appends them, more or less punctually."""

from functools import partial
from typing import TYPE_CHECKING

from calls.agenda import Process
from calls.sound import Audio

if TYPE_CHECKING:
    from calls.call import Call


class Microphone:
    """Captures while it is open; a chunk that has begun is finished."""

    def __init__(self, call: "Call") -> None:
        self.opened_at = 0.0
        self.muted = True
        self._call = call
        self._capturing = False
        self._ready: list[Audio] = []
        self._sending = 0
        self._last_sent = 0.0

    @property
    def silent(self) -> bool:
        """Muted, and everything captured has been sent."""
        return self.muted and not self._capturing and not self._ready and not self._sending

    def open(self) -> None:
        """Capture from now on."""
        if self.muted:
            self.muted = False
            if not self._capturing:
                self.opened_at = self._call.agenda.now
                self._call.agenda.start(self._capture())

    def mute(self) -> None:
        """Capture no more than the chunk that has begun."""
        self.muted = True

    def _capture(self) -> Process:
        self._capturing = True
        now = self.opened_at
        bytes_per_ms = self._call.settings.input_format.bytes_per_ms
        chunk = self._call.settings.chunk_ms
        while not self.muted and not self._call.agenda.over:
            yield chunk
            start, now = now, self._call.agenda.now
            self._ready.append(Audio(chunk * bytes_per_ms, start, self._call.caller.voice_between(start, now)))
            if len(self._ready) >= self._call.settings.burst:
                self._send()
        self._send()
        self._capturing = False

    def _send(self) -> None:
        jitter = self._call.settings.append_jitter_ms
        delay = self._call.random.uniform(0, jitter) if jitter else 0.0
        self._last_sent = max(self._last_sent, self._call.agenda.now + delay)
        batch, self._ready = self._ready, []
        self._sending += len(batch)
        for audio in batch:
            self._call.agenda.at(self._last_sent, partial(self._append, audio))

    def _append(self, audio: Audio) -> None:
        self._sending -= 1
        self._call.client.appends(audio)
