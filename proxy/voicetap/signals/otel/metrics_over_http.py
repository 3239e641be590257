"""Metrics by OTLP over HTTP, the specification's default."""

from opentelemetry.exporter.otlp.proto.http import Compression as Packing
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse

from .bridge import Bridge
from .environment import Compression
from .exporters import UNSENDABLE
from .http import CollectorSession
from .way import Way


class MetricsOverHttp(Way):
    """Knows also of points that a collector took and then threw away: OTLP's partial success."""

    def __init__(self, bridge: Bridge, timeout: float, compression: Compression = Compression.NONE) -> None:
        """`timeout` in seconds; the SDK reads endpoint, headers and TLS from the variables."""
        self._session = CollectorSession()
        packing = Packing(compression.value)
        super().__init__(bridge, OTLPMetricExporter(session=self._session, timeout=timeout, compression=packing))

    def push(self) -> str | None:
        """Push what is new. What was rejected counts as delivered: it must not be sent again."""
        self._session.forget()
        return super().push() or ("rejected" if self._rejected() else None)

    def _failure(self) -> str:
        return self._session.trouble or UNSENDABLE

    def _rejected(self) -> bool:
        try:
            answer = ExportMetricsServiceResponse.FromString(self._session.body)
        except Exception:  # some collectors answer with a page
            return False
        return bool(answer.partial_success.rejected_data_points)
