"""The ways out for metrics: a bridge and an exporter of the SDK, made to say whether a push arrived, and why not."""

import logging
from collections.abc import Iterator

from opentelemetry.sdk.metrics.export import ConsoleMetricExporter, MetricExporter, MetricExportResult
from prometheus_client import CollectorRegistry

from .bridge import Bridge
from .console import standard_output
from .environment import Exporter, Exports, Protocol
from .preferences import Preferences
from .resource import resource

log = logging.getLogger(__name__)

UNSENDABLE = "not sendable"
"""The push did not leave the process, for what is in it."""


class Way:
    """From a registry to one place. One thread pushes, and another may stop it."""

    def __init__(self, bridge: Bridge, exporter: MetricExporter) -> None:
        self._bridge = bridge
        self._exporter = exporter

    def push(self) -> str | None:
        """Push what is new, within the timeout of the exporter; why it did not arrive, in words that quote nobody."""
        try:
            result = self._exporter.export(self._bridge.collect())
        except Exception as error:
            return type(error).__name__
        if result is not MetricExportResult.SUCCESS:
            return self._failure()
        self._bridge.delivered()
        return None

    def stop(self) -> None:
        """Wake an exporter that waits to try once more. Never blocks."""
        self._exporter.shutdown()

    def _failure(self) -> str:
        """Of the export that has just failed."""
        return UNSENDABLE


def ways(exports: Exports, preferences: Preferences, registry: CollectorRegistry) -> Iterator[Way]:
    """Those that the variables ask for; the SDK reads endpoint, headers and TLS from them itself."""
    for exporter in exports.exporters:
        try:
            yield _way(exporter, exports, preferences, registry)
        except Exception as error:
            # A certificate that cannot be read, say.
            log.warning("no metrics go to %s: %s", exporter.value, type(error).__name__)


def _way(exporter: Exporter, exports: Exports, preferences: Preferences, registry: CollectorRegistry) -> Way:
    """Imports only what is asked for: 10 MiB, and one of them an extra."""
    if exporter is Exporter.CONSOLE:
        # The preference for differences is one of OTLP exporters.
        return Way(
            Bridge(registry, resource(), exemplars=preferences.exemplars), ConsoleMetricExporter(standard_output())
        )
    bridge = Bridge(registry, resource(), differences=preferences.differences, exemplars=preferences.exemplars)
    timeout = min(exports.timeout, preferences.timeout)
    if exports.protocol is Protocol.GRPC:
        from .way_over_grpc import WayOverGrpc

        return WayOverGrpc(bridge, timeout, exports.compression)
    from .way_over_http import WayOverHttp

    return WayOverHttp(bridge, timeout, exports.compression)
