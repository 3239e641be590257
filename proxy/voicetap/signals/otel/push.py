"""Metrics on their way out: a thread that pushes a registry every minute.

Not the SDK's PeriodicExportingMetricReader: it has metrics from a MeterProvider alone, throws away whether an export
succeeded (so differences would be lost, and failures not counted), and ends for good at the first exception of a
collect.
"""

import threading
from collections.abc import Callable, MutableMapping, Sequence
from typing import Protocol

from prometheus_client import CollectorRegistry

from .environment import read_metrics
from .losses import Losses
from .quiet import quiet_exporters
from .unusable import discard_unusable


class Pushing(Protocol):
    """A way out for metrics."""

    def push(self) -> str | None:
        """Push what is new; why it did not arrive. Blocks, and never raises."""

    def stop(self) -> None:
        """Make a push that goes on give up soon. Never blocks."""


class Push:
    """Pushes from the moment that it is made, in a thread that ends with the process at the latest."""

    def __init__(self, ways: Sequence[Pushing], interval: float, losses: Losses) -> None:
        """A push each `interval` seconds, one way after the other."""
        self._ways = ways
        self._interval = interval
        self._losses = losses
        self._stopping = threading.Event()
        self._given_up = False
        self._thread = threading.Thread(target=self._run, name="metrics push", daemon=True)
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """Push once more, and give up after so many seconds; blocks that long."""
        self._stopping.set()
        self._thread.join(seconds)
        if self._thread.is_alive():
            self._given_up = True
            self._losses.add(1, "gave up at exit")
        self._losses.tell()
        for way in self._ways:
            way.stop()

    def _run(self) -> None:
        while not self._stopping.wait(self._interval):
            self._push()
        self._push()

    def _push(self) -> None:
        for way in self._ways:
            trouble = way.push()
            if trouble is not None and not self._given_up:
                self._losses.add(1, trouble)


def start_pushing(
    environ: MutableMapping[str, str], registry: CollectorRegistry, dropped: Callable[[int], None]
) -> Push | None:
    """Push a registry where `environ`, which is os.environ, wants it; None, silently, where it does not.

    What cannot be used is taken out of `environ`, for other readers too. `dropped` is called with a number of pushes
    that did not arrive, from any thread.
    """
    discard_unusable(environ)
    exports = read_metrics(environ)
    if not exports.exporters:
        return None
    # Most processes do without, and without 10 MiB.
    from .preferences import read_preferences
    from .ways import ways

    quiet_exporters(environ)
    preferences = read_preferences(environ)
    found = list(ways(exports, preferences, registry))
    losses = Losses("push of metrics", "pushes of metrics", dropped)
    return Push(found, preferences.interval, losses) if found else None
