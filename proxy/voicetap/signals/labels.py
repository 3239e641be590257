"""The values that labels take. Peers choose models, types, codes and targets: what is not known here becomes `other`.

The values listed are those that exist from the start at 0: the increase of a counter that first appears with 1 is 0,
so the first failure would be invisible.
"""

import re
from collections.abc import Callable

from ..chunks import Side
from ..realtime import CATALOGUE

OTHER = "other"
UNKNOWN = "unknown"
"""Where no server has named a model."""

SIDES = ("client", "server")

START_OUTCOMES = ("started", "refused", "closed", "timeout")

ENDS = ("client_closed", "server_closed", "client_lost", "upstream_lost", "expired", "refused", "drained")

HANDSHAKE_OUTCOMES = (
    *("101", "3xx", "400", "401", "403", "404", "429", "5xx"),
    *("connect_error", "tls_error", "timeout", "abandoned"),
)
_HANDSHAKE_FAULTS = frozenset({"connect_error", "tls_error", "timeout", "abandoned"})


def handshake_outcome(outcome: str) -> str:
    """101 and each 4xx by themselves, 3xx and 5xx as a class: what a client gets wrong has many causes."""
    if outcome == "101" or outcome in _HANDSHAKE_FAULTS or re.fullmatch(r"4[0-9][0-9]", outcome):
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
    "cannot_update_voice",
    "conversation_already_has_active_response",
    "inference_rate_limit_exceeded",
    "input_audio_buffer_commit_empty",
    "insufficient_quota",
    "invalid_api_key",
    "invalid_event",
    "invalid_json",
    "invalid_model",
    "invalid_request_error",
    "invalid_value",
    "item_truncate_invalid_item_id",
    "missing_model",
    "missing_required_parameter",
    "rate_limit_exceeded",
    "response_cancel_not_active",
    "server_error",
    "session_expired",
    "unknown",
    "unknown_parameter",
    "unsupported_content_type",
    OTHER,
)

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

TRANSCRIPTION_OUTCOMES = ("completed", "empty", "failed", "timed_out", "session_closed")
LATE_OUTCOMES = ("completed", "empty", "failed")

TRUNCATIONS = (
    *(("client", outcome) for outcome in ("acknowledged", "rejected", "unanswered")),
    ("server", "acknowledged"),
    ("unknown", "acknowledged"),
)

GAPS = ("framing", "oversize", "inflate", "inflate_limit", "backlog", "error", OTHER)
SINKS = ("metrics", "recording", OTHER)


def one_of(values: tuple[str, ...]) -> Callable[[str], str]:
    """A function that gives a value back if it is one of these, else `other`."""
    known = frozenset(values)
    return lambda value: value if value in known else OTHER


error_code = one_of(ERROR_CODES)
failure_code = one_of(FAILURE_CODES)
gap = one_of(GAPS)
sink = one_of(SINKS)

MODELS = 20
_MODEL = re.compile(r"[\w.:/@+-]{1,100}", re.ASCII)


class Models:
    """The first 20 models that servers named; any further one is `other`, and none is `unknown`."""

    def __init__(self, limit: int = MODELS) -> None:
        self._limit = limit
        self._known: set[str] = set()

    def label(self, model: str | None) -> str:
        """The label of a model."""
        if model is None:
            return UNKNOWN
        if model in self._known:
            return model
        if len(self._known) >= self._limit or not _MODEL.fullmatch(model):
            return OTHER
        self._known.add(model)
        return model


_EVENTS = {side: {name: (side.value, name) for name in (*CATALOGUE[side], OTHER)} for side in Side}
_CLIENT_EVENTS, _SERVER_EVENTS = _EVENTS[Side.CLIENT], _EVENTS[Side.SERVER]


def event(sender: Side, name: str) -> tuple[str, str]:
    """Labels `from` and `type` of an event; what is in no catalogue is `other`. Looked up with every event."""
    events = _SERVER_EVENTS if sender is Side.SERVER else _CLIENT_EVENTS
    return events.get(name) or events[OTHER]


_CLIENT, _SERVER = (Side.CLIENT.value,), (Side.SERVER.value,)


def sender(side: Side) -> tuple[str]:
    """Label `from` alone. Looked up with every chunk, so not by `.value`, which costs more than counting does."""
    return _SERVER if side is Side.SERVER else _CLIENT
