"""A way out for metrics: an exporter of the SDK, made to say whether a push arrived, and why not."""

from opentelemetry.sdk.metrics.export import MetricExporter, MetricExportResult

from .bridge import Bridge
from .exporters import UNSENDABLE


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
