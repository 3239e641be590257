"""What a fact is, and who takes it."""

from typing import ClassVar, Protocol

from msgspec import Struct


class Fact(Struct, frozen=True, gc=False):
    """Something that happened."""

    at: float
    """Seconds on the monotonic clock; NaN where the time is not known."""


class Sink(Protocol):
    """Makes signals from facts: those of one connection, or those that belong to none."""

    name: ClassVar[str]
    """What the metrics of voicetap's own failures call it."""

    def receive(self, fact: Fact) -> None:
        """Take the next fact; one that the sink has no use for is let go."""

    def close(self) -> None:
        """Nothing follows. Comes once or more, also where the end of the connection is no fact, for want of an observer
        that still works; what a gauge holds of the connection is given back."""
