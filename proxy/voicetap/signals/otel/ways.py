"""The ways out for metrics that the variables ask for."""

import logging
from collections.abc import Iterator

from opentelemetry.sdk.metrics.export import ConsoleMetricExporter
from prometheus_client import CollectorRegistry

from .bridge import Bridge
from .console import standard_output
from .environment import Exporter, Exports, Protocol
from .preferences import Preferences
from .resource import resource
from .way import Way

log = logging.getLogger(__name__)


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
        from .metrics_over_grpc import MetricsOverGrpc

        return MetricsOverGrpc(bridge, timeout, exports.compression)
    from .metrics_over_http import MetricsOverHttp

    return MetricsOverHttp(bridge, timeout, exports.compression)
