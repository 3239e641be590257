"""A connection whose facts become spans, and these as text: what was exported, whole."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import Sampler

from voicetap.chunks import Header, UpgradeRequest
from voicetap.config import Origin
from voicetap.facts import Connection, Fact, HandshakeAnswered, TraceIds
from voicetap.signals.spans import Spans

UPSTREAM = Origin(True, "api.openai.com", 443)
CONNECTION_ID = "5e55100000000001"
REQUESTED_AT = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC).timestamp()


class Counting(IdGenerator):
    """Ids in the order in which they are asked for."""

    def __init__(self) -> None:
        self._traces = self._spans = 0

    def generate_trace_id(self) -> int:
        self._traces += 1
        return self._traces

    def generate_span_id(self) -> int:
        self._spans += 1
        return self._spans


class Spanned:
    """One connection, answered with 101, and what is exported of it."""

    def __init__(
        self,
        at: float = 100.0,
        *,
        target: str = "/v1/realtime?model=gpt-realtime",
        headers: Sequence[Header] = (),
        content: bool = False,
        sampler: Sampler | None = None,
    ) -> None:
        self.ids = TraceIds()
        self._at = at
        self._exporter = InMemorySpanExporter()
        provider = TracerProvider(sampler, Resource({}), shutdown_on_exit=False, id_generator=Counting())
        provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        connection = Connection(CONNECTION_ID, UpgradeRequest(target, headers, at), REQUESTED_AT)
        self.sink = Spans(provider.get_tracer("voicetap"), UPSTREAM, content=content).connection(connection, self.ids)

    def answered(self, outcome: str = "101") -> "Spanned":
        """The handshake, a quarter of a second after the request."""
        self.sink.receive(HandshakeAnswered(self._at + 0.25, outcome, 0.125))
        return self

    def receive(self, facts: Iterable[Fact]) -> None:
        for fact in facts:
            self.sink.receive(fact)

    @property
    def exported(self) -> tuple[ReadableSpan, ...]:
        return self._exporter.get_finished_spans()

    def forget(self) -> None:
        """Nothing was exported so far."""
        self._exporter.clear()

    def named(self, name: str) -> list[ReadableSpan]:
        """The exported spans of this name."""
        return [span for span in self.exported if span.name == name]

    def text(self) -> str:
        """All of it: traces in the order of their roots' beginning, children by their beginning, what each span has."""
        exported = {span.context.span_id for span in self.exported}
        roots = [span for span in self.exported if span.parent is None or span.parent.span_id not in exported]
        return "\n".join(line for root in sorted(roots, key=_order) for line in self._lines(root, ""))

    def _lines(self, span: ReadableSpan, indent: str) -> Iterable[str]:
        parent = f" child of remote {span.parent.span_id:016x}" if span.parent and span.parent.is_remote else ""
        links = "".join(f" linked to {link.context.span_id:016x}" for link in span.links)
        status = "" if span.status.is_unset else f" {span.status.status_code.name}"
        yield (
            f"{indent}{span.context.trace_id:032x} {span.context.span_id:016x} {span.name!r} {span.kind.name} "
            f"{_moment(span.start_time)} to {_moment(span.end_time)}{status}{parent}{links}"
        )
        for name, value in sorted((span.attributes or {}).items()):
            yield f"{indent}  {name} = {value!r}"
        for event in span.events:
            yield f"{indent}  at {_moment(event.timestamp)} {event.name}"
            for name, value in sorted((event.attributes or {}).items()):
                yield f"{indent}    {name} = {value!r}"
        children = [child for child in self.exported if child.parent and child.parent.span_id == span.context.span_id]
        for child in sorted(children, key=_order):
            yield from self._lines(child, indent + "    ")


def _order(span: ReadableSpan) -> tuple[int, int]:
    return span.start_time or 0, span.context.span_id


def _moment(nanoseconds: int | None) -> str:
    """Seconds since the upgrade request."""
    assert nanoseconds is not None
    return f"{nanoseconds / 1e9 - REQUESTED_AT:.3f}"
