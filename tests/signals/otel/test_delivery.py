"""A delivery whose collector answers when the test says so; the SDK's thread sends."""

import threading
import tracemalloc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON

from voicetap.signals.otel.delivery import LARGEST_REQUEST, MOST_BYTES, SMALL_REQUEST, Delivery
from voicetap.signals.otel.environment import Batches
from voicetap.signals.otel.exporters import NOTHING, TOO_LARGE, UNSENDABLE, Loss
from voicetap.signals.otel.losses import Losses

SECONDS = 10.0


class Collector:
    """Takes what it gets, unless a span's name says otherwise; at its gate it waits for the test."""

    def __init__(self) -> None:
        self.requests: list[list[str]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.asked = threading.Semaphore(0)
        self.stopped = False
        self.always: Loss | None = None
        self.limit = float("inf")

    def send(self, spans: Sequence[ReadableSpan]) -> Loss:
        self.asked.release()
        assert self.gate.wait(SECONDS)
        self.requests.append([span.name for span in spans])
        if self.always is not None:
            return Loss(len(spans), self.always.reason)
        if any(span.name == "bad" for span in spans):
            return Loss(len(spans), UNSENDABLE)
        if sum(len(str(span.attributes)) for span in spans) > self.limit:
            return Loss(len(spans), TOO_LARGE)
        return NOTHING

    def stop(self) -> None:
        self.stopped = True


class Setup:
    """A tracer whose spans go to a collector by one delivery."""

    def __init__(self, batches: Batches, provider: TracerProvider) -> None:
        self.collector = Collector()
        self.lost: list[int] = []
        self.delivery = Delivery(self.collector, batches, Losses("span", "spans", self.lost.append))
        provider.add_span_processor(self.delivery)
        self.tracer = provider.get_tracer("test")

    def end(self, *names: str, text: str = "") -> None:
        for name in names:
            self.tracer.start_span(name, attributes={"text": text}).end()


@contextmanager
def delivering(batches: Batches | None = None, provider: TracerProvider | None = None) -> Iterator[Setup]:
    setup = Setup(
        batches or Batches(waiting=8, size=4, delay=3600.0),
        provider or TracerProvider(sampler=ALWAYS_ON, shutdown_on_exit=False),
    )
    try:
        yield setup
    finally:
        setup.collector.gate.set()
        setup.delivery.shutdown()


def test_spans_arrive_in_batches_and_none_is_lost() -> None:
    with delivering() as setup:
        setup.end(*"abc")
        assert setup.delivery.force_flush()
        setup.end(*"defgh")
    assert setup.collector.requests == [["a", "b", "c"], ["d", "e", "f", "g"], ["h"]]
    assert setup.lost == []
    assert setup.collector.stopped


def test_what_exceeds_the_queue_is_lost_and_what_waits_is_not(caplog: pytest.LogCaptureFixture) -> None:
    with delivering() as setup:
        setup.collector.gate.clear()
        setup.end(*"abcd")
        assert setup.collector.asked.acquire(timeout=SECONDS)
        setup.end(*"efghijklmnop")  # eight of which find room
        assert sum(setup.lost) == 4
        setup.collector.gate.set()
    assert [name for request in setup.collector.requests for name in request] == list("abcdefghijkl")
    assert sum(setup.lost) == 4
    assert caplog.messages == ["1 span did not reach the collector: queue full (1)"]


def test_ending_a_span_does_not_wait_for_the_collector() -> None:
    """It hangs for the whole test; a call would hang with it."""
    with delivering() as setup:
        setup.collector.gate.clear()
        thread = threading.Thread(target=setup.end, args=[str(number) for number in range(1000)])
        thread.start()
        thread.join(SECONDS)
        assert not thread.is_alive()
        assert sum(setup.lost) in range(1000 - 8 - 4, 1000 - 8 + 1)


MIB = 1024 * 1024


@pytest.mark.parametrize(("character", "width"), [("a", 1), ("語", 2), ("😀", 4)], ids=["ASCII", "2 bytes", "4 bytes"])
def test_large_spans_take_no_more_memory_than_they_may(character: str, width: int) -> None:
    """The collector hangs, and the number of spans that may wait would let all of them in: 200 MiB."""
    spans, size = 200, MIB // width
    with delivering(Batches(waiting=2048, size=512, delay=3600.0)) as setup:
        setup.collector.gate.clear()
        tracemalloc.start()
        try:
            for number in range(spans):
                setup.end(str(number), text=str(number) + character * size)
            held, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert held < MOST_BYTES + MIB
        assert peak < MOST_BYTES + 4 * MIB
        assert sum(setup.lost) == spans - 31
        setup.collector.gate.set()
        assert setup.delivery.force_flush()
        setup.end("there is room again", text="x" * 20 * MIB)
    assert [name for request in setup.collector.requests for name in request] == [
        *map(str, range(31)),
        "there is room again",
    ]


def test_spans_that_are_underway_take_room_too() -> None:
    with delivering(Batches(waiting=8, size=1, delay=3600.0)) as setup:
        setup.collector.gate.clear()
        setup.end("underway", text="x" * 20 * MIB)
        assert setup.collector.asked.acquire(timeout=SECONDS)
        setup.end("no room", text="x" * 20 * MIB)
        setup.end("small")
        assert setup.lost == [1]
    assert [name for request in setup.collector.requests for name in request] == ["underway", "small"]


def test_all_that_is_text_has_weight(caplog: pytest.LogCaptureFixture) -> None:
    """In events, and in arrays and maps, as what was said is."""
    part = "x" * 10 * MIB
    with delivering(Batches(waiting=8, size=8, delay=3600.0)) as setup:
        setup.collector.gate.clear()
        span = setup.tracer.start_span("nested", attributes={"array": [part], "map": {"a": {"b": part}}})
        span.add_event("event", {"text": part})
        span.end()
        setup.end("no room", text=part)
        assert setup.lost == [1]
    assert caplog.messages == ["1 span did not reach the collector: queue full (1)"]


def test_a_failed_batch_is_counted() -> None:
    with delivering() as setup:
        setup.collector.always = Loss(0, "HTTP 503")
        setup.end(*"abcdef")
    assert setup.lost == [4, 2]
    assert len(setup.collector.requests) == 2  # it is sent again by the exporter, or not at all


def test_spans_that_are_not_sampled_take_no_room() -> None:
    provider = TracerProvider(sampler=ALWAYS_OFF, shutdown_on_exit=False)
    with delivering(provider=provider) as setup:
        setup.end(*"abcdefghijkl")
    assert (setup.collector.requests, setup.lost) == ([], [])


def test_one_span_that_cannot_be_encoded_is_lost_alone() -> None:
    with delivering(Batches(waiting=8, size=8, delay=3600.0)) as setup:
        setup.end("a", "b", "c", "bad", "e", "f")
    arrived = [request for request in setup.collector.requests if "bad" not in request]
    assert arrived == [["a", "b", "c"], ["e", "f"]]
    assert setup.lost == [1]


def test_large_spans_travel_apart() -> None:
    with delivering(Batches(waiting=8, size=8, delay=3600.0)) as setup:
        setup.end("a", "b")
        setup.end("large", text="x" * LARGEST_REQUEST)
        setup.end("half", "other half", text="x" * (LARGEST_REQUEST // 2))
        setup.end("z")
    assert setup.collector.requests == [["a", "b"], ["large"], ["half"], ["other half", "z"]]
    assert setup.lost == []


def test_one_span_that_the_collector_finds_too_large_is_lost_alone() -> None:
    with delivering(Batches(waiting=8, size=8, delay=3600.0)) as setup:
        setup.collector.limit = 2 * SMALL_REQUEST
        setup.end("a", "b")
        setup.end("large", text="x" * 3 * SMALL_REQUEST)
        setup.end("c", "d")
    assert setup.lost == [1]
    assert {"a", "b", "c", "d"} <= {name for request in setup.collector.requests for name in request}


def test_a_collector_that_finds_everything_too_large_is_not_asked_for_each_span() -> None:
    with delivering(Batches(waiting=600, size=512, delay=3600.0)) as setup:
        setup.collector.always = Loss(0, TOO_LARGE)
        setup.end(*["a"] * 512)
    assert sum(setup.lost) == 512
    assert len(setup.collector.requests) <= 15


def test_giving_up_counts_what_waits_and_what_is_underway_once(caplog: pytest.LogCaptureFixture) -> None:
    with delivering() as setup:
        setup.collector.always = Loss(0, "TimeoutError")
        setup.collector.gate.clear()
        setup.end(*"abcd")
        assert setup.collector.asked.acquire(timeout=SECONDS)
        setup.end(*"ef")
        setup.delivery.give_up()
        assert (setup.lost, setup.collector.stopped) == ([6], True)
        setup.end("g")
    assert setup.lost == [6, 1]
    assert len(setup.collector.requests) == 1
    assert caplog.messages == ["6 spans did not reach the collector: gave up at exit (6)"]


def test_spans_that_end_after_the_end_are_counted() -> None:
    with delivering() as setup:
        setup.end("a")
        setup.delivery.shutdown()
        setup.end("b")
    assert (setup.collector.requests, setup.lost) == ([["a"]], [1])
