"""The sessions of a process: which of them are kept, and which have changed."""

from collections import OrderedDict, deque
from collections.abc import Iterable

from ...facts import Connection, Sink, TraceIds
from .items import Limits, Summary
from .room import ENTRIES, Room
from .session import Revisions, SessionView
from .sink import ConnectionPage
from .times import iso

SESSIONS = 200

OF_EACH = Limits(sessions=SESSIONS, spans=6000, marks=2000, turns=1000, events=20_000)
"""A call of an hour is whole: it has up to 700 turns of six spans and some twenty-five entries of the event log."""

ITEMS = 100_000
"""Of all sessions together, of 650 bytes each: see Room."""

TURNED_AWAY = 4
"""One in so many of the sessions that are kept may have been refused: a client that is turned away tries again."""

REMEMBERED = 1000
"""Sessions of which it is known that they were forgotten."""


class TooOld(Exception):
    """What has gone since then is not known any more: all has to be read anew."""


class LiveView:
    """Those that go on, and the latest of the others.

    What goes on is never dropped: the relay bounds how much that is. Of what is over, that goes first which ended
    first, when there are too many sessions, or no room is left; and if that does not help, the oldest items of what
    goes on.
    """

    def __init__(self, *, sessions: int = SESSIONS, content: bool = False, limits: Limits = OF_EACH) -> None:
        """`content`: spans and marks have what was said, if facts tell it. `limits` of a session; its `sessions` is
        overruled."""
        self.content = content
        self.limits = Limits(sessions, limits.spans, limits.marks, limits.turns, limits.events)
        self._revisions = Revisions()
        self._sessions: OrderedDict[str, SessionView] = OrderedDict()
        """In the order in which their summaries changed last."""
        self._begun = 0
        self._ended: OrderedDict[str, None] = OrderedDict()
        """Ids of those that are over."""
        self._refused: deque[str] = deque()
        """Of these, those that were refused."""
        alone = limits.spans + limits.marks + limits.turns + limits.events // ENTRIES
        self._room = Room(ITEMS, self._forget_some, lambda: len(self._sessions) * alone / ITEMS)
        self._grown: set[SessionView] = set()
        self._gone: deque[tuple[int, str]] = deque(maxlen=REMEMBERED)
        self._gone_before = 0
        """Up to this revision it is not known what has gone."""

    # For readers.

    @property
    def revision(self) -> int:
        """Of the last change of anything."""
        while self._grown:
            self._grown.pop().settle()
        return self._revisions.latest

    def summaries(self, since: int = 0) -> Iterable[Summary]:
        """Of the sessions whose summary has changed after a revision, in the order of their beginning; of all for 0."""
        found: list[SessionView] = []
        for session in reversed(self._sessions.values()):
            if session.summary_revision <= since:
                break
            found.append(session)
        return [session.summary for session in sorted(found, key=_number)]

    def gone(self, since: int) -> list[str]:
        """Ids of the sessions that were forgotten after a revision; raise TooOld where that is not known."""
        if since < self._gone_before:
            raise TooOld
        found = []
        for revision, id in reversed(self._gone):
            if revision <= since:
                break
            found.append(id)
        return found[::-1]

    def session(self, id: str) -> SessionView | None:
        """The one of this connection, if it is kept."""
        return self._sessions.get(id)

    # For sinks.

    def connection(self, connection: Connection, ids: TraceIds, recording: str | None = None) -> Sink:
        """The sink of a new connection; `recording`: the name of the file that it is read from."""
        self._begun += 1
        summary = Summary(connection.id, recording=recording, started_at=iso(connection.requested_at))
        session = SessionView(
            connection,
            self._revisions,
            self.limits,
            self._room,
            number=self._begun,
            summary=summary,
            changed=self._changed,
            wake=self._grown.add,
        )
        self._forget_some()
        return ConnectionPage(session, ids, content=self.content, ended=self._over)

    def _changed(self, session: SessionView) -> None:
        self._sessions[session.id] = session
        self._sessions.move_to_end(session.id)

    def _over(self, session: SessionView, refused: bool) -> None:
        if self._sessions.get(session.id) is not session or session.id in self._ended:
            return
        self._ended[session.id] = None
        if refused:
            self._refused.append(session.id)
            if len(self._refused) > max(1, self.limits.sessions // TURNED_AWAY):
                self._forget(self._refused[0])
        self._forget_some()

    def _forget_some(self) -> None:
        while self._ended and (len(self._sessions) > self.limits.sessions or self._room.is_scarce):
            self._forget(next(iter(self._ended)))

    def _forget(self, id: str) -> None:
        del self._ended[id]
        if id in self._refused:
            self._refused.remove(id)
        session = self._sessions.pop(id)
        self._room.give_back(session.weight)
        self._grown.discard(session)
        if len(self._gone) == self._gone.maxlen:
            self._gone_before = self._gone[0][0]
        self._gone.append((self._revisions.next(), id))


def _number(session: SessionView) -> int:
    return session.number
