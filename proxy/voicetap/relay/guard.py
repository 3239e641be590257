"""The observer's faults stay the observer's: a tap that raises is removed, and the traffic never knows."""

import logging

from ..chunks import Chunk, Ending, Handshake, HttpExchange, Observer, Tap, UpgradeRequest

log = logging.getLogger(__name__)


class GuardedObserver:
    """An observer that cannot raise."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer

    def upgrade(self, request: UpgradeRequest) -> Tap:
        """Open a tap that cannot raise; a blind one where the observer fails to open any."""
        try:
            return GuardedTap(self._observer.upgrade(request))
        except Exception:
            log.exception("the observer failed to open a tap; this connection is relayed unobserved")
            return GuardedTap(None)

    def http(self, exchange: HttpExchange) -> None:
        """Tell of a plain request."""
        try:
            self._observer.http(exchange)
        except Exception:
            log.exception("the observer failed on a plain HTTP request")


class GuardedTap:
    """A tap that is removed at its first fault."""

    def __init__(self, tap: Tap | None) -> None:
        self._tap = tap

    def answered(self, handshake: Handshake) -> None:
        """Tell of the handshake's outcome."""
        if self._tap is not None:
            try:
                self._tap.answered(handshake)
            except Exception:
                self._remove()

    def chunk(self, chunk: Chunk) -> None:
        """Tell of relayed bytes."""
        if self._tap is not None:
            try:
                self._tap.chunk(chunk)
            except Exception:
                self._remove()

    def closed(self, ending: Ending) -> None:
        """Tell of the end."""
        if self._tap is not None:
            try:
                self._tap.closed(ending)
            except Exception:
                self._remove()

    def _remove(self) -> None:
        self._tap = None
        log.exception("the observer failed and was removed from this connection; its traffic goes on")
