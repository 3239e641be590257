"""Answers cut off, and what became of a client's wish to cut one off.

The API's own truncation of a long context is not visible on the wire, and not counted.
"""

import re
from collections import deque
from collections.abc import Iterable
from math import inf, isnan
from typing import Literal

from msgspec import Struct

from ..facts import Fact, TruncationFinished
from ..realtime.client import ItemTruncate
from ..realtime.objects import ErrorDetail
from ..realtime.server import ErrorOccurred, ItemTruncated
from .bounded import Bounded
from .settings import Settings

TIMEOUT = 15.0
"""Seconds from the wish; servers that do not know the event never answer."""

LIMIT = 100
"""Wishes open at a time."""

MESSAGE = 2000
"""Characters of an error's message that are looked at; the API's have less than 300."""

_INVALID_ITEM = "item_truncate_invalid_item_id"
_WORD = re.compile(r"[\w-]+")
_TOO_SHORT = re.compile(r"Audio content of \S+ is already shorter than (\d+(?:\.\d+)?) ?ms")
_NOT_AUDIO = "Only model output audio messages can be truncated"
"""What api.openai.com says when it rejects one; the code beside it has changed over time, and was null."""


class _Wish(Struct, frozen=True, gc=False):
    """A `conversation.item.truncate` that is not answered yet."""

    due: float
    """When it is given up; inf where times are unknown."""
    event_id: str | None
    item_id: str | None
    content_index: int
    audio_end_ms: float | None


class Truncations:
    """An acknowledgement answers the oldest wish for the same item and content."""

    __slots__ = ("_abandoned", "_client_blind", "_open", "_server_blind", "_settings", "due")

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._open: deque[_Wish] = deque()
        self._abandoned: Bounded[tuple[str | None, int], None] = Bounded(LIMIT)
        """Items and contents whose wish was given up: an acknowledgement after all is not the server's own doing."""
        self._client_blind = self._server_blind = False
        self.due = inf
        """When `tick` has something to do."""

    def asked(self, event: ItemTruncate, at: float) -> Iterable[Fact]:
        """The client wants an answer cut off."""
        if self._server_blind:
            return
        if len(self._open) >= LIMIT:
            yield self._abandon(self._open[0], at)
        wish = _Wish(
            inf if isnan(at) else at + TIMEOUT,
            event.event_id,
            event.item_id,
            event.content_index or 0,
            event.audio_end_ms,
        )
        self._open.append(wish)
        self._schedule()

    def truncated(self, event: ItemTruncated, at: float) -> Iterable[Fact]:
        """The server has cut an answer off."""
        place = (event.item_id, event.content_index or 0)
        for wish in self._open:
            if (wish.item_id, wish.content_index) == place:
                self._remove(wish)
                end = event.audio_end_ms if event.audio_end_ms is not None else wish.audio_end_ms
                return (TruncationFinished(at, wish.item_id, "client", "acknowledged", end, place[1]),)
        if place in self._abandoned:
            del self._abandoned[place]
            return ()
        initiator: Literal["unknown", "server"] = (
            "unknown" if self._settings.sideband or self._client_blind else "server"
        )
        return (TruncationFinished(at, event.item_id, initiator, "acknowledged", event.audio_end_ms, place[1]),)

    def error(self, event: ErrorOccurred, at: float) -> Iterable[Fact]:
        """An error answers one of the wishes, or something else."""
        wish = self._answered_by(event.detail())
        if wish is None:
            return ()
        self._remove(wish)
        return (_finished(wish, "rejected", at),)

    def client_blind(self) -> None:
        """Further wishes will not be seen: whether the server acts by itself cannot be told any more."""
        self._client_blind = True

    def server_blind(self) -> None:
        """Answers will not be seen: no wish is open, now or later."""
        self._server_blind = True
        self._open.clear()
        self._schedule()

    def tick(self, now: float) -> Iterable[Fact]:
        """Give up those that have waited too long."""
        while now >= (due := self.due):
            yield self._abandon(next(wish for wish in self._open if wish.due == due), due)

    def close(self, at: float) -> Iterable[Fact]:
        """The connection has ended."""
        while self._open:
            yield self._abandon(self._open[0], at)

    def _answered_by(self, error: ErrorDetail) -> _Wish | None:
        """The wish that an error answers: by `event_id`, else by the item it names, else by what it says."""
        if not self._open:
            return None
        if error.event_id:
            return next((wish for wish in self._open if wish.event_id == error.event_id), None)
        message = (error.said() or "")[:MESSAGE]
        words = frozenset(_WORD.findall(message))
        for wish in self._open:
            if wish.item_id in words:
                return wish
        if too_short := _TOO_SHORT.search(message):
            asked = float(too_short[1])
            return next((wish for wish in self._open if wish.audio_end_ms == asked), self._open[0])
        if error.code == _INVALID_ITEM or _NOT_AUDIO in message:
            return self._open[0]
        return None

    def _abandon(self, wish: _Wish, at: float) -> Fact:
        self._remove(wish)
        self._abandoned.put((wish.item_id, wish.content_index), None)
        return _finished(wish, "unanswered", at)

    def _remove(self, wish: _Wish) -> None:
        self._open.remove(wish)
        self._schedule()

    def _schedule(self) -> None:
        self.due = next((wish.due for wish in self._open if wish.due < inf), inf)


def _finished(wish: _Wish, outcome: Literal["rejected", "unanswered"], at: float) -> TruncationFinished:
    return TruncationFinished(at, wish.item_id, "client", outcome, wish.audio_end_ms, wish.content_index)
