"""Spans by OTLP over gRPC: the extra `grpc`."""

from collections.abc import Sequence

from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import ReadableSpan

from .environment import Compression
from .exporters import Loss, Reporting
from .grpc_status import COMPRESSIONS, status


class SpansOverGrpc(Reporting):
    """Its answers have bounds without our doing: gRPC's deadlines are those of calls, and its messages are limited."""

    def __init__(self, timeout: float, compression: Compression = Compression.NONE) -> None:
        """`timeout` in seconds; the SDK reads endpoint, headers and TLS from the variables."""
        super().__init__(OTLPSpanExporter(timeout=timeout, compression=COMPRESSIONS[compression]), status.last)

    def send(self, spans: Sequence[ReadableSpan]) -> Loss:
        """Export a batch."""
        status.forget()
        return super().send(spans)
