"""Samples a session whole or not at all."""

from collections.abc import Sequence

from opentelemetry.context import Context
from opentelemetry.sdk.trace.sampling import Decision, Sampler, SamplingResult
from opentelemetry.trace import Link, SpanContext, SpanKind, TraceState, get_current_span
from opentelemetry.util.types import Attributes


class SessionSampler(Sampler):
    """Asks the configured sampler about the first span of a session; the others do as the one they hang on.

    The first is that of the handshake. The traces of a session begin with spans that have no parent but a link to it,
    and copy its decision, with its trace state, where a sampler keeps the odds it went by. Children copy that of their
    parent in this process: `traceidratio` by itself would decide anew, by the id of each trace.
    """

    def __init__(self, configured: Sampler) -> None:
        self._configured = configured

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        """Decide about one span (OpenTelemetry, Tracing SDK, ShouldSample)."""
        decided = _decided_already(get_current_span(parent_context).get_span_context(), links or ())
        if decided is None:
            return self._configured.should_sample(parent_context, trace_id, name, kind, attributes, links, trace_state)
        if decided.trace_flags.sampled:
            return SamplingResult(Decision.RECORD_AND_SAMPLE, attributes, decided.trace_state)
        return SamplingResult(Decision.DROP, None, decided.trace_state)

    def get_description(self) -> str:
        """For people."""
        return f"SessionSampler{{{self._configured.get_description()}}}"


def _decided_already(parent: SpanContext, links: Sequence[Link]) -> SpanContext | None:
    """The span whose decision counts."""
    if parent.is_valid:
        return None if parent.is_remote else parent
    return links[0].context if links and links[0].context.is_valid else None
