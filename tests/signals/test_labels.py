from itertools import product
from typing import get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicetap.facts import TruncationFinished
from voicetap.signals import labels
from voicetap.signals.logs.sink import ConnectionLog
from voicetap.signals.metrics.sink import ConnectionMetrics
from voicetap.signals.spans.sink import ConnectionSpans


@pytest.mark.parametrize(
    ("outcome", "label"),
    [
        *((outcome, outcome) for outcome in ("101", "400", "418", "499")),
        *((outcome, outcome) for outcome in ("connect_error", "tls_error", "timeout", "abandoned")),
        *(("301", "3xx"), ("500", "5xx"), ("503", "5xx"), ("200", "other"), ("099", "other"), ("4000", "other")),
        *(("", "other"), ("٤٠٠", "other"), ("connect", "other")),
    ],
)
def test_handshake_outcomes(outcome: str, label: str) -> None:
    assert labels.handshake_outcome(outcome) == label


@pytest.mark.parametrize(
    ("code", "label"),
    [
        *((code, str(code)) for code in (1000, 1005, 1006, 1011, 1015, 3000, 4000)),
        *((3001, "3xxx"), (3999, "3xxx"), (4001, "4xxx"), (4999, "4xxx")),
        *((0, "other"), (999, "other"), (1016, "other"), (2999, "other"), (5000, "other"), (65535, "other")),
    ],
)
def test_close_codes(code: int, label: str) -> None:
    assert labels.close_code(code) == label


@pytest.mark.parametrize(
    ("target", "route"),
    [
        ("/v1/realtime/client_secrets", "/realtime/client_secrets"),
        ("/openai/v1/realtime/client_secrets?x=1", "/realtime/client_secrets"),
        ("/v1/realtime/calls?webrtcfilter=on", "/realtime/calls"),
        ("/v1/realtime/calls/rtc_1", "/realtime/calls/{call_id}"),
        ("/v1/realtime/calls/rtc_1/accept", "/realtime/calls/{call_id}/accept"),
        ("/v1/realtime/calls/{call_id}/hangup", "/realtime/calls/{call_id}/hangup"),
        ("/v1/realtime/calls/rtc_1/destroy", "other"),
        ("/v1/realtime/translations/calls", "/realtime/translations/calls"),
        ("/v1/realtime/sessions", "/realtime/sessions"),
        ("/v1/realtime", "other"),
        ("/v1/chat/completions", "other"),
        ("/other", "other"),
        ("other", "other"),
        ("", "other"),
    ],
)
def test_routes(target: str, route: str) -> None:
    assert labels.route(target) == route


@pytest.mark.parametrize(("status", "label"), [(200, "2xx"), (201, "2xx"), (404, "4xx"), (599, "5xx"), (0, "other")])
def test_statuses(status: int, label: str) -> None:
    assert labels.status(status) == label


def test_codes_that_are_not_listed_are_other() -> None:
    assert labels.error_code("session_expired") == "session_expired"
    assert labels.error_code("no_such_code") == "other"
    assert labels.failure_code("DeploymentNotFound") == "DeploymentNotFound"
    assert labels.failure_code("session_expired") == "other"
    assert labels.gap("framing") == "framing"
    assert labels.sink("metrics") == "metrics"
    assert labels.telemetry("traces") == "traces"
    assert labels.rate_limit("tokens") == "tokens"
    assert labels.rate_limit("spoons") == "other"


def test_every_sink_has_a_label_of_its_own() -> None:
    assert {ConnectionMetrics.name, ConnectionSpans.name, ConnectionLog.name} < set(labels.SINKS)


@pytest.mark.parametrize(
    ("status", "reason", "label"),
    [
        ("completed", None, "none"),
        ("completed", "odd", "none"),
        ("cancelled", "turn_detected", "turn_detected"),
        ("cancelled", "max_output_tokens", "other"),
        ("incomplete", "max_output_tokens", "max_output_tokens"),
        ("incomplete", None, "none"),
        ("failed", "rate_limit_exceeded", "rate_limit_exceeded"),
        ("failed", "made up", "other"),
        ("unfinished", None, "none"),
        ("unfinished", "odd", "none"),
    ],
)
def test_reasons_of_responses(status: str, reason: str | None, label: str) -> None:
    assert labels.response(status, reason) == (status, label)


