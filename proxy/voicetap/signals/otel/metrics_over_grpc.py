"""Metrics by OTLP over gRPC: the extra `grpc`."""

from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter

from .bridge import Bridge
from .environment import Compression
from .exporters import UNSENDABLE
from .grpc_status import COMPRESSIONS, status
from .way import Way


class MetricsOverGrpc(Way):
    """Knows the status of a push that failed."""

    def __init__(self, bridge: Bridge, timeout: float, compression: Compression = Compression.NONE) -> None:
        """`timeout` in seconds; the SDK reads endpoint, headers and TLS from the variables."""
        super().__init__(bridge, OTLPMetricExporter(timeout=timeout, compression=COMPRESSIONS[compression]))

    def push(self) -> str | None:
        """Push what is new."""
        status.forget()
        return super().push()

    def _failure(self) -> str:
        return status.last() or UNSENDABLE
