"""What a listener hears of audio that comes faster or slower than it plays."""


class Playback:
    """One spoken item, played in real time from its first audio on; it pauses when nothing is left. Times in ms."""

    def __init__(self, begins_at: float) -> None:
        self.begins_at = begins_at
        self.received_ms = 0.0
        self.underruns = 0
        self._ends_at = begins_at
        self._stopped_at: float | None = None
        self._heard_ms = 0.0

    @property
    def ends_at(self) -> float:
        """When all that has come will have been played."""
        return self._ends_at

    def receive(self, ms: float, now: float) -> None:
        """Audio has come."""
        if self.received_ms and now > self._ends_at:
            self.underruns += 1
        self.received_ms += ms
        self._ends_at = max(self._ends_at, now) + ms

    def heard(self, now: float) -> float:
        """Milliseconds played so far."""
        if self._stopped_at is not None:
            return self._heard_ms
        return min(self.received_ms, max(0.0, self.received_ms - (self._ends_at - now)))

    def left(self, now: float) -> float:
        """Milliseconds until silence, as far as is known."""
        return 0.0 if self._stopped_at is not None else max(0.0, self._ends_at - now)

    def stop(self, now: float) -> None:
        """Silence, for good."""
        self._heard_ms = self.heard(now)
        self._stopped_at = now
