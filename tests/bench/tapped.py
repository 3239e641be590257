"""voicetap's relay, tap and session without its signals: what these cost, and so what the signals add.

    python -m bench.tapped --upstream PORT --listen PORT --admin PORT

There is one sink, the least that proves the session is told of every event: it counts them by type, for /metrics.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import Iterator
from typing import ClassVar

import uvloop
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from bench.relayed import parse_relay_arguments, relay
from voicetap.app import SWITCH_INTERVAL
from voicetap.facts import EventReceived, Fact
from voicetap.observe import ConversationObserver
from voicetap.prices import load_prices
from voicetap.web.admin import Admin


class TypeCount(Collector):
    """Counts the events of all connections."""

    name: ClassVar[str] = "types"

    def __init__(self) -> None:
        self._events: Counter[str] = Counter()

    def receive(self, fact: Fact) -> None:
        """Told by the pipeline."""
        if type(fact) is EventReceived:
            self._events[fact.type] += 1

    def close(self) -> None:
        """A connection has ended; what it sent still counts."""

    def collect(self) -> Iterator[CounterMetricFamily]:
        """Asked by the registry."""
        family = CounterMetricFamily("voicetap_events", "Events, by type.", labels=["type"])
        for kind, count in self._events.items():
            family.add_metric([kind], count)
        yield family


async def main() -> None:
    """Relay until killed."""
    arguments = parse_relay_arguments("tapped")
    registry, types = CollectorRegistry(), TypeCount()
    registry.register(types)
    observer = ConversationObserver(
        asyncio.get_running_loop(),
        sinks=lambda connection: [types],
        process_sink=types,
        lagged=lambda seconds: None,
        sink_failed=_raise,
        prices=load_prices(None),
    )
    await Admin(registry, lambda: None).start("127.0.0.1", arguments.admin)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(observer.tick_for_ever())
        tasks.create_task(relay(arguments, observer))


def _raise(sink: str) -> None:
    raise RuntimeError(f"the sink {sink} failed")


if __name__ == "__main__":
    sys.setswitchinterval(SWITCH_INTERVAL)
    uvloop.run(main())
