"""What leaves the process by itself, as far as the OTEL_* variables ask for it: spans, and pushed metrics."""

import asyncio
from collections.abc import Callable, MutableMapping
from functools import partial
from typing import Protocol

from prometheus_client import CollectorRegistry

from .config import Origin
from .facts import Connection, Sink, TraceIds
from .signals.otel.propagators import discard_unknown
from .signals.otel.unusable import discard_unusable

SECONDS = 2.0
"""What the last spans and metrics have at the end of the process, all of them at once."""

SpanSinks = Callable[[Connection, TraceIds], Sink]
"""Makes the sink of spans of a connection."""


class Stoppable(Protocol):
    """Something that sends, and has to send what is left."""

    def stop(self, seconds: float) -> None:
        """Send it, and give up after so many seconds; blocks."""


class Telemetry:
    """All that is sent from the time it is made."""

    def __init__(
        self,
        environ: MutableMapping[str, str],
        registry: CollectorRegistry,
        dropped: Callable[[str, int], None],
        upstream: Origin,
        *,
        scheme: str,
        content: bool,
    ) -> None:
        """`environ` is os.environ. `dropped` is called with a signal, and how much of it did not arrive; from any
        thread. `scheme` is that of clients' requests. `content`: the operator wants what was said on spans, if not by a
        variable then by an option."""
        discard_unknown(environ)
        discard_unusable(environ)
        # Only now: these look into the environment at their import.
        from .signals.otel.push import start_pushing
        from .signals.otel.tracing import start_tracing
        from .signals.spans import Spans
        from .signals.spans.capture import spans_with_content

        tracing = start_tracing(environ, partial(dropped, "traces"))
        self.content = tracing is not None and spans_with_content(environ, content)
        """Facts have to tell what was said."""
        self.spans: SpanSinks | None = None
        if tracing is not None:
            self.spans = Spans(tracing.tracer, upstream, scheme=scheme, content=self.content).connection
        self._running: list[Stoppable] = [
            sending for sending in (tracing, start_pushing(environ, registry, partial(dropped, "metrics"))) if sending
        ]

    async def stop(self) -> None:
        """Send what is left, for SECONDS at most."""
        await asyncio.gather(*(asyncio.to_thread(sending.stop, SECONDS) for sending in self._running))
