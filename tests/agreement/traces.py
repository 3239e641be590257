"""Whether the spans of one connection hang together, and whatever leads to a span finds it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from opentelemetry.sdk.trace import ReadableSpan

from agreement.spans import attribute

ROOTS = {"invoke_agent", "realtime_session", "chat", "transcription", "execute_tool"}
"""By the first word of the name; the last three where they belong to no turn."""


def handshakes(spans: Iterable[ReadableSpan]) -> list[ReadableSpan]:
    return [span for span in spans if span.kind.name == "SERVER"]


def torn(spans: Iterable[ReadableSpan]) -> Iterator[str]:
    """What hangs in the air, or together with what it does not belong to."""
    spans = list(spans)
    by_id = {span.context.span_id: span for span in spans}
    if len(by_id) != len(spans):
        yield "two spans of one id"
    if len(handshakes(spans)) != 1:
        yield f"{len(handshakes(spans))} handshakes"
        return
    if len({attribute(span, "session.id") for span in spans}) != 1:
        yield "spans of several sessions"
    [handshake] = handshakes(spans)
    for span in spans:
        if attribute(span, "openinference.span.kind") is None:
            yield f"{span.name} has no kind"
        if span.parent is not None:
            yield from _wrong_parent(span, by_id)
        elif span is not handshake:
            yield from _wrong_root(span, handshake)
    roots = Counter(span.context.trace_id for span in spans if span.parent is None)
    if any(count > 1 for count in roots.values()):
        yield "two roots in a trace"


def _wrong_root(span: ReadableSpan, handshake: ReadableSpan) -> Iterator[str]:
    if [link.context.span_id for link in span.links] != [handshake.context.span_id]:
        yield f"{span.name} is not linked to the handshake"
    if span.name.partition(" ")[0] not in ROOTS:
        yield f"{span.name} is a root"


def _wrong_parent(span: ReadableSpan, by_id: Mapping[int, ReadableSpan]) -> Iterator[str]:
    assert span.parent is not None
    parent = by_id.get(span.parent.span_id)
    if parent is None:
        yield f"the parent of {span.name} was not exported"
    elif (parent.name, parent.context.trace_id) != ("invoke_agent", span.context.trace_id):
        yield f"{span.name} is a child of {parent.name}"
    if span.links:
        yield f"{span.name} is linked although it has a parent"


def untimely(spans: Iterable[ReadableSpan]) -> Iterator[str]:
    """What happens at a time at which it cannot have happened; the end of the connection was told."""
    spans = list(spans)
    by_id = {span.context.span_id: span for span in spans}
    [began] = [_began(span) for span in handshakes(spans)]
    [ended] = [_ended(span) for span in spans if span.name == "realtime_session"]
    for span in spans:
        parent = by_id.get(span.parent.span_id) if span.parent is not None else None
        if not began <= _began(span) <= _ended(span) <= ended:
            yield f"{span.name} from {_began(span)} to {_ended(span)}, the connection from {began} to {ended}"
        if parent is not None and _began(span) < _began(parent):
            yield f"{span.name} begins before its turn"
        if parent is not None and span.name == "user_speech" and _ended(span) > _ended(parent):
            yield "the user speaks after the end of the turn"
        if not all(_began(span) <= event.timestamp <= _ended(span) for event in span.events):
            yield f"an event outside of {span.name}"


def _began(span: ReadableSpan) -> int:
    return span.start_time or 0


def _ended(span: ReadableSpan) -> int:
    return span.end_time or 0


def mixed_up(spans: Iterable[ReadableSpan]) -> Iterator[str]:
    """Transcriptions that are not in the trace of the turn that their item has opened.

    One whose commit was not seen has no length; its result may have come before the turn was opened.
    """
    spans = list(spans)
    opened = {
        item: span.context.trace_id
        for span in spans
        if span.name == "user_speech" and (item := attribute(span, "voicetap.item.id")) is not None
    }
    openers = {trace_id: item for item, trace_id in opened.items()}
    for span in spans:
        if span.name == "transcription":
            item, trace_id = attribute(span, "voicetap.item.id"), span.context.trace_id
            elsewhere = _ended(span) > _began(span) and opened.get(item, trace_id) != trace_id
            if elsewhere or openers.get(trace_id, item) != item:
                yield f"the transcription of {item} in the turn of {openers.get(trace_id)}"


def dangling(spans: Iterable[ReadableSpan], ids: Iterable[Mapping[str, str]]) -> Iterator[str]:
    """Of exemplars and log lines: ids of spans that were not exported."""
    exported = {(f"{span.context.trace_id:032x}", f"{span.context.span_id:016x}") for span in spans}
    for one in ids:
        if (one.get("trace_id"), one.get("span_id")) not in exported:
            yield f"no span {dict(one)}"
