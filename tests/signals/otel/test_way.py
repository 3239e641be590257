import prometheus_client
from opentelemetry.sdk.metrics.export import MetricExporter, MetricExportResult, MetricsData
from prometheus_client import CollectorRegistry

from voicetap.signals import names
from voicetap.signals.otel.bridge import DELTA, Bridge
from voicetap.signals.otel.resource import resource
from voicetap.signals.otel.way import Way


class Scripted(MetricExporter):
    """Does with each push what comes next."""

    def __init__(self, *outcomes: MetricExportResult | Exception) -> None:
        super().__init__()
        self._outcomes = list(outcomes)
        self.values: list[float] = []
        self.ended = False

    def export(self, metrics_data: MetricsData, timeout_millis: float = 0, **kwargs: object) -> MetricExportResult:
        [metric] = metrics_data.resource_metrics[0].scope_metrics[0].metrics
        self.values.append(metric.data.data_points[0].value)
        outcome = self._outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def shutdown(self, timeout_millis: float = 0, **kwargs: object) -> None:
        self.ended = True

    def force_flush(self, timeout_millis: float = 0) -> bool:
        return True


def test_what_did_not_arrive_is_told_and_sent_again_with_the_next() -> None:
    registry = CollectorRegistry()
    metric = names.SILENT_SESSIONS
    counter = prometheus_client.Counter(metric.full_name, metric.help, registry=registry)
    exporter = Scripted(MetricExportResult.FAILURE, ConnectionError("sk-canary"), MetricExportResult.SUCCESS)
    way = Way(Bridge(registry, resource(), differences=DELTA), exporter)
    told = []
    for _ in range(3):
        counter.inc()
        told.append(way.push())
    assert told == ["not sendable", "ConnectionError", None]
    assert exporter.values == [1.0, 2.0, 3.0]


def test_its_end_is_that_of_the_exporter() -> None:
    exporter = Scripted()
    Way(Bridge(CollectorRegistry(), resource()), exporter).stop()
    assert exporter.ended
