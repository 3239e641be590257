"""The person at the phone: speaks at times of their own, and hears what is played to them."""

from typing import TYPE_CHECKING

from calls.agenda import Process
from calls.plans import Answered, Heard, Plan

if TYPE_CHECKING:
    from calls.call import Call

TICK_MS = 0.001
"""The smallest step of time."""

PREROLL_MS = 200
"""Between opening a muted microphone and speaking."""


class Caller:
    """Scripts are made of these acts: `yield from call.caller.asks(1200)`. Durations in ms."""

    def __init__(self, call: "Call") -> None:
        self._call = call
        self._voice: list[tuple[float, float]] = []
        self._drawing_breath = False

    def voice_between(self, start: float, end: float) -> tuple[tuple[float, float], ...]:
        """When there is a voice within a stretch of time."""
        return tuple((max(start, a), min(end, b)) for a, b in self._voice if a < end and b > start)

    @property
    def speaking(self) -> bool:
        """Now, or about to."""
        return self._drawing_breath or (bool(self._voice) and self._call.agenda.now < self._voice[-1][1])

    @property
    def unheard(self) -> bool:
        """The server has not yet got all that was said."""
        return bool(self._voice) and self._call.server.detector.heard_until < self._voice[-1][1]

    def says(self, ms: float) -> Process:
        """Speak, and end with the last sound."""
        call = self._call
        self._drawing_breath = True
        if call.microphone.muted:
            call.microphone.open()
            yield PREROLL_MS
        if call.settings.aligned:
            yield -(call.agenda.now - call.microphone.opened_at) % call.settings.frame_ms
        self._drawing_breath = False
        self._voice.append((call.agenda.now, call.agenda.now + ms))
        yield ms

    def asks(self, ms: float, *answers: Plan, heard: Heard | None = None) -> Process:
        """Speak; `answers` are what the model will do about it, `heard` what the transcriber will."""
        self._call.server.expect(*answers, heard=heard)
        yield from self.says(ms)

    def holds_the_button(self, ms: float, *answers: Plan, heard: Heard | None = None) -> Process:
        """Push-to-talk: what plays is stopped, and the microphone open as long as the voice lasts; then an answer."""
        call = self._call
        if not call.client.quiet:
            call.client.presses_stop()
        call.server.expect(*answers, heard=heard)
        call.microphone.open()
        self._voice.append((call.agenda.now, call.agenda.now + ms))
        yield ms
        released_at = call.agenda.now
        call.microphone.mute()
        yield lambda: call.microphone.silent
        call.client.commits(released_at)

    def hears(self, ms: float) -> Process:
        """Listen until so much of the answer now spoken, or of the next, has been heard, or all that there is of it."""
        call = self._call
        yield lambda: call.audible is not None or call.quiet
        playback = call.audible
        if playback is None:
            return
        while (missing := ms - playback.heard(call.agenda.now)) >= TICK_MS and not call.client.quiet:
            yield min(missing, 10.0) if playback.left(call.agenda.now) < missing else missing

    def waits_for(self, happened: Answered) -> Process:
        """Until the client has seen it."""
        yield lambda: happened(self._call.client)

    def waits_for_quiet(self) -> Process:
        """Until nothing is being said, made, or worked at."""
        while not self._call.quiet:
            yield 10.0
