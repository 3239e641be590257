"""The SDK's span exporters, made to say what of a batch was lost, and why."""

from collections.abc import Callable, Sequence
from typing import Protocol

from msgspec import Struct
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult


class Loss(Struct, frozen=True):
    """What of a batch did not arrive."""

    spans: int = 0
    reason: str = ""
    """Of a small set; quotes nobody."""


NOTHING = Loss()

UNSENDABLE = "not sendable"
"""It did not leave the process, for what is in it."""
TOO_LARGE = "HTTP 413"


class Sending(Protocol):
    """The way to one collector."""

    def send(self, spans: Sequence[ReadableSpan]) -> Loss:
        """Blocks until it is done, for the timeout it was made with at most; never raises."""

    def stop(self) -> None:
        """Give up waiting for a better time; what is sent now may still arrive. Never blocks."""


class Reporting:
    """Sending with an exporter of the SDK."""

    def __init__(self, exporter: SpanExporter, explain: Callable[[], str | None]) -> None:
        """`explain` gives the reason of an export that has just failed; None if it made no request."""
        self._exporter = exporter
        self._explain = explain
        self._stopped = False

    def send(self, spans: Sequence[ReadableSpan]) -> Loss:
        """Export a batch."""
        if self._stopped:
            return Loss(len(spans), "stopped")
        try:
            result = self._exporter.export(spans)
        except (ValueError, TypeError):  # of the encoder
            return Loss(len(spans), UNSENDABLE)
        except Exception as error:
            return Loss(len(spans), type(error).__name__)
        return NOTHING if result is SpanExportResult.SUCCESS else Loss(len(spans), self._explain() or UNSENDABLE)

    def stop(self) -> None:
        """Shut the exporter down, which wakes one that waits to try again."""
        if not self._stopped:
            self._stopped = True
            self._exporter.shutdown()
