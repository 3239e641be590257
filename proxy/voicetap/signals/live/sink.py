"""The facts of one connection, as they come."""

from collections.abc import Callable
from typing import ClassVar

from ...chunks import Side
from ...facts import EventReceived, Fact, TraceIds
from .events import TOGETHER
from .handlers import HANDLERS, Parts
from .items import UNKNOWN
from .session import SessionView

_SERVER = Side.SERVER


class ConnectionPage:
    """Most of the facts are EventReceived, and most of these only make an entry of the event log grow."""

    name: ClassVar[str] = "page"

    __slots__ = ("_client_runs", "_parts", "_server_runs", "_session")

    def __init__(
        self,
        session: SessionView,
        ids: TraceIds,
        *,
        content: bool,
        ended: Callable[[SessionView, bool], None],
    ) -> None:
        """`ended` is told when it is over, and whether it was refused."""
        self._session = session
        self._parts = Parts(session, ids, content=content, ended=ended)
        self._client_runs, self._server_runs = session.log.client_runs, session.log.server_runs

    def receive(self, fact: Fact) -> None:
        """Take the next fact."""
        if isinstance(fact, EventReceived):
            run = (self._server_runs if fact.sender is _SERVER else self._client_runs).get(fact.type)
            # Where times are unknown, what follows is taken to follow at once.
            if run is not None and not (at := fact.at) - run.until >= TOGETHER:
                run.until = self._session.latest_at = at
                run.count += 1
                self._session.grew()
                return
        handle = HANDLERS.get(type(fact))
        if handle is not None and not self._parts.over:
            self._session.latest_at = fact.at
            handle(self._parts, fact)

    def close(self) -> None:
        """Close what the end of the connection did not: the observer has failed, or voicetap stops."""
        if not self._parts.over:
            self._parts.end(self._session.latest_at, "ended", UNKNOWN)
