"""The handshake's span: exported at once, so that a call can be found that goes on, or never ends."""

import re
from collections.abc import Sequence

from opentelemetry.propagate import extract
from opentelemetry.propagators.textmap import Getter
from opentelemetry.trace import Span, SpanKind

from ...chunks import Header, UpgradeRequest
from ...facts import HandshakeAnswered
from ...recording import harmless_target
from .. import labels
from . import semconv as s
from .writer import SpanWriter

UPGRADE_ROUTE = "/realtime"
"""Of the WebSocket itself, as `labels.route` names the others."""


class _Headers(Getter[Sequence[Header]]):
    """Reads the fields that a propagator asks for (`traceparent`, `tracestate`, …)."""

    def get(self, carrier: Sequence[Header], key: str) -> list[str] | None:
        """All values of a field; of `baggage` none, for nothing here uses it, and its parser logs what it dislikes."""
        if key == "baggage":
            return None
        wanted = key.lower().encode("latin-1")
        return [value.decode("latin-1") for name, value in carrier if name.lower() == wanted] or None

    def keys(self, carrier: Sequence[Header]) -> list[str]:
        """The names of all fields."""
        return [name.decode("latin-1") for name, _ in carrier]


_HEADERS = _Headers()

_OF_THE_CLIENT = ("abandoned", "bad_request")
"""Outcomes without a status that are no fault of a server."""


def handshake_span(writer: SpanWriter, request: UpgradeRequest, fact: HandshakeAnswered, scheme: str) -> Span:
    """The span of an upgrade request that was answered, or was not; a child of the client's `traceparent`.

    `scheme` is that of the request: http, or over TLS https. OTEL_PROPAGATORS says which fields are
    read (OpenTelemetry, Context Propagation).
    """
    target = harmless_target(request.target)
    path, _, query = target.partition("?")
    route = _route(request.target)
    answered = re.fullmatch(r"[1-5][0-9][0-9]", fact.outcome) is not None
    span = writer.begin(
        f"GET {route}" if route else "GET",
        request.at,
        {
            s.SPAN_KIND: "CHAIN",
            s.HTTP_METHOD: "GET",
            s.HTTP_ROUTE: route,
            s.URL_SCHEME: scheme,
            s.HTTP_STATUS: int(fact.outcome) if answered else None,
            s.URL_PATH: path,
            s.URL_QUERY: query or None,
            s.HANDSHAKE_OUTCOME: fact.outcome,
            s.UPSTREAM_CONNECT_SECONDS: fact.connect_seconds,
            # Of the first trace of a session Phoenix shows these in its list of sessions.
            s.INPUT_VALUE: target,
            s.OUTPUT_VALUE: fact.outcome,
        },
        parent=extract(request.headers, getter=_HEADERS),
        kind=SpanKind.SERVER,
    )
    # What the client got wrong is no error of a server (OpenTelemetry, HTTP spans, Status).
    failed = fact.outcome.startswith("5") or (not answered and fact.outcome not in _OF_THE_CLIENT)
    writer.end(span, fact.at, error=fact.outcome if failed else None)
    return span


def _route(target: str) -> str | None:
    """Never the path itself: a name of a span is one of few."""
    if target.partition("?")[0].endswith(UPGRADE_ROUTE):
        return UPGRADE_ROUTE
    route = labels.route(target)
    return None if route == labels.OTHER else route
