"""The values that labels take. Peers choose models, types, codes and targets: what is not known here becomes `other`.

The values listed are those that exist from the start at 0, where none are listed as FORESEEN beside them: the increase
of a counter that first appears with 1 is 0, so the first failure would be invisible. The whole page stays small
(1,500 lines with three models), so what is rare has to come first.
"""

import re
from collections.abc import Callable
from itertools import product
from typing import get_args, get_type_hints

from ..facts import (
    AudioBegan,
    ConnectionClosed,
    DeadAirNoticed,
    Fact,
    Interrupted,
    SessionStartFailed,
    Surprise,
    Tokens,
    ToolFinished,
    TranscriptionFinished,
    TranscriptionLate,
    TurnEnded,
)
from ..session.usage import partition

OTHER = "other"
UNKNOWN = "unknown"
"""Where no server has named a model, or no client sent the header that an operator's label comes from."""
NONE = "none"
"""There is nothing to name; an empty value would be no label."""


def _closed(fact: type[Fact], field: str) -> tuple[str, ...]:
    """All values of a field that has a closed list."""
    values: tuple[str, ...] = get_args(get_type_hints(fact)[field])
    return values


SIDES = ("client", "server")
START_OUTCOMES = ("started", *_closed(SessionStartFailed, "outcome"))
ENDS = _closed(ConnectionClosed, "end")

_WITHOUT_STATUS = ("connect_error", "tls_error", "timeout", "abandoned", "bad_request", "draining")
HANDSHAKE_OUTCOMES = ("101", "3xx", "400", "401", "403", "404", "429", "5xx", *_WITHOUT_STATUS)


def handshake_outcome(outcome: str) -> str:
    """101 and each 4xx by themselves, 3xx and 5xx as a class: what a client gets wrong has many causes."""
    if outcome == "101" or outcome in _WITHOUT_STATUS or re.fullmatch(r"4[0-9][0-9]", outcome):
        return outcome
    return f"{outcome[0]}xx" if re.fullmatch(r"[35][0-9][0-9]", outcome) else OTHER


BY_VOICETAP = "voicetap"
CLOSES = (
    *((side, code) for side in SIDES for code in ("1000", "1001", "1005", "1006", "1011")),
    *(("server", code) for code in ("3000", "4000")),
    (BY_VOICETAP, "1006"),
)


def close_code(code: int) -> str:
    """Those of RFC 6455 and of api.openai.com by themselves, others for applications by their range."""
    if 1000 <= code <= 1015 or code in (3000, 4000):
        return str(code)
    return f"{code // 1000}xxx" if 3000 <= code < 5000 else OTHER


_CALL = re.compile(r"/calls/[^/]+(?:/(accept|reject|refer|hangup))?")
ROUTES = (
    "/realtime/client_secrets",
    "/realtime/sessions",
    "/realtime/transcription_sessions",
    "/realtime/calls",
    "/realtime/calls/{call_id}",
    "/realtime/calls/{call_id}/accept",
    "/realtime/calls/{call_id}/hangup",
    "/realtime/calls/{call_id}/refer",
    "/realtime/calls/{call_id}/reject",
    "/realtime/translations/client_secrets",
    "/realtime/translations/calls",
    OTHER,
)
STATUSES = ("2xx", "4xx", "5xx")


FORESEEN_ROUTES = ("/realtime/client_secrets", "/realtime/calls", OTHER)
"""What a client that talks over WebSockets or WebRTC asks for besides; the others are seen where they are used."""


def route(target: str) -> str:
    """The endpoint, without what comes before `/realtime` (`/v1`, `/openai/v1`) and without ids."""
    path = target.partition("?")[0]
    _, found, rest = path.partition("/realtime")
    call = _CALL.fullmatch(rest)
    if call is not None:
        rest = "/calls/{call_id}" + (f"/{call[1]}" if call[1] else "")
    return found + rest if found + rest in ROUTES else OTHER


def status(code: int) -> str:
    """The class of an HTTP status."""
    return f"{code // 100}xx" if 100 <= code < 600 else OTHER


ERROR_CODES = (
    "beta_api_shape_disabled",
    "conversation_already_has_active_response",
    "inference_rate_limit_exceeded",
    "input_audio_buffer_commit_empty",
    "insufficient_quota",
    "invalid_api_key",
    "invalid_model",
    "invalid_request_error",
    "invalid_value",
    "rate_limit_exceeded",
    "response_cancel_not_active",
    "server_error",
    "session_expired",
    "unknown",
    "unknown_parameter",
    OTHER,
)

ERROR_CODES_OF_SESSIONS = tuple(
    code for code in ERROR_CODES if code not in ("beta_api_shape_disabled", "invalid_api_key", "invalid_model")
)
"""Without those that a server gives in place of a session, so that it names no model."""

