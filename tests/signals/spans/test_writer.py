from opentelemetry import trace

from support.spanned import CONNECTION_ID, REQUESTED_AT, Spanned
from voicetap.facts import TurnEnded, TurnOpened

OPENED, ENDED = TurnOpened(101.0, 1, "text", 101.0), TurnEnded(104.0, 1, "text", "completed", 103.0)


def test_times_of_facts_become_times_of_the_world() -> None:
    spanned = Spanned().answered()
    spanned.receive([OPENED, ENDED])
    [root] = spanned.named("invoke_agent")
    assert (root.start_time, root.end_time) == ((REQUESTED_AT + 1) * 10**9, (REQUESTED_AT + 3) * 10**9)


def test_every_span_says_whose_it_is() -> None:
    spanned = Spanned().answered()
    spanned.receive([OPENED, ENDED])
    assert {span.attributes["session.id"] for span in spanned.exported} == {CONNECTION_ID}


def test_what_is_current_in_the_process_is_nobodys_parent() -> None:
    current = trace.NonRecordingSpan(trace.SpanContext(7, 7, is_remote=False, trace_flags=trace.TraceFlags(1)))
    spanned = Spanned()
    with trace.use_span(current):
        spanned.answered().receive([OPENED, ENDED])
    assert [span.parent for span in spanned.exported] == [None, None]


def test_a_root_is_linked_to_the_handshake() -> None:
    spanned = Spanned().answered()
    spanned.receive([OPENED, ENDED])
    handshake, root = spanned.exported
    assert [link.context for link in root.links] == [handshake.context]
