"""One session, as it is read."""

from collections.abc import Callable, Iterator
from typing import Literal

from msgspec.structs import replace

from ...facts import Connection, SessionConfigured
from .details import details
from .events import EventLog
from .figures import Sums
from .items import Changes, Dropped, Event, EventPage, Figures, Limits, Mark, Scalar, Span, Summary, Turn
from .ordered import Ordered
from .room import Room
from .times import Times
from .troubles import Troubles


class Revisions:
    """Counts the changes of everything in a process."""

    __slots__ = ("latest",)

    def __init__(self) -> None:
        self.latest = 0

    def next(self) -> int:
        """There is one more."""
        self.latest += 1
        return self.latest


class SessionView:
    """What is known of it so far. Its sink writes, everybody else reads."""

    __slots__ = (
        "_changed",
        "_figures_revision",
        "_grown",
        "_revision",
        "_revisions",
        "_summary",
        "_wake",
        "configuration",
        "latest_at",
        "log",
        "marks",
        "number",
        "spans",
        "sums",
        "times",
        "troubles",
        "turns",
    )

    def __init__(
        self,
        connection: Connection,
        revisions: Revisions,
        limits: Limits,
        room: Room,
        *,
        number: int,
        summary: Summary,
        changed: Callable[["SessionView"], None],
        wake: Callable[["SessionView"], None],
    ) -> None:
        """`number`: of its beginning. `changed` is told that the summary has; `wake`, that something has grown of
        which the revision does not tell before `settle`."""
        self._revisions = revisions
        self._changed = changed
        self._wake = wake
        self._grown = False
        self._revision = self._figures_revision = 0
        self._summary = summary
        self.number = number
        self.times = Times(connection.request.at)
        self.latest_at = connection.request.at
        """Time of the latest fact."""
        self.spans: Ordered[Span] = Ordered(self._stamp, limits.spans, room)
        self.marks: Ordered[Mark] = Ordered(self._stamp, limits.marks, room)
        self.turns: Ordered[Turn] = Ordered(self._stamp, limits.turns, room)
        self.log = EventLog(self._stamp, self.times, limits.events, room)
        self.sums = Sums()
        self.troubles = Troubles()
        self.configuration: dict[str, Scalar] = {}
        """Turn detection and the like, by name."""
        self.summarize()

    # For readers.

    @property
    def id(self) -> str:
        """Of the connection."""
        return self._summary.id

    @property
    def revision(self) -> int:
        """Of its last change of any kind."""
        self.settle()
        return self._revision

    @property
    def is_recorded(self) -> bool:
        """It is read from a recording."""
        return self._summary.recording is not None

    @property
    def summary(self) -> Summary:
        """As of now; it does not change any more."""
        return replace(
            self._summary,
            duration_ms=self.times.ms(self.latest_at),
            health=self.troubles.health(),
            troubles=self.troubles.told(),
            turn_latency_ms=self.sums.turn_latency,
            cost_usd=self.sums.cost_usd,
        )

    @property
    def summary_revision(self) -> int:
        """Of the last change of the summary."""
        return self._summary.revision

    @property
    def figures(self) -> Figures:
        """As of now; they do not change any more."""
        return self.sums.told()

    @property
    def dropped(self) -> Dropped:
        """What is gone, for there was too much."""
        return Dropped(self.spans.dropped, self.marks.dropped, self.turns.dropped, self.log.dropped)

    def changes(self, since: int = 0) -> Changes:
        """What has changed after a revision; all there is for 0."""
        self.settle()
        return Changes(
            self._revision,
            self.spans.since(since),
            self.marks.since(since),
            self.turns.since(since),
            self.figures if self._figures_revision > since or since == 0 else None,
            self.dropped,
        )

    def events_since(self, revision: int) -> Iterator[Event]:
        """Entries of the event log that have changed after a revision; all for 0. See EventLog.since."""
        self.settle()
        return self.log.since(revision)

    def events(
        self,
        after: int = 0,
        limit: int = 1000,
        turn: int | None = None,
        type: str | None = None,
        search: str | None = None,
    ) -> EventPage:
        """Entries of the event log with a higher number than `after`; see EventLog.page."""
        return self.log.page(after, limit, turn, type, search)

    def settle(self) -> None:
        """Give a revision to what has grown."""
        if self._grown:
            self._grown = False
            self.log.settle()

    @property
    def weight(self) -> int:
        """How much of the room it takes."""
        return len(self.spans) + len(self.marks) + len(self.turns) + self.log.weight

    # For the sink.

    def grew(self) -> None:
        """A folded entry of the event log has."""
        if not self._grown:
            self._grown = True
            self._wake(self)

    def figures_changed(self) -> None:
        """They have."""
        self._figures_revision = self._stamp()

    def configured(self, fact: SessionConfigured) -> None:
        """What the session is."""
        self.configuration = details(
            purpose=fact.purpose,
            model=fact.model,
            model_confirmed=fact.model_confirmed,
            turn_detection=fact.turn_detection,
            transcribes=fact.transcribes,
            transcription_model=fact.transcription_model,
        )

    def summarize(self, **fields: object) -> None:
        """The summary changes: these fields of it, or something that it is computed from."""
        for name, value in fields.items():
            setattr(self._summary, name, value)
        self._summary.revision = self._stamp()
        self._changed(self)

    def count(self, name: Literal["turns", "interruptions", "truncations", "tool_calls"]) -> None:
        """There is one more."""
        self.summarize(**{name: getattr(self._summary, name) + 1})

    def trouble(self, kind: str) -> None:
        """Something went wrong."""
        self.troubles.add(kind)
        self.summarize()

    def _stamp(self) -> int:
        self._revision = self._revisions.next()
        return self._revision
