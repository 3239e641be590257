"""The moments of a session's timeline."""

from msgspec import Struct

from ...facts import (
    DeadAirNoticed,
    ErrorReported,
    GapOpened,
    Interrupted,
    InterruptionTookEffect,
    MessageMalformed,
    Overlapped,
    SessionFellSilent,
    SessionStartFailed,
    Surprise,
    TruncationFinished,
    TruncationMeasured,
    UnknownEventReceived,
)
from ...session.bounded import Bounded
from ..identifiers import shown
from .details import details, of_the_server, text
from .items import Lane, Mark, MarkKind, Scalar, Severity
from .ordered import Ordered
from .times import Times, milliseconds

REMEMBERED = 100
"""Interruptions and truncations of which figures may come."""

TOGETHER = 1.0
"""Seconds between two faults of a kind that are one mark: a peer that makes no sense does so with every event."""


class Fault(Struct):
    """A mark that may stand for several."""

    mark: Mark
    until: float
    """Time of the last of them, in seconds."""
    count: int = 1


class Marks:
    """Those of one session."""

    __slots__ = ("_content", "_faults", "_interruptions", "_items", "_made", "_times", "_truncations")

    def __init__(self, items: Ordered[Mark], times: Times, *, content: bool) -> None:
        self._items = items
        self._times = times
        self._content = content
        self._made = 0
        self._faults: Bounded[tuple[str, str], Fault] = Bounded(REMEMBERED)
        """By kind and label."""
        self._interruptions: Bounded[str, Mark] = Bounded(REMEMBERED)
        """By response."""
        self._truncations: Bounded[str | None, Mark] = Bounded(REMEMBERED)
        """By item."""

    # Answers that were cut off.

    def interrupted(self, fact: Interrupted) -> None:
        """An answer was."""
        about = details(
            cause=fact.cause, response_id=of_the_server(fact.response_id), item_id=of_the_server(fact.item_id)
        )
        mark = self._add("interruption", fact.at, fact.phase, "info", "playback", fact.turn, about)
        self._interruptions.put(fact.response_id, mark)

    def took_effect(self, fact: InterruptionTookEffect) -> None:
        """So long after that, no more of it came."""
        self._learn(self._interruptions.get(fact.response_id), stop_ms=milliseconds(fact.seconds))

    def truncated(self, fact: TruncationFinished, turn: int | None) -> None:
        """At what the user heard, or was to hear."""
        about = details(initiator=fact.initiator, item_id=of_the_server(fact.item_id), audio_end_ms=fact.audio_end_ms)
        severity: Severity = "info" if fact.outcome == "acknowledged" else "warning"
        mark = self._add("truncation", fact.at, fact.outcome, severity, "playback", turn, about)
        self._truncations.put(fact.item_id, mark)

    def measured(self, fact: TruncationMeasured) -> None:
        """So much of it went unheard."""
        mark = self._truncations.get(fact.item_id)
        if mark is not None and mark.turn is None:
            mark.turn = fact.turn
        self._learn(mark, generated_ms=fact.generated_ms, unheard_ms=fact.unheard_ms)

    def overlapped(self, fact: Overlapped) -> None:
        """The user spoke over an answer that went on."""
        at = fact.spoke_at if fact.spoke_at == fact.spoke_at else fact.at
        about = details(response_id=of_the_server(fact.response_id))
        self._add("overlap", at, "overlap", "info", "user", fact.turn, about)

    # Silence.

    def dead_air(self, fact: DeadAirNoticed) -> None:
        """The user has waited for 5 s."""
        self._add("dead_air", fact.at, fact.after, "bad", None, fact.turn, {})

    def fell_silent(self, fact: SessionFellSilent, turn: int | None) -> None:
        """After an error nothing came for 30 s."""
        self._add("silent", fact.at, "silent", "bad", None, turn, {})

    def start_failed(self, fact: SessionStartFailed) -> None:
        """There was no session."""
        self._add("start_failed", fact.at, fact.outcome, "bad", None, None, details(code=fact.code))

    def turned_away(self, outcome: str, at: float) -> None:
        """There was not even a connection."""
        self._add("start_failed", at, shown(outcome), "bad", None, None, {})

    # Faults, which may come by the thousand.

    def error(self, fact: ErrorReported, turn: int | None) -> None:
        """The server sent one."""
        mark = self._fault("error", fact.at, shown(fact.code), "warning", turn, {})
        if self._content and fact.message is not None:
            mark.detail["message"] = text(fact.message)

    def gap(self, fact: GapOpened, turn: int | None) -> None:
        """Some of the traffic was not understood."""
        about = details(sender=fact.sender.value if fact.sender is not None else None)
        self._fault("gap", fact.at, shown(fact.reason), "warning", turn, about)

    def surprise(self, fact: Surprise, turn: int | None) -> None:
        """An event made no sense where it came."""
        # The detail is one of a closed list, though it has spaces.
        about = {**details(type=fact.type), "detail": fact.detail}
        self._fault("surprise", fact.at, fact.kind, "info", turn, about)

    def malformed(self, fact: MessageMalformed, turn: int | None) -> None:
        """A message was no event."""
        about = details(sender=fact.sender.value, type=fact.type)
        self._fault("malformed", fact.at, shown(fact.reason), "warning", turn, about)

    def unknown(self, fact: UnknownEventReceived, type: str, turn: int | None) -> None:
        """An event is not in the catalogue; `type` is what may be shown of its name."""
        self._fault("unknown", fact.at, type, "info", turn, {"sender": fact.sender.value})

    def _fault(
        self, kind: MarkKind, at: float, label: str, severity: Severity, turn: int | None, about: dict[str, Scalar]
    ) -> Mark:
        fault = self._faults.get((kind, label))
        if fault is None or at - fault.until >= TOGETHER:
            fault = Fault(self._add(kind, at, label, severity, None, turn, about), at)
            self._faults.put((kind, label), fault)
        else:
            fault.until = at
            fault.count += 1
            fault.mark.detail["count"] = fault.count
            self._items.changed(fault.mark.id)
        return fault.mark

    def _add(
        self,
        kind: MarkKind,
        at: float,
        label: str,
        severity: Severity,
        lane: Lane | None,
        turn: int | None,
        about: dict[str, Scalar],
    ) -> Mark:
        self._made += 1
        mark = Mark(self._made, self._times.ms(at), kind, label, severity, lane, turn, about)
        self._items.put(mark.id, mark)
        return mark

    def _learn(self, mark: Mark | None, **values: float | None) -> None:
        if mark is not None:
            mark.detail |= details(**values)
            self._items.changed(mark.id)