def test_what_is_foreseen_is_among_what_there_may_be() -> None:
    for foreseen, values in (
        (labels.FORESEEN_ROUTES, labels.ROUTES),
        (labels.ERROR_CODES_OF_SESSIONS, labels.ERROR_CODES),
        (labels.FORESEEN_TURNS, labels.TURNS),
        (labels.FORESEEN_RESPONSES, labels.RESPONSES),
        (labels.RESPONSE_TOKENS, labels.TOKENS),
        (labels.TRANSCRIPTION_TOKENS, labels.TOKENS),
    ):
        assert set(foreseen) < set(values)
        assert len(set(foreseen)) == len(foreseen)


def test_truncations_have_values_that_facts_have() -> None:
    hints = get_type_hints(TruncationFinished)
    assert set(labels.TRUNCATIONS) < set(product(get_args(hints["initiator"]), get_args(hints["outcome"])))


@pytest.mark.parametrize(
    ("role", "type", "pair"),
    [
        ("user", "message", ("user", "message")),
        ("assistant", "message", ("assistant", "message")),
        ("developer", "message", ("other", "message")),
        ("none", "message", ("other", "message")),
        (None, "message", ("other", "message")),
        (None, "function_call", ("none", "function_call")),
        ("assistant", "function_call", ("none", "function_call")),
        (None, "song", ("other", "other")),
        (None, None, ("other", "other")),
    ],
)
def test_items(role: str | None, type: str | None, pair: tuple[str, str]) -> None:
    assert labels.item(role, type) == pair


def test_kinds_of_tokens() -> None:
    assert labels.TOKENS == {
        "input_text": ("input", "text", "false"),
        "input_text_cached": ("input", "text", "true"),
        "input_image": ("input", "image", "false"),
        "input_image_cached": ("input", "image", "true"),
        "input_audio": ("input", "audio", "false"),
        "input_audio_cached": ("input", "audio", "true"),
        "input_unknown": ("input", "unknown", "false"),
        "output_text": ("output", "text", "false"),
        "output_audio": ("output", "audio", "false"),
        "output_unknown": ("output", "unknown", "false"),
    }


def test_closed_lists_are_those_of_the_facts() -> None:
    assert labels.ENDS[:4] == ("client_closed", "server_closed", "client_lost", "upstream_lost")
    assert labels.ENDS[4:] == ("expired", "refused", "drained")
    assert labels.START_OUTCOMES == ("started", "refused", "closed", "timeout")
    assert labels.TRANSCRIPTION_OUTCOMES == ("completed", "empty", "failed", "timed_out", "session_closed")
    assert labels.LATE_OUTCOMES == ("completed", "empty", "failed")
    assert labels.TRIGGERS == ("vad", "client", "tool", "timeout")
    assert labels.DEAD_AIR == ("speech", "request", "tool_output")
    assert labels.TOOL_OUTCOMES == ("answered", "unanswered", "cancelled", "completed", "failed")
    assert labels.SURPRISES == ("order", "unknown_id", "orphan_delta", "schema")
    assert len(labels.INTERRUPTIONS) == 9
    assert ("playing", "cleared") in labels.INTERRUPTIONS
    assert len(labels.TURNS) == 24
    assert ("agent_initiated", "session_closed") in labels.TURNS


@given(st.text(max_size=40), st.text(max_size=40), st.integers())
def test_any_value_of_a_peer_becomes_one_of_few(text: str, other: str, number: int) -> None:
    assert labels.route(text) in labels.ROUTES
    assert labels.error_code(text) in labels.ERROR_CODES
    assert labels.handshake_outcome(text)
    assert labels.close_code(number)
    assert labels.status(number)
    assert labels.item(text, other) in labels.ITEMS
    assert labels.item(text, "message") in labels.ITEMS
    assert labels.response("failed", text) in labels.RESPONSES
