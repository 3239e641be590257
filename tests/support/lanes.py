"""The lanes of a live page's timeline, one at a time, told facts by the test."""

from itertools import count

from voicetap.facts import TraceIds, TurnOpened
from voicetap.signals.live import Span, Turn
from voicetap.signals.live.ordered import Ordered
from voicetap.signals.live.room import Room
from voicetap.signals.live.spans import Spans
from voicetap.signals.live.times import Times
from voicetap.signals.live.turns import Turns

from .viewed import line


def room() -> Room:
    """As much as one wants."""
    return Room(10**9, lambda: None, lambda: 1.0)


class Lanes:
    """Spans and turns of a session whose upgrade request came at 100."""

    def __init__(self, at: float = 100.0) -> None:
        revisions = count(1)
        self.items: Ordered[Span] = Ordered(lambda: next(revisions), 10_000, room())
        turns: Ordered[Turn] = Ordered(lambda: next(revisions), 10_000, room())
        self.ids = TraceIds()
        self.spans = Spans(self.items, Times(at))
        self.turns = Turns(turns, Times(at), self.ids)

    def open(self, turn: int = 1, opened_by: str = "speech", *, at: float, began_at: float) -> TurnOpened:
        """A turn is opened; the lane has still to be told."""
        fact = TurnOpened(at, turn, opened_by, began_at)  # type: ignore[arg-type]
        self.turns.opened(fact)
        return fact

    def told(self) -> list[str]:
        """The spans, each in one line."""
        return [line(span).replace("\n ", "") for span in self.items.since(0)]
