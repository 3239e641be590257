import logging
import threading

import pytest

pytest.importorskip("opentelemetry.exporter.otlp.proto.grpc", reason="needs the extra grpc")

import grpc
from opentelemetry.exporter.otlp.proto.grpc import exporter

from voicetap.signals.otel.environment import Compression
from voicetap.signals.otel.grpc_status import COMPRESSIONS, status

log = logging.getLogger(exporter.__name__)


def fail(code: grpc.StatusCode) -> None:
    log.error("Failed to export %s to %s, error code: %s, error details: %s", "traces", "canary", code, "canary")


def test_it_is_that_of_the_last_failure_and_no_line_comes_out(caplog: pytest.LogCaptureFixture) -> None:
    status.forget()
    assert status.last() is None
    fail(grpc.StatusCode.UNAVAILABLE)
    fail(grpc.StatusCode.UNAUTHENTICATED)
    log.error("no arguments")
    assert status.last() == "gRPC UNAUTHENTICATED"
    status.forget()
    assert status.last() is None
    assert caplog.messages == []


def test_spans_and_metrics_have_their_own() -> None:
    """They are sent by threads of their own."""
    status.forget()
    thread = threading.Thread(target=fail, args=[grpc.StatusCode.UNAVAILABLE])
    thread.start()
    thread.join()
    assert status.last() is None


def test_what_grpc_has_words_for_can_be_asked_for() -> None:
    assert COMPRESSIONS[Compression.NONE] is grpc.Compression.NoCompression
    assert COMPRESSIONS[Compression.GZIP] is grpc.Compression.Gzip
