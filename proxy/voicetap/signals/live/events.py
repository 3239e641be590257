"""The event log of a session, in columns: an hour has ten thousand entries, and no object of Python for any of them.

Frequent events of one type become one entry that grows, as long as no second passes between two of them. What grows
is written down when somebody looks, or when the run is over.
"""

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from msgspec import Struct

from ...chunks import Side
from ...session.bounded import Bounded
from .items import Event, EventPage
from .room import ENTRIES, Room
from .times import Times

FREQUENT = (".append", ".delta")
"""How types end of which there are many."""

TOGETHER = 1.0
"""Seconds between two events that are one entry."""

NAMES = 1000
"""Types that are told apart; what comes under others is called OTHER."""
OTHER = "other"

AT_ONCE = 10
"""Of the entries, one in so many goes at a time when there is no room."""

CHANGES = 2
"""So many are remembered for each entry."""

RECENT = 200
"""Entries whose turn may still turn out to be another one."""

ANSWERS = ("response.", "output_audio_buffer.", "rate_limits.")
"""How types of servers begin that belong to an answer."""

BEGINNINGS = ("session.created", "transcription_session.created", "conversation.created")
"""Types of what comes before anybody can speak, though it may be at the same time."""

_OF_CLIENTS = ("response.create", "response.cancel")

_SERVER = Side.SERVER
_SENDERS: tuple[Literal["client"], Literal["server"]] = ("client", "server")
_NO_TURN = 0


class Run(Struct, gc=False):
    """An entry that grows."""

    n: int
    until: float
    count: int = 1
    written: int = 1
    """How much of the count the entry has."""


