"""Spans of one connection: each with what all of them have, at times that facts tell."""

from collections.abc import Mapping
from math import isnan

from opentelemetry.context import Context
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode, Tracer, set_span_in_context

from ...config import Origin
from ...facts import Connection, SpanIds
from . import semconv as s
from .attributes import Attributes, Value, known
from .provider import provider, server_attributes


def ids_of(span: Span) -> SpanIds:
    """The ids of a span, in hex."""
    context = span.get_span_context()
    return SpanIds(f"{context.trace_id:032x}", f"{context.span_id:016x}")


class SpanWriter:
    """Begins and ends spans. What has no parent is the root of a trace of its own, linked to the handshake."""

    def __init__(self, tracer: Tracer, connection: Connection, upstream: Origin) -> None:
        self._tracer = tracer
        self._connection = connection
        self._server = server_attributes(upstream)
        """What spans have of which the upstream is the other side."""
        self.provider = provider(upstream)
        """`gen_ai.provider.name`."""
        self._common: Attributes = {s.SESSION_ID: connection.id, s.PROVIDER: self.provider}
        """What every span has."""
        self._links: list[Link] = []

    def link(self, handshake: Span) -> None:
        """Roots are linked to this span from now on, and sampled if it is."""
        self._links = [Link(handshake.get_span_context())]

    def on_all(self, attributes: Mapping[str, Value | None]) -> None:
        """Every span has these from now on."""
        self._common |= known(attributes)

    def begin(
        self,
        name: str,
        at: float,
        attributes: Mapping[str, Value | None],
        *,
        parent: Context | None = None,
        kind: SpanKind = SpanKind.INTERNAL,
    ) -> Span:
        """Begin a span at this time of the monotonic clock."""
        return self._tracer.start_span(
            name,
            # An empty context: what happens to be current in the process is nobody's parent.
            context=Context() if parent is None else parent,
            kind=kind,
            attributes={
                **self._common,
                **(self._server if kind is SpanKind.CLIENT else {}),
                **known(attributes),
            },
            links=self._links if parent is None else (),
            start_time=self.nanoseconds(at),
        )

    def write(
        self,
        name: str,
        began_at: float,
        ended_at: float,
        attributes: Mapping[str, Value | None],
        *,
        parent: Context | None = None,
        kind: SpanKind = SpanKind.INTERNAL,
        error: str | None = None,
        exact: Attributes | None = None,
    ) -> SpanIds:
        """A whole span. `error` is its `error.type`, where it stands for a failure; `exact`: attributes as they are,
        neither rounded nor elided."""
        began_at = ended_at if isnan(began_at) else min(began_at, ended_at)
        span = self.begin(name, began_at, attributes, parent=parent, kind=kind)
        span.set_attributes(exact or {})
        self.end(span, ended_at, error=error)
        return ids_of(span)

    def end(self, span: Span, at: float, *, error: str | None = None) -> None:
        """End a span."""
        if error is not None:
            span.set_attributes(known({s.ERROR_TYPE: error}))
            span.set_status(Status(StatusCode.ERROR))
        span.end(self.nanoseconds(at))

    def nanoseconds(self, at: float) -> int:
        """A time of the monotonic clock in nanoseconds since 1970, to the microsecond."""
        return round(self._connection.unix_time(at) * 1_000_000) * 1000


def inside(span: Span) -> Context:
    """The context in which children of the span begin, also after its end."""
    return set_span_in_context(span, Context())
