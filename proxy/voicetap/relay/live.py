"""What is being served now: counted for the drain, and ended when its time is over."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from .splice import Splice


class Live:
    """The connections that are relayed and the requests in progress."""

    def __init__(self) -> None:
        self._splices: set[Splice] = set()
        self._requests = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def __len__(self) -> int:
        """How many relayed connections there are."""
        return len(self._splices)

    def began(self, splice: Splice) -> None:
        """A connection is relayed from now on."""
        self._splices.add(splice)
        self._idle.clear()

    def ended(self, splice: Splice) -> None:
        """Both its transports are gone."""
        self._splices.discard(splice)
        self._note_idle()

    @contextmanager
    def request(self) -> Iterator[None]:
        """A request is being served inside."""
        self._requests += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._requests -= 1
            self._note_idle()

    async def idle(self) -> None:
        """Wait until nothing is served."""
        await self._idle.wait()

    def close(self) -> None:
        """End every connection, what is buffered delivered first."""
        for splice in list(self._splices):
            splice.close()

    def abort(self) -> None:
        """End every connection at once."""
        for splice in list(self._splices):
            splice.abort()

    def _note_idle(self) -> None:
        if not self._requests and not self._splices:
            self._idle.set()