class EventLog:
    """Entries are numbered from 1, and the oldest go first."""

    __slots__ = (
        "_at",
        "_changed",
        "_codes",
        "_count",
        "_kept",
        "_limit",
        "_names",
        "_notes",
        "_of_answers",
        "_placed",
        "_revisions",
        "_room",
        "_sender",
        "_stamp",
        "_times",
        "_turn",
        "_type",
        "_unknown_changes",
        "_until",
        "answering",
        "client_runs",
        "dropped",
        "server_runs",
        "turn",
        "weight",
    )

    def __init__(self, stamp: Callable[[], int], times: Times, limit: int, room: Room) -> None:
        """`stamp` gives the next revision."""
        self._stamp = stamp
        self._times = times
        self._limit = limit
        self._room = room
        self._at = array("d")
        """Seconds on the clock of facts."""
        self._until = array("d")
        self._count = array("I")
        self._sender = array("b")
        self._type = array("H")
        self._turn = array("I")
        self._notes: dict[int, str] = {}
        self._changed = array("L")
        """Numbers of the entries that were made or have changed, in that order."""
        self._revisions = array("Q")
        """And when."""
        self._unknown_changes = 0
        """Up to this revision it is not known any more what has changed when."""
        self._names: list[str] = []
        self._codes: dict[str, int] = {}
        self._of_answers: set[int] = set()
        """Codes of what belongs to an answer."""
        self._kept: set[int] = set()
        """Codes of what is of no turn that is opened later: these, and what comes before all turns."""
        self._placed: Bounded[int, None] = Bounded(RECENT)
        """Entries of which a fact has told the turn."""
        self.client_runs: dict[str, Run] = {}
        self.server_runs: dict[str, Run] = {}
        """By type, what grows. Whoever is told of an event adds to a run himself: see `joins`."""
        self.dropped = 0
        self.weight = 0
        """How much of the room it takes."""
        self.turn: int | None = None
        """The one that was opened last: that of most entries."""
        self.answering: int | None = None
        """The turn of the latest response: that of what belongs to an answer."""

    def __len__(self) -> int:
        return len(self._at)

    def add(self, sender: Side, type: str, at: float, note: str | None = None) -> None:
        """One more entry. What has a note is taken to be frequent."""
        if len(self._at) >= self._limit:
            self._drop(max(1, self._limit // AT_ONCE))
        if len(self._at) // ENTRIES > self.weight:
            self.weight += 1
            if not self._room.take() and len(self._at) > self._room.share(self._limit):
                # Twice what has come: so it comes down to its share.
                self._drop(min(len(self._at), 2 * ENTRIES))
        self._at.append(at)
        self._until.append(at)
        self._count.append(1)
        self._sender.append(1 if sender is _SERVER else 0)
        code = self._code(type)
        self._type.append(code)
        self._turn.append((self.answering if code in self._of_answers else self.turn) or _NO_TURN)
        n = self.dropped + len(self._at)
        self._revise(n)
        if note is not None:
            self._notes[n] = note
        if note is not None or type.endswith(FREQUENT):
            runs = self.runs(sender)
            if len(runs) >= NAMES:
                self.end_runs(sender)
            before = runs.get(type)
            if before is not None:
                self._write(before)
            runs[type] = Run(n, at)

    def runs(self, sender: Side) -> dict[str, Run]:
        """What grows of a side."""
        return self.server_runs if sender is _SERVER else self.client_runs

    def grow(self, sender: Side, type: str, at: float) -> bool:
        """Take an event into the entry that it continues, if there is one: say so."""
        run = self.runs(sender).get(type)
        if run is None or at - run.until >= TOGETHER:
            return False
        run.until = at
        run.count += 1
        return True

    def end_runs(self, sender: Side) -> None:
        """What comes now of this side are new entries."""
        runs = self.runs(sender)
        for run in runs.values():
            self._write(run)
        runs.clear()

    def settle(self) -> None:
        """Write down what has grown."""
        for runs in (self.client_runs, self.server_runs):
            for run in runs.values():
                self._write(run)

    def remark(self, at: float, turn: int | None, note: str | None = None) -> None:
        """A fact that the last event has brought tells its turn, and maybe what it was about."""
        if not self._at:
            return
        last = self._at[-1]
        if last != at and (last == last or at == at):
            return
        n = self.dropped + len(self._at)
        if turn is not None:
            self._turn[-1] = turn
            self._placed.put(n, None)
        if note is not None:
            self._notes[n] = note
        self._revise(n)

    def opened(self, turn: int, began_at: float) -> None:
        """A turn was; what has come since it began belongs to it, but for what is of the answer before it, and for
        the beginning of the session."""
        self.turn = turn
        for index in range(len(self._at) - 1, max(-1, len(self._at) - 1 - RECENT), -1):
            if self._at[index] < began_at:
                break
            n = self.dropped + index + 1
            if n not in self._placed and self._type[index] not in self._kept:
                self._turn[index] = turn
                self._revise(n)
            if began_at != began_at:
                break

    def since(self, revision: int) -> Iterator[Event]:
        """Entries that are new or have changed after it, in order; all of them if that was too long ago.

        Which they are is found out now. Each is made when it is asked for, as it is then, and left out if it has been
        dropped: ten thousand at once would take 15 ms.
        """
        if revision < self._unknown_changes:
            return self._entries(range(self.dropped + 1, self.dropped + len(self._at) + 1))
        return self._entries(sorted(set(self._changed[bisect_right(self._revisions, revision) :])))

    def page(
        self, after: int, limit: int, turn: int | None = None, type: str | None = None, search: str | None = None
    ) -> EventPage:
        """So many entries with a higher number, of this turn, this type, and with these letters in type or note."""
        self.settle()
        found: list[Event] = []
        for index in self._fitting(max(0, after - self.dropped), turn, type, search):
            if len(found) == limit:
                return EventPage(found, found[-1].n if found else after, self.dropped)
            found.append(self._entry(index))
        return EventPage(found, None, self.dropped)

    def _entries(self, numbers: Iterable[int]) -> Iterator[Event]:
        for n in numbers:
            if n > self.dropped:
                yield self._entry(n - self.dropped - 1)

    def _fitting(self, first: int, turn: int | None, type: str | None, search: str | None) -> Iterator[int]:
        codes = {code for code, name in enumerate(self._names) if type is None or name == type}
        letters = search.lower() if search else ""
        named = {code for code in codes if letters in self._names[code].lower()}
        noted = {n for n, note in self._notes.items() if letters in note.lower()} if len(named) < len(codes) else ()
        for index in range(first, len(self._at)):
            if turn is None or self._turn[index] == turn:
                code = self._type[index]
                if code in named or (code in codes and self.dropped + index + 1 in noted):
                    yield index

    def _entry(self, index: int) -> Event:
        n, ms = self.dropped + index + 1, self._times.ms
        return Event(
            n=n,
            at_ms=ms(self._at[index]),
            until_ms=ms(self._until[index]),
            sender=_SENDERS[self._sender[index]],
            type=self._names[self._type[index]],
            count=self._count[index],
            turn=self._turn[index] or None,
            note=self._notes.get(n),
        )

    def _write(self, run: Run) -> None:
        index = run.n - self.dropped - 1
        if run.count != run.written:
            run.written = run.count
            if index >= 0:
                self._count[index] = run.count
                self._until[index] = run.until
                self._revise(run.n)

    def _revise(self, n: int) -> None:
        if self._changed and self._changed[-1] == n:
            self._revisions[-1] = self._stamp()
            return
        self._changed.append(n)
        self._revisions.append(self._stamp())
        if len(self._changed) > CHANGES * max(len(self._at), min(RECENT, self._limit)):
            half = len(self._changed) // 2
            self._unknown_changes = self._revisions[half - 1]
            del self._changed[:half], self._revisions[:half]

    def _code(self, type: str) -> int:
        code = self._codes.get(type)
        if code is None:
            if len(self._names) >= NAMES:
                type = OTHER
            code = self._codes.setdefault(type, len(self._names))
            if code == len(self._names):
                self._names.append(type)
                if type.startswith(ANSWERS) and type not in _OF_CLIENTS:
                    self._of_answers.add(code)
                    self._kept.add(code)
                elif type in BEGINNINGS:
                    self._kept.add(code)
        return code

    def _drop(self, count: int) -> None:
        for column in (self._at, self._until, self._count, self._sender, self._type, self._turn):
            del column[:count]
        for n in range(self.dropped + 1, self.dropped + count + 1):
            self._notes.pop(n, None)
        self.dropped += count
        less = self.weight - len(self._at) // ENTRIES
        if less > 0:
            self.weight -= less
            self._room.give_back(less)
