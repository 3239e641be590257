"""Where in the traces a fact stands: what spans, exemplars and log lines share."""

from msgspec import Struct


class SpanIds(Struct, frozen=True):
    """The ids of a span, in hex as W3C Trace Context writes them."""

    trace_id: str
    """32 digits."""
    span_id: str
    """16 digits."""


class TraceIds:
    """Of one connection. The sink of spans writes it, the others read it.

    Sinks hear of each fact in their order, and that of spans comes first: while a sink receives a fact, `current` is
    the span that the fact belongs to. Both are None where there is no span, or where it is not sampled.
    """

    __slots__ = ("current", "handshake")

    def __init__(self) -> None:
        self.handshake: SpanIds | None = None
        """The span of the handshake, which the root of every other trace of the connection is linked to."""
        self.current: SpanIds | None = None
