"""What the exporters over gRPC have in common: the words for packing, and why an export failed. The extra `grpc`."""

import logging
import threading

import grpc  # type: ignore[import-untyped]
from opentelemetry.exporter.otlp.proto.grpc import exporter as where_it_logs

from .environment import Compression

COMPRESSIONS = {Compression.NONE: grpc.Compression.NoCompression, Compression.GZIP: grpc.Compression.Gzip}


class _Status(logging.Filter):
    """Takes the status of a failed export from what the exporters log, for they tell it nowhere else."""

    def __init__(self) -> None:
        super().__init__()
        self._of_thread = threading.local()
        logger = logging.getLogger(where_it_logs.__name__)
        logger.setLevel(logging.ERROR)
        logger.filters.insert(0, self)  # the SDK's own lets no line through that is like the last

    def filter(self, record: logging.LogRecord) -> bool:
        """Let no line out."""
        for argument in record.args if isinstance(record.args, tuple) else ():
            if isinstance(argument, grpc.StatusCode):
                self._of_thread.status = argument.name
        return False

    def forget(self) -> None:
        """What this thread's last export came to."""
        self._of_thread.status = None

    def last(self) -> str | None:
        """Of this thread's last export, if it failed at the collector or on the way there."""
        name = getattr(self._of_thread, "status", None)
        return f"gRPC {name}" if name else None


status = _Status()
"""One for the process, as what it listens to."""
