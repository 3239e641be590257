"""What has changed of a view, as events of streams: at each tick, for all who wait for it.

All of them are told of the same moment, and so from then on have the same to be told: what several wait for is written
once, however many there are. Who comes later, or was still reading at the last tick, is with the others from the next.
"""

import asyncio
from typing import NamedTuple, Protocol

from pydantic import BaseModel

from ...signals.live import LiveView, TooOld
from .encoder import Encoder
from .models import Reset, SessionChanged, SessionsChanged
from .position import Position

NOTHING = -1
"""The revision of somebody who has nothing yet."""


class Ticks(Protocol):
    """A beat that is waited for."""

    async def next(self) -> bool:
        """Wait for the next one; False when it was the last."""


class Update(NamedTuple):
    """Some events, and the revision after them."""

    data: bytes | bytearray
    """Empty where nothing has changed."""
    revision: int
    more: bool
    """There will be others."""


_Reader = tuple[str | None, int]
"""The session that somebody wants to be told of, and the revision that he has."""


class Updates:
    """All changes of one view."""

    def __init__(self, view: LiveView, epoch: str, encode: Encoder, ticks: Ticks) -> None:
        self._view = view
        self._epoch = epoch
        self._encode = encode
        self._ticks = ticks
        self._waiting: dict[_Reader, asyncio.Future[Update]] = {}
        self._rounds: set[asyncio.Task[None]] = set()

    def knows(self, position: Position) -> bool:
        """Whether this is one of this run."""
        return position.epoch == self._epoch and position.revision <= self._view.revision

    async def reset(self) -> Update:
        """What a reader has means nothing here: he has to ask for all anew, and from here on is told of changes."""
        position = self._now()
        return Update(await self._write(_RESET, position, last=True), position.revision, True)

    async def next(self, session: str | None, revision: int) -> Update:
        """What has changed since then by the next tick: in the list of sessions, and in one, if one is named."""
        reader = session, revision
        if not self._waiting:
            going_round = asyncio.create_task(self._go_round())
            self._rounds.add(going_round)
            going_round.add_done_callback(self._rounds.discard)
        if reader not in self._waiting:
            self._waiting[reader] = asyncio.get_running_loop().create_future()
        # Whoever goes away takes nothing from those who wait for the same.
        return await asyncio.shield(self._waiting[reader])

    async def _go_round(self) -> None:
        more = await self._ticks.next()
        waiting, self._waiting = self._waiting, {}
        try:
            # All is looked at in one go; while it is written, more may change.
            position = self._now()
            lists = {revision: self._list(revision) for _, revision in waiting}
            sessions = {reader: self._session(*reader) for reader in waiting if lists[reader[1]] is not _RESET}
            written = {
                revision: await self._write(document, position, last=True) for revision, document in lists.items()
            }
            for reader, future in waiting.items():
                after = written[reader[1]]
                data = await self._write(sessions.get(reader), position, last=not after)
                data += after
                future.set_result(Update(data, position.revision, more))
        except Exception as error:
            for future in waiting.values():
                if not future.done():
                    future.set_exception(error)

    def _now(self) -> Position:
        return Position(self._epoch, self._view.revision)

    def _list(self, since: int) -> "_Document | None":
        view = self._view
        try:
            gone = view.gone(since) if since > 0 else []
        except TooOld:
            return _RESET
        summaries = list(view.summaries(max(since, 0)))
        if not summaries and not gone and since != NOTHING:
            return None
        return _Document("sessions", SessionsChanged, {"sessions": summaries, "gone": gone})

    def _session(self, id: str | None, since: int) -> "_Document | None":
        session = self._view.session(id) if id is not None else None
        if session is None or session.revision <= since:
            return None
        changes = session.changes(max(since, 0))
        fields: dict[str, object] = {
            "id": session.id,
            "summary": session.summary,
            "configuration": session.configuration,
            "events": session.events_since(max(since, 0)),
        }
        parts = ("spans", "marks", "turns", "figures", "dropped")
        return _Document("session", SessionChanged, fields | {name: getattr(changes, name) for name in parts})

    async def _write(self, document: "_Document | None", position: Position, *, last: bool) -> bytearray:
        """An event; the last of an update says where to go on: cut off before it, a reader has not taken any."""
        if document is None:
            return bytearray()
        data = await self._encode(document.model, **position._asdict(), **document.fields)
        id = f"id: {position}\n" if last else ""
        data[:0] = f"{id}event: {document.name}\ndata: ".encode()
        data += b"\n\n"
        return data


class _Document(NamedTuple):
    """An event that is not written yet."""

    name: str
    model: type[BaseModel]
    fields: dict[str, object]


_RESET = _Document("reset", Reset, {})