FAILURE_CODES = (
    "DeploymentNotFound",
    "audio_unintelligible",
    "inference_rate_limit_exceeded",
    "insufficient_quota",
    "invalid_request_error",
    "model_not_found",
    "rate_limit_exceeded",
    "server_error",
    "transcription_error",
    "unknown",
    OTHER,
)
"""Of transcriptions."""

TRANSCRIPTION_OUTCOMES = _closed(TranscriptionFinished, "outcome")
LATE_OUTCOMES = _closed(TranscriptionLate, "outcome")

TRUNCATIONS = (
    *(("client", outcome) for outcome in ("acknowledged", "rejected", "unanswered")),
    ("server", "acknowledged"),
    ("unknown", "acknowledged"),
)
"""Initiator and outcome, as the session tells of them."""

TURNS = tuple(product(_closed(TurnEnded, "opened_by"), _closed(TurnEnded, "outcome")))
FORESEEN_TURNS = tuple(
    (opened_by, outcome)
    for opened_by, outcome in TURNS
    if opened_by != "timeout" or outcome in ("completed", "failed", "no_response")
)
"""Those that the user is silent about are few, and end well or not at all."""
INTERRUPTIONS = tuple(product(_closed(Interrupted, "phase"), _closed(Interrupted, "cause")))
TRIGGERS = _closed(AudioBegan, "trigger")
DEAD_AIR = _closed(DeadAirNoticed, "after")
TOOL_OUTCOMES = _closed(ToolFinished, "outcome")
SURPRISES = _closed(Surprise, "kind")

RESPONSES = (
    ("completed", NONE),
    *(("cancelled", reason) for reason in ("turn_detected", "client_cancelled", NONE, OTHER)),
    *(("incomplete", reason) for reason in ("max_output_tokens", "content_filter", NONE, OTHER)),
    *(
        ("failed", reason)
        for reason in (
            "inference_rate_limit_exceeded",
            "insufficient_quota",
            "invalid_request_error",
            "rate_limit_exceeded",
            "server_error",
            NONE,
            OTHER,
        )
    ),
    ("unfinished", NONE),
)
"""Status and reason."""
FORESEEN_RESPONSES = tuple(
    (status, reason)
    for status, reason in RESPONSES
    if status not in ("cancelled", "incomplete") or reason not in (NONE, OTHER)
)
"""Without those that no server is known to give."""


def response(status: str, reason: str | None) -> tuple[str, str]:
    """One of RESPONSES."""
    for pair in ((status, reason or NONE), (status, OTHER)):
        if pair in RESPONSES:
            return pair
    return (status, NONE)


ITEMS = (
    *((role, "message") for role in ("user", "assistant", "system", OTHER)),
    *((NONE, type) for type in ("function_call", "function_call_output", "mcp_call", "mcp_list_tools")),
    *((NONE, type) for type in ("mcp_approval_request", "mcp_approval_response")),
    (OTHER, OTHER),
)
"""Role and type."""


def item(role: str | None, type: str | None) -> tuple[str, str]:
    """One of ITEMS; only messages have a role."""
    if type == "message":
        return (role, type) if role is not None and (role, type) in ITEMS else (OTHER, type)
    return (NONE, type) if type is not None and (NONE, type) in ITEMS else (OTHER, OTHER)


def _token(kind: str) -> tuple[str, str, str]:
    direction, modality, *cached = kind.split("_")
    return direction, modality, "true" if cached else "false"


TOKENS = {kind: _token(kind) for kind in partition(Tokens())}
"""Parts of the partition of usage -> direction, modality, cached."""
RESPONSE_TOKENS = (
    *("input_text", "input_text_cached", "input_audio", "input_audio_cached"),
    *("output_text", "output_audio"),
)
"""Those that servers report of responses: all of a conversation without images."""
TRANSCRIPTION_TOKENS = ("input_text", "input_audio", "input_unknown", "output_text")
"""Those that servers report of transcriptions."""

RATE_LIMITS = ("requests", "tokens", OTHER)
WITHIN = {"1m": 60.0, "5m": 300.0, "15m": 900.0}
"""Seconds."""

GAPS = ("framing", "oversize", "inflate", "inflate_limit", "backlog", "error", OTHER)
SINKS = ("metrics", "traces", "logs", "recording", "page", OTHER)
TELEMETRY = ("traces", "metrics", OTHER)
"""Signals of OpenTelemetry."""


def one_of(values: tuple[str, ...]) -> Callable[[str], str]:
    """A function that gives a value back if it is one of these, else `other`."""
    known = frozenset(values)
    return lambda value: value if value in known else OTHER


error_code = one_of(ERROR_CODES)
failure_code = one_of(FAILURE_CODES)
gap = one_of(GAPS)
sink = one_of(SINKS)
telemetry = one_of(TELEMETRY)
rate_limit = one_of(RATE_LIMITS)
