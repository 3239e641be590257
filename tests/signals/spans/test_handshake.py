import pytest

from support.spanned import Spanned

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"


def test_it_is_exported_at_once() -> None:
    [span] = Spanned().answered().exported
    assert (span.name, span.kind.name, span.end_time - span.start_time) == ("GET /realtime", "SERVER", 250_000_000)


def test_it_is_a_child_of_the_clients_span() -> None:
    spanned = Spanned(headers=[(b"TraceParent", f"00-{TRACE}-{PARENT}-01".encode()), (b"tracestate", b"a=b")])
    [span] = spanned.answered().exported
    assert (f"{span.context.trace_id:032x}", f"{span.parent.span_id:016x}") == (TRACE, PARENT)
    assert span.context.trace_state.to_header() == "a=b"


def test_what_the_client_does_not_sample_is_not_exported() -> None:
    spanned = Spanned(headers=[(b"traceparent", f"00-{TRACE}-{PARENT}-00".encode())])
    assert spanned.answered().exported == ()


@pytest.mark.parametrize("value", [b"", b"\xff\xfe", b"00-0-0-01", b"00-" + b"0" * 32 + b"-" + b"0" * 16 + b"-01"])
def test_a_traceparent_that_is_none_begins_a_trace(value: bytes) -> None:
    [span] = Spanned(headers=[(b"traceparent", value)]).answered().exported
    assert span.parent is None


@pytest.mark.parametrize(
    ("outcome", "error"),
    [
        ("101", None),
        ("302", None),
        ("401", None),  # what a client does wrong is no error of a server
        ("abandoned", None),
        ("bad_request", None),
        ("draining", "draining"),
        ("503", "503"),
        ("connect_error", "connect_error"),
        ("tls_error", "tls_error"),
        ("timeout", "timeout"),
    ],
)
def test_what_is_an_error(outcome: str, error: str | None) -> None:
    [span] = Spanned().answered(outcome).exported
    assert span.attributes.get("error.type") == error
    assert span.status.is_unset == (error is None)


@pytest.mark.parametrize(
    ("target", "name", "path", "query"),
    [
        ("/v1/realtime?model=gpt-realtime", "GET /realtime", "/v1/realtime", "model=gpt-realtime"),
        ("/openai/v1/realtime?api-key=secret", "GET /realtime", "/openai/v1/realtime", "elided=elided"),
        ("/v1/realtime/calls/rtc_123456789012345678901234", "GET /realtime/calls/{call_id}", None, None),
        ("/sk-proj-abcdefghijklmnopqrstuvwxyz/chat", "GET", "/elided/chat", None),
    ],
)
def test_a_name_is_one_of_few_and_a_path_says_no_secret(
    target: str, name: str, path: str | None, query: str | None
) -> None:
    [span] = Spanned(target=target).answered().exported
    assert span.name == name
    if path is not None:
        assert span.attributes["url.path"] == path
    assert span.attributes.get("url.query") == query


def test_baggage_is_not_read(caplog: pytest.LogCaptureFixture) -> None:
    [span] = Spanned(headers=[(b"baggage", b"!," * 4000)]).answered().exported
    assert span.parent is None
    assert caplog.records == []
