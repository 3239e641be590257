from collections.abc import Sequence

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from voicetap.signals.otel.exporters import NOTHING, UNSENDABLE, Loss, Reporting

SPANS = [ReadableSpan("a"), ReadableSpan("b")]


class Scripted(SpanExporter):
    """Does with a batch what it is told."""

    def __init__(self, outcome: SpanExportResult | Exception) -> None:
        self.outcome = outcome
        self.shutdowns = 0

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def shutdown(self) -> None:
        self.shutdowns += 1


@pytest.mark.parametrize(
    ("outcome", "explained", "loss"),
    [
        (SpanExportResult.SUCCESS, "HTTP 500", NOTHING),
        (SpanExportResult.FAILURE, "HTTP 500", Loss(2, "HTTP 500")),
        (SpanExportResult.FAILURE, None, Loss(2, UNSENDABLE)),
        (UnicodeEncodeError("utf-8", "\udc80", 0, 1, "canary"), "HTTP 500", Loss(2, UNSENDABLE)),
        (TypeError("canary"), "HTTP 500", Loss(2, UNSENDABLE)),
        (BrokenPipeError("canary"), None, Loss(2, "BrokenPipeError")),
    ],
)
def test_what_became_of_a_batch(outcome: SpanExportResult | Exception, explained: str | None, loss: Loss) -> None:
    assert Reporting(Scripted(outcome), lambda: explained).send(SPANS) == loss


def test_it_stops_once_and_sends_no_more() -> None:
    exporter = Scripted(SpanExportResult.SUCCESS)
    reporting = Reporting(exporter, lambda: None)
    reporting.stop()
    reporting.stop()
    assert exporter.shutdowns == 1
    assert reporting.send(SPANS) == Loss(2, "stopped")
