"""The configuration of a session: what a new one has, and what a `session.update` makes of it.

Only the fields that are present change. A rejected update changes nothing.
"""

from copy import deepcopy

from .audio import LINEAR_TYPE, PCM, PCMA, PCMU, Format
from .protocol import ApiError, Event, optional

_FIELDS: dict[str, dict[str, type]] = {
    "session": {
        **dict.fromkeys(("type", "model", "instructions"), str),
        **dict.fromkeys(("audio",), dict),
        **dict.fromkeys(("output_modalities", "tools", "include"), list),
        **dict.fromkeys(
            ("tool_choice", "parallel_tool_calls", "max_output_tokens", "reasoning", "tracing", "truncation", "prompt"),
            object,
        ),
    },
    "session.audio": {"input": dict, "output": dict},
    "session.audio.input": {"format": dict, "transcription": dict, "noise_reduction": dict, "turn_detection": dict},
    "session.audio.output": {"format": dict, "voice": object, "speed": float},
    "session.audio.input.format": {"type": str, "rate": int},
    "session.audio.output.format": {"type": str, "rate": int},
    "session.audio.input.transcription": {
        **dict.fromkeys(("model", "language", "prompt", "delay"), str),
        **dict.fromkeys(("keywords", "languages"), list),
    },
    "session.audio.input.turn_detection": {
        **dict.fromkeys(("type", "eagerness"), str),
        "threshold": float,
        **dict.fromkeys(("prefix_padding_ms", "silence_duration_ms", "idle_timeout_ms"), int),
        **dict.fromkeys(("create_response", "interrupt_response"), bool),
    },
}
"""What the API knows, by path, and of which kind it is; what an `object` holds is not looked into."""

LOGPROBS = "item.input_audio_transcription.logprobs"
"""What a session may include: with each word of a transcription, how probable it is."""

_CLEARED_BY_NULL = frozenset({"transcription", "noise_reduction", "turn_detection", "tracing", "prompt", "include"})

_SEMANTIC_SILENCE_MS = {"low": 2000, "medium": 1000, "auto": 1000, "high": 500}
"""The simulator understands no meaning; a fixed silence stands in for it, longer for less eagerness."""


def new(session_id: str, model: str, expires_at: int, silence_duration_ms: int, *, kind: str) -> Event:
    """A session as `session.created` shows it; `kind` is realtime or transcription."""
    heard = {
        "format": PCM._asdict(),
        "transcription": None,
        "noise_reduction": None,
        "turn_detection": _server_vad(silence_duration_ms, kind),
    }
    if kind == "transcription":
        return {
            "type": kind,
            "object": "realtime.transcription_session",
            "id": session_id,
            "expires_at": expires_at,
            "audio": {"input": heard},
            "include": None,
        }
    return {
        "type": kind,
        "object": "realtime.session",
        "id": session_id,
        "model": model,
        "output_modalities": ["audio"],
        "instructions": "You are a helpful, witty, and friendly AI.",
        "tools": [],
        "tool_choice": "auto",
        "max_output_tokens": "inf",
        "tracing": None,
        "truncation": "auto",
        "prompt": None,
        "expires_at": expires_at,
        "audio": {"input": heard, "output": {"format": PCM._asdict(), "voice": "alloy", "speed": 1.0}},
        "include": None,
    }


def updated(session: Event, change: Event, silence_duration_ms: int) -> Event:
    """The session with the change made; raise ApiError, and leave the session as it was."""
    _check("session", change)
    if change.get("type") is None:
        message = "Missing required parameter: 'session.type'."
        raise ApiError("missing_required_parameter", message, param="session.type")
    if change["type"] != session["type"]:
        message = f"Passing a {change['type']} session update event to a {session['type']} session is not allowed."
        raise ApiError("invalid_parameter", message, param="session.type")
    check_modalities("session.output_modalities", change)
    result = deepcopy(session)
    result |= _present({name: value for name, value in change.items() if name not in {"audio", "model"}})
    for way, sound in _present(change.get("audio") or {}).items():
        if way not in session["audio"]:
            raise _unknown(f"session.audio.{way}")
        result["audio"][way] |= _present(sound)
        _check_format(f"session.audio.{way}.format", result["audio"][way]["format"])
    heard, before = result["audio"]["input"], session["audio"]["input"]
    if heard["transcription"] is not None:
        heard["transcription"] = {"model": None, "language": None, "prompt": None, **heard["transcription"]}
    if heard["turn_detection"] not in (None, before["turn_detection"]):
        default = _server_vad(silence_duration_ms, session["type"])
        heard["turn_detection"] = _turn_detection(before["turn_detection"], heard["turn_detection"], default)
    return result


