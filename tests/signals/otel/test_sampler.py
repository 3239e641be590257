"""Two sessions' worth of spans: the handshake, a turn with a response in it, and the summary."""

import pytest
from opentelemetry.context import Context
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import (
    ALWAYS_OFF,
    ALWAYS_ON,
    Decision,
    ParentBased,
    Sampler,
    SamplingResult,
    TraceIdRatioBased,
)
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    TraceFlags,
    Tracer,
    TraceState,
    set_span_in_context,
)

from voicetap.signals.otel.sampler import SessionSampler

SAMPLED, NOT_SAMPLED = TraceFlags(TraceFlags.SAMPLED), TraceFlags(0)
STATE = TraceState([("ot", "th:c")])


def remote(flags: TraceFlags, *, is_remote: bool = True) -> SpanContext:
    return SpanContext(0x1234, 0x56, is_remote, flags, STATE)


def within(context: SpanContext) -> Context:
    return set_span_in_context(NonRecordingSpan(context), Context())


def session(tracer: Tracer, client: SpanContext | None = None) -> list[Span]:
    """Its spans, ended."""
    handshake = tracer.start_span("handshake", Context() if client is None else within(client))
    links = [Link(handshake.get_span_context())]
    turn = tracer.start_span("turn", Context(), links=links)
    response = tracer.start_span("response", set_span_in_context(turn, Context()))
    summary = tracer.start_span("summary", Context(), links=links)
    spans = [handshake, turn, response, summary]
    for span in reversed(spans):
        span.end()
    return spans


def sampled(sampler: Sampler, sessions: int = 1, client: SpanContext | None = None) -> list[int]:
    """How many spans of each session reach an exporter."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(sampler=SessionSampler(sampler), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("test")
    counts = []
    for _ in range(sessions):
        session(tracer, client)
        counts.append(len(exporter.get_finished_spans()))
        exporter.clear()
    return counts


@pytest.mark.parametrize(
    "sampler", [TraceIdRatioBased(0.5), ParentBased(TraceIdRatioBased(0.5))], ids=["ratio", "parent based"]
)
def test_a_session_is_sampled_whole_or_not_at_all(sampler: Sampler) -> None:
    counts = sampled(sampler, sessions=200)
    assert set(counts) == {0, 4}
    assert 60 < counts.count(4) < 140  # 100 ± 5.6 standard deviations


@pytest.mark.parametrize(
    ("sampler", "flags", "spans"),
    [
        (ParentBased(ALWAYS_OFF), SAMPLED, 4),
        (ParentBased(ALWAYS_ON), NOT_SAMPLED, 0),
        (ALWAYS_ON, NOT_SAMPLED, 4),
        (ALWAYS_OFF, SAMPLED, 0),
    ],
    ids=str,
)
def test_the_configured_sampler_decides_about_the_handshake(sampler: Sampler, flags: TraceFlags, spans: int) -> None:
    assert sampled(sampler, client=remote(flags)) == [spans]


class Asked(Sampler):
    """Remembers what it is asked."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def should_sample(self, parent_context, trace_id, name, *args) -> SamplingResult:  # type: ignore[no-untyped-def]
        self.names.append(name)
        return ALWAYS_ON.should_sample(parent_context, trace_id, name, *args)

    def get_description(self) -> str:
        return "Asked"


def test_it_is_asked_once_a_session() -> None:
    sampler = Asked()
    assert sampled(sampler, sessions=2) == [4, 4]
    assert sampler.names == ["handshake", "handshake"]


def test_a_link_to_nothing_decides_nothing() -> None:
    links = [Link(SpanContext(0, 0, False, NOT_SAMPLED))]
    result = SessionSampler(ALWAYS_ON).should_sample(Context(), 1, "turn", SpanKind.INTERNAL, {"a": 1}, links)
    assert result.decision is Decision.RECORD_AND_SAMPLE
    assert result.attributes == {"a": 1}


def test_a_remote_parent_goes_before_a_link() -> None:
    links = [Link(remote(NOT_SAMPLED, is_remote=False))]
    sampler = SessionSampler(ParentBased(ALWAYS_OFF))
    result = sampler.should_sample(within(remote(SAMPLED)), 1, "call", None, None, links)
    assert result.decision is Decision.RECORD_AND_SAMPLE


@pytest.mark.parametrize("flags", [SAMPLED, NOT_SAMPLED])
@pytest.mark.parametrize("by", ["link", "parent"])
def test_attributes_and_trace_state_are_kept(by: str, flags: TraceFlags) -> None:
    decided = remote(flags, is_remote=False)
    parent, links = (Context(), [Link(decided)]) if by == "link" else (within(decided), [])
    result = SessionSampler(ALWAYS_OFF).should_sample(parent, 1, "turn", None, {"a": 1}, links)
    assert result.trace_state == STATE
    assert result.attributes == ({"a": 1} if flags is SAMPLED else {})


def test_it_says_whom_it_asks() -> None:
    assert SessionSampler(ALWAYS_ON).get_description() == "SessionSampler{AlwaysOnSampler}"
