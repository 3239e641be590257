"""What a session came to, in numbers: for what is said of it at its end."""

from collections.abc import Mapping
from typing import Any

from .. import facts
from ..facts import Fact

_NUMBERS: dict[type[Fact], str] = {
    facts.TurnOpened: "turns",
    facts.AnswerSpoken: "spoken_answers",
    facts.Interrupted: "interruptions",
    facts.TranscriptionLate: "late_transcriptions",
    facts.DeadAirNoticed: "dead_air",
    facts.ErrorReported: "errors",
    facts.Surprise: "surprises",
    facts.MessageMalformed: "malformed_messages",
    facts.GapOpened: "observer_gaps",
}

_OUTCOMES: dict[type[Fact], tuple[str, str]] = {
    facts.ResponseFinished: ("responses", "status"),
    facts.TranscriptionFinished: ("transcriptions", "outcome"),
    facts.TruncationFinished: ("truncations", "outcome"),
    facts.ToolFinished: ("tool_calls", "outcome"),
}
"""Counted by what became of them, which is in this field; it has few values, and none is a peer's."""


class Counts:
    """Of one session."""

    __slots__ = ("numbers", "outcomes")

    def __init__(self) -> None:
        self.numbers = dict.fromkeys(_NUMBERS.values(), 0)
        """How many there were."""
        self.outcomes: dict[str, dict[str, int]] = {name: {} for name, _ in _OUTCOMES.values()}
        """How many of each outcome; those that there were."""

    def receive(self, fact: Fact) -> None:
        """Count a fact, if it is one of those that are counted."""
        counted = _COUNTED.get(type(fact))
        if counted is not None:
            name, field = counted
            if field is None:
                self.numbers[name] += 1
            else:
                table, outcome = self.outcomes[name], getattr(fact, field)
                table[outcome] = table.get(outcome, 0) + 1

    def told(self) -> Mapping[str, Any]:
        """All of it, by name."""
        return {**self.numbers, **self.outcomes}


_COUNTED: dict[type[Fact], tuple[str, str | None]] = {fact: (name, None) for fact, name in _NUMBERS.items()}
_COUNTED |= _OUTCOMES
"""Looked up once for each fact."""

COUNTED = frozenset(_COUNTED)
"""The facts that are counted."""
