"""Spans by OTLP over gRPC: the extra `grpc`."""

import importlib
import logging
import os
import threading

# What is beneath writes to standard error by itself, addresses and all, unless told before its import.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")

from opentelemetry.exporter.otlp.proto.grpc import exporter as where_it_logs
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

from .exporters import Reporting


class OverGrpc(Reporting):
    """Its answers have bounds without our doing: gRPC's deadlines are those of calls, and its messages are limited."""

    def __init__(self, timeout: float) -> None:
        """`timeout` in seconds; the SDK reads endpoint, headers, TLS and compression from the variables."""
        super().__init__(OTLPSpanExporter(timeout=timeout), _status.last)


class _Status(logging.Filter):
    """Takes the status of a failed export from what the exporter logs, for it tells it nowhere else."""

    def __init__(self) -> None:
        super().__init__()
        self._of_thread = threading.local()
        logger = logging.getLogger(where_it_logs.__name__)
        logger.setLevel(logging.ERROR)
        logger.filters.insert(0, self)  # the SDK's own lets no line through that is like the last

    def filter(self, record: logging.LogRecord) -> bool:
        """Let no line out."""
        codes = importlib.import_module("grpc").StatusCode
        for argument in record.args if isinstance(record.args, tuple) else ():
            if isinstance(argument, codes):
                self._of_thread.status = argument.name
        return False

    def last(self) -> str:
        """Of this thread's last failure."""
        return f"gRPC {getattr(self._of_thread, 'status', 'error')}"


_status = _Status()
