"""Spans by OTLP over HTTP, the specification's default."""

from collections.abc import Sequence

from opentelemetry.exporter.otlp.proto.http import Compression as Packing
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.sdk.trace import ReadableSpan

from .environment import Compression
from .exporters import NOTHING, Loss, Reporting
from .http import CollectorSession


class SpansOverHttp(Reporting):
    """Knows also of spans that a collector took and then threw away: OTLP's partial success."""

    def __init__(self, timeout: float, compression: Compression = Compression.NONE) -> None:
        """`timeout` in seconds; the SDK reads endpoint, headers and TLS from the variables."""
        self._session = CollectorSession()
        exporter = OTLPSpanExporter(session=self._session, timeout=timeout, compression=Packing(compression.value))
        super().__init__(exporter, lambda: self._session.trouble)

    def send(self, spans: Sequence[ReadableSpan]) -> Loss:
        """Export a batch."""
        self._session.forget()
        loss = super().send(spans)
        if loss.spans:
            return loss
        try:
            answer = ExportTraceServiceResponse.FromString(self._session.body)
        except Exception:  # some collectors answer with a page
            return NOTHING
        rejected = min(max(answer.partial_success.rejected_spans, 0), len(spans))
        return Loss(rejected, "rejected") if rejected else NOTHING
