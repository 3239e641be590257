"""Spans on their way out: never in the way of a call, bounded, and each one that does not arrive is counted."""

import sys
import threading
from collections.abc import Iterator, Mapping, Sequence

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

from .environment import Batches
from .exporters import TOO_LARGE, UNSENDABLE, Sending
from .losses import Losses

LARGEST_REQUEST = 512 * 1024
"""Bytes of text in a request, unless one span has more: collectors and the proxies before them refuse larger ones
whole, often from 1 MiB on."""

SMALL_REQUEST = 64 * 1024
"""One that is not divided further: whoever refuses it as too large refuses all."""

MOST_BYTES = 32 * 1024 * 1024
"""Of spans that wait or are underway: with what was said in them they are large, and 2048 of them may be a GiB."""

_SPAN_ITSELF = 500
"""What a span weighs beside its longer texts, roughly."""


class Delivery(SpanProcessor):
    """To one collector: a `BatchSpanProcessor`, before which spans are counted in, and behind which out.

    `on_end` runs on the thread of the calls: it waits for nothing but for a lock that guards an addition.
    """

    def __init__(self, sending: Sending, batches: Batches, losses: Losses) -> None:
        self._sending = sending
        self._losses = losses
        self._most = batches.waiting
        self._lock = threading.Lock()
        self._waiting = 0
        self._underway = 0
        self._bytes = 0
        self._stopped = False
        self._given_up = threading.Event()
        self._batches = BatchSpanProcessor(
            _Counting(self), batches.waiting, batches.delay * 1000, min(batches.size, batches.waiting)
        )

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Nothing: only what has ended travels."""

    def on_end(self, span: ReadableSpan) -> None:
        """Take a span, or count it as lost."""
        if span.context is None or not span.context.trace_flags.sampled:
            return
        weight = _weight(span)
        with self._lock:
            stopped = self._stopped
            fits = not stopped and self._waiting < self._most and self._bytes + weight <= MOST_BYTES
            if fits:
                self._waiting += 1
                self._bytes += weight
        if fits:
            self._batches.on_end(span)
        else:
            self._losses.add(1, "stopped" if stopped else "queue full")

    def shutdown(self) -> None:
        """Send what waits. Blocks for as long as the collector takes, 30 s at most: for a thread of its own."""
        with self._lock:
            self._stopped = True
        self._batches.shutdown()  # type: ignore[no-untyped-call]

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Send what waits now; blocks as `shutdown` does."""
        return self._batches.force_flush(timeout_millis)

    def give_up(self) -> None:
        """Whatever has not arrived is lost. Never blocks."""
        with self._lock:
            self._stopped = True
            self._given_up.set()
            lost, self._waiting, self._underway = self._waiting + self._underway, 0, 0
        self._losses.add(lost, "gave up at exit")
        self._losses.tell()
        self._sending.stop()

    def send(self, spans: Sequence[ReadableSpan]) -> None:
        """Of the thread that sends: deliver a batch that waits no longer."""
        with self._lock:
            if self._given_up.is_set():
                return
            self._waiting -= len(spans)
            self._underway = len(spans)
        try:
            for request in _requests(spans):
                self._send(request)
        finally:
            with self._lock:
                self._bytes -= sum(map(_weight, spans))

    def _send(self, spans: Sequence[ReadableSpan]) -> None:
        if self._given_up.is_set():
            return
        loss = self._sending.send(spans)
        if len(spans) > 1 and (
            loss.reason == UNSENDABLE or (loss.reason == TOO_LARGE and sum(map(_weight, spans)) > SMALL_REQUEST)
        ):
            half = len(spans) // 2
            self._send(spans[:half])
            self._send(spans[half:])
            return
        with self._lock:
            if self._given_up.is_set():
                return
            self._underway -= len(spans)
        self._losses.add(loss.spans, loss.reason)

    def stop_sending(self) -> None:
        """Of the thread that shuts down."""
        self._sending.stop()


class _Counting(SpanExporter):
    """What the SDK's queue hands its batches to."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self._delivery.send(spans)
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        self._delivery.stop_sending()


def _requests(spans: Sequence[ReadableSpan]) -> Iterator[Sequence[ReadableSpan]]:
    """The spans in their order, cut where a request would get too large."""
    start, weight = 0, 0
    for position, span in enumerate(spans):
        heavier = weight + _weight(span)
        if heavier > LARGEST_REQUEST and position > start:
            yield spans[start:position]
            start, heavier = position, heavier - weight
        weight = heavier
    yield spans[start:]


def _weight(span: ReadableSpan) -> int:
    """Bytes, roughly, in memory as in a request; numbers and names are short."""
    return _SPAN_ITSELF + _texts(span.attributes) + sum([_texts(event.attributes) for event in span.events])


def _texts(attributes: Mapping[str, object] | None) -> int:
    return sum(map(_size, attributes.values())) if attributes else 0


def _size(value: object) -> int:
    if isinstance(value, str):
        return len(value) if value.isascii() else sys.getsizeof(value)  # the latter is right for both, but slower
    if isinstance(value, tuple):
        return sum(map(_size, value))
    if isinstance(value, Mapping):
        return _texts(value)
    return len(value) if isinstance(value, bytes) else 8