def check_modalities(path: str, change: Event) -> None:
    """Raise ApiError where `output_modalities` is neither absent nor one of the two that there are."""
    if change.get("output_modalities") not in (None, ["audio"], ["text"]):
        raise _invalid_value(path, "Supported combinations are: ['text'] and ['audio'].")


def check_output(output: Event) -> None:
    """Raise ApiError where the `audio.output` of a `response.create` is wrong."""
    _check("session.audio.output", output)
    if output.get("format"):
        _check_format("response.audio.output.format", output["format"])


def format_of(side: Event) -> Format:
    """The audio format of a session's `audio.input` or `audio.output`."""
    kind = side["format"]["type"]
    return Format(kind, side["format"].get("rate") or PCM.rate) if kind == LINEAR_TYPE else Format(kind, PCMU.rate)


def silence_of(turn_detection: Event) -> int:
    """How many ms of silence end a turn."""
    if turn_detection["type"] == "semantic_vad":
        return _SEMANTIC_SILENCE_MS[turn_detection["eagerness"]]
    return int(turn_detection["silence_duration_ms"])


def _server_vad(silence_duration_ms: int, kind: str) -> Event:
    detection = {
        "type": "server_vad",
        "threshold": 0.5,
        "prefix_padding_ms": 300,
        "silence_duration_ms": silence_duration_ms,
    }
    if kind == "transcription":
        return detection
    return {**detection, "idle_timeout_ms": None, "create_response": True, "interrupt_response": True}


def _turn_detection(before: Event | None, change: Event, default: Event) -> Event:
    """The detector with the change made; one of another type begins with the defaults of its own."""
    kind = change.get("type") or "server_vad"
    if kind == "semantic_vad":
        default = {"type": kind, "eagerness": "auto", "create_response": True, "interrupt_response": True}
    elif kind != "server_vad":
        supported = "Supported values are: 'server_vad' and 'semantic_vad'."
        raise _invalid_value("session.audio.input.turn_detection.type", supported)
    start = before if before is not None and before["type"] == kind else default
    detection = {**start, **{name: value for name, value in change.items() if value is not None}}
    if detection.get("eagerness", "auto") not in _SEMANTIC_SILENCE_MS:
        supported = "Supported values are: 'low', 'medium', 'high', and 'auto'."
        raise _invalid_value("session.audio.input.turn_detection.eagerness", supported)
    return detection


def _present(change: Event) -> Event:
    """Without the nulls that clear nothing."""
    return {name: value for name, value in change.items() if value is not None or name in _CLEARED_BY_NULL}


def _check(path: str, change: Event) -> None:
    """Raise ApiError at the first field that the API does not know, or that is of another kind."""
    for name in change:
        if name not in _FIELDS[path]:
            raise _unknown(f"{path}.{name}")
        value: object = optional(change, name, _FIELDS[path][name])
        if isinstance(value, dict) and f"{path}.{name}" in _FIELDS:
            _check(f"{path}.{name}", value)


def _check_format(path: str, form: Event) -> None:
    if form.get("type") not in {PCM.type, PCMU.type, PCMA.type}:
        supported = f"Supported values are: '{PCM.type}', '{PCMU.type}', and '{PCMA.type}'."
        raise _invalid_value(f"{path}.type", supported)
    rate = form.get("rate") or PCM.rate
    if form["type"] == PCM.type and rate < PCM.rate:
        message = (
            f"Invalid '{path}.rate': integer below minimum value."
            f" Expected a value >= {PCM.rate}, but got {rate} instead."
        )
        raise ApiError("integer_below_min_value", message, param=f"{path}.rate")


def _unknown(path: str) -> ApiError:
    return ApiError("unknown_parameter", f"Unknown parameter: '{path}'.", param=path)


def _invalid_value(path: str, supported: str) -> ApiError:
    return ApiError("invalid_value", f"Invalid value. {supported}", param=path)
