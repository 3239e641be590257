"""The configuration of a session: what a new one has, and what a `session.update` makes of it.

Only the fields that are present change. A rejected update changes nothing.
"""

from copy import deepcopy
from typing import NamedTuple

from . import shapes
from .audio import LINEAR_TYPE, PCM, PCMU, Format
from .protocol import ApiError, Event, invalid_value, unknown_parameter

LOGPROBS = "item.input_audio_transcription.logprobs"
"""What a session may include: with each word of a transcription, how probable it is."""

_CLEARED_BY_NULL = frozenset({"transcription", "noise_reduction", "turn_detection", "tracing", "prompt", "include"})

_SEMANTIC_SILENCE_MS = {"low": 2000, "medium": 1000, "high": 500, "auto": 1000}
"""The simulator understands no meaning; a fixed silence stands in for it, longer for less eagerness."""


class Defaults(NamedTuple):
    """What holds where the client does not choose; as it stands here, what api.openai.com has."""

    silence_duration_ms: int = 200
    """Of server VAD, as is the timeout."""
    idle_timeout_ms: int | None = None
    turn_detection: str = "server_vad"
    """Or semantic_vad, or none."""
    output_modality: str = "audio"
    """Or text."""


STANDARD = Defaults()


def new(session_id: str, model: str, expires_at: int, *, kind: str, defaults: Defaults = STANDARD) -> Event:
    """A session as `session.created` shows it; `kind` is realtime or transcription."""
    detection: Event | None = None
    if defaults.turn_detection != "none":
        detection = _detection(defaults.turn_detection, defaults, kind)
    heard = {
        "format": PCM._asdict(),
        "transcription": None,
        "noise_reduction": None,
        "turn_detection": detection,
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
        "output_modalities": [defaults.output_modality],
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


def updated(session: Event, change: Event, defaults: Defaults = STANDARD) -> Event:
    """The session with the change made; raise ApiError, and leave the session as it was."""
    shapes.check("session", change)
    if change.get("type") is None:
        message = "Missing required parameter: 'session.type'."
        raise ApiError("missing_required_parameter", message, param="session.type")
    if change["type"] != session["type"]:
        message = f"Passing a {change['type']} session update event to a {session['type']} session is not allowed."
        raise ApiError("invalid_parameter", message, param="session.type")
    result = deepcopy(session)
    result |= _present({name: value for name, value in change.items() if name not in {"audio", "model"}})
    for way, sound in _present(change.get("audio") or {}).items():
        if way not in session["audio"]:
            raise unknown_parameter(f"session.audio.{way}")
        result["audio"][way] |= _present(sound)
        shapes.check_format(f"session.audio.{way}.format", result["audio"][way]["format"])
    heard, before = result["audio"]["input"], session["audio"]["input"]
    if heard["transcription"] is not None:
        heard["transcription"] = {"model": None, "language": None, "prompt": None, **heard["transcription"]}
    if heard["turn_detection"] not in (None, before["turn_detection"]):
        change = heard["turn_detection"]
        heard["turn_detection"] = _turn_detection(before["turn_detection"], change, defaults, session["type"])
    return result


def format_of(side: Event) -> Format:
    """The audio format of a session's `audio.input` or `audio.output`."""
    kind = side["format"]["type"]
    return Format(kind, side["format"].get("rate") or PCM.rate) if kind == LINEAR_TYPE else Format(kind, PCMU.rate)


def silence_of(turn_detection: Event) -> int:
    """How many ms of silence end a turn."""
    if turn_detection["type"] == "semantic_vad":
        return _SEMANTIC_SILENCE_MS[turn_detection["eagerness"]]
    return int(turn_detection["silence_duration_ms"])


def _detection(type: str, defaults: Defaults, kind: str) -> Event:
    """A detector as it is before anybody changes it."""
    detection: Event = {"type": type, "eagerness": "auto"}
    if type == "server_vad":
        detection = {"type": type, "threshold": 0.5, "prefix_padding_ms": 300}
        detection["silence_duration_ms"] = defaults.silence_duration_ms
        if kind != "transcription":
            detection["idle_timeout_ms"] = defaults.idle_timeout_ms
    return detection if kind == "transcription" else {**detection, "create_response": True, "interrupt_response": True}


def _turn_detection(before: Event | None, change: Event, defaults: Defaults, kind: str) -> Event:
    """The detector with the change made; one of another type begins with the defaults of its own."""
    type = change.get("type") or "server_vad"
    if type not in {"server_vad", "semantic_vad"}:
        raise invalid_value("session.audio.input.turn_detection.type", type, "server_vad", "semantic_vad")
    start = before if before is not None and before["type"] == type else _detection(type, defaults, kind)
    detection = {**start, **{name: value for name, value in change.items() if value is not None}}
    if "idle_timeout_ms" in change and "idle_timeout_ms" in start:
        detection["idle_timeout_ms"] = change["idle_timeout_ms"]
    eagerness = detection.get("eagerness", "auto")
    if eagerness not in _SEMANTIC_SILENCE_MS:
        raise invalid_value("session.audio.input.turn_detection.eagerness", eagerness, *_SEMANTIC_SILENCE_MS)
    return detection


def _present(change: Event) -> Event:
    """Without the nulls that clear nothing."""
    return {name: value for name, value in change.items() if value is not None or name in _CLEARED_BY_NULL}
