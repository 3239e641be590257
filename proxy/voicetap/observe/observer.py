"""All connections of the process: a tap for each, one backlog for all, and a clock that ticks."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator
from secrets import token_hex
from time import monotonic, time

from ..chunks import HttpExchange, UpgradeRequest
from ..facts import Connection, HttpAnswered, Sink
from ..prices import PriceTable
from .backlog import Backlog, Loop
from .pipeline import Pipeline
from .recorder import Recorder
from .tap import ConnectionTap

log = logging.getLogger(__name__)

TICK = 1.0
"""Seconds between two looks at what was awaited and has not come."""


class ConversationObserver:
    """Understands what the relay tells of, and says it to the sinks."""

    def __init__(
        self,
        loop: Loop,
        *,
        sinks: Callable[[Connection], Iterable[Sink]],
        process_sink: Sink,
        lagged: Callable[[float], None],
        sink_failed: Callable[[str], None],
        recorder: Recorder | None = None,
        prices: PriceTable | None = None,
        content: bool = False,
    ) -> None:
        """`sinks` makes those of a new connection; `process_sink` takes facts that belong to none.

        `lagged` is told once a tick how many seconds observing was behind at its worst, `sink_failed` the name of a
        sink that raised. Without `prices` nothing has a cost; without `content` no fact says what people and models
        said.
        """
        self._backlog = Backlog(loop)
        self._lagged = lagged
        self._sinks = sinks
        self._process_sink = process_sink
        self._sink_failed = sink_failed
        self._recorder = recorder
        self._prices = prices
        self._content = content
        self._taps: set[ConnectionTap] = set()

    def upgrade(self, request: UpgradeRequest) -> ConnectionTap:
        """Told by the relay."""
        connection = Connection(token_hex(8), request, time() - (monotonic() - request.at))
        recorder = self._recorder.upgrade(connection) if self._recorder else None
        pipeline = Pipeline(
            request,
            self._sinks(connection),
            self._sink_failed,
            recorder=recorder,
            prices=self._prices,
            content=self._content,
        )
        tap = ConnectionTap(pipeline, self._backlog, self._taps.discard)
        self._taps.add(tap)
        return tap

    def http(self, exchange: HttpExchange) -> None:
        """Told by the relay."""
        self._process_sink.receive(HttpAnswered(exchange.at, exchange.target, exchange.status))

    def tick(self, now: float) -> None:
        """Let time pass on every connection: after what was relayed until now, which may still wait."""
        lag = self._backlog.take_lag()
        if lag is not None:
            self._lagged(lag)
        self._backlog.put(self._tick, now)

    def _tick(self, now: float) -> Iterator[None]:
        for tap in list(self._taps):
            tap.tick(now)
            yield

    async def tick_for_ever(self) -> None:
        """Tick until cancelled."""
        while True:
            await asyncio.sleep(TICK)
            try:
                self.tick(monotonic())
            except Exception:
                log.exception("a tick of the observer failed; the next one comes")

    def finish(self) -> None:
        """Observe what was relayed and still waits."""
        self._backlog.finish()
