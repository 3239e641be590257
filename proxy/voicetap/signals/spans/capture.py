"""Whether spans show what people and models said: OpenTelemetry's variable for it, and voicetap's own option."""

from collections.abc import Mapping

VARIABLE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"

_ON = frozenset({"SPAN_ONLY", "SPAN_AND_EVENT", "TRUE"})
"""opentelemetry-util-genai has the first two, and `EVENT_ONLY` and `NO_CONTENT`, in either case; what follows older
conventions, as opentelemetry-instrumentation-openai-v2 does unless told otherwise, has `true`. voicetap has no events
to put content into."""


def spans_with_content(environ: Mapping[str, str], option: bool) -> bool:
    """Whether the operator wants that, by the environment or by `--content`; the variable can turn it on, never off."""
    return option or environ.get(VARIABLE, "").strip().upper() in _ON
