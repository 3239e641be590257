"""The clock of facts -> milliseconds since the upgrade request; times since 1970 -> text."""

from datetime import UTC, datetime


class Times:
    """Of one session."""

    __slots__ = ("_zero",)

    def __init__(self, requested_at: float) -> None:
        """`requested_at`: seconds on the clock of facts; NaN where a recording has no times."""
        self._zero = requested_at

    def ms(self, at: float) -> float | None:
        """To a tenth; None where the time is not known."""
        seconds = at - self._zero
        return round(seconds * 1000, 1) if seconds == seconds else None


def milliseconds(seconds: float | None) -> float | None:
    """A duration to a tenth of a millisecond; None where it is not known."""
    return round(seconds * 1000, 1) if seconds is not None and seconds == seconds else None


def iso(seconds: float | None) -> str | None:
    """A time since 1970 as ISO 8601 in UTC, to the millisecond; None where there is none, or none that can be."""
    if seconds is None:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except (ValueError, OverflowError, OSError):
        return None
