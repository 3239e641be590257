"""What the session of a `session.update`, and the response of a `response.create`, may hold; the rest is an error."""

from .audio import PCM, PCMA, PCMU
from .protocol import ApiError, Event, check_range, element, invalid_value, optional, required, unknown_parameter

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
    "response": {
        **dict.fromkeys(("conversation", "instructions"), str),
        **dict.fromkeys(("audio", "metadata"), dict),
        **dict.fromkeys(("output_modalities", "tools", "input"), list),
        **dict.fromkeys(("tool_choice", "parallel_tool_calls", "max_output_tokens", "reasoning", "prompt"), object),
    },
    "response.audio": {"output": dict},
    "session.audio.input": {"format": dict, "transcription": dict, "noise_reduction": dict, "turn_detection": dict},
    "session.audio.output": {"format": dict, "voice": object, "speed": float},
    "response.audio.output": {"format": dict, "voice": object},
    "session.audio.input.format": {"type": str, "rate": int},
    "session.audio.output.format": {"type": str, "rate": int},
    "response.audio.output.format": {"type": str, "rate": int},
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

_RANGES: dict[str, tuple[float | None, float | None]] = {
    "session.audio.input.turn_detection.threshold": (0.0, 1.0),
    "session.audio.input.turn_detection.prefix_padding_ms": (0, None),
    "session.audio.input.turn_detection.silence_duration_ms": (0, None),
    "session.audio.input.turn_detection.idle_timeout_ms": (5000, 30_000),
    "session.audio.output.speed": (0.25, 1.5),
}
"""Least and most that the API takes."""


def check(path: str, change: Event) -> None:
    """Raise ApiError at the first field that the API does not know, or whose value it does not take."""
    for name in change:
        inner = f"{path}.{name}"
        if name not in _FIELDS[path]:
            raise unknown_parameter(inner)
        value: object = optional(change, name, _FIELDS[path][name], within=path)
        if isinstance(value, dict) and inner in _FIELDS:
            check(inner, value)
        if inner in _RANGES:
            check_range(inner, change[name], *_RANGES[inner])
    if change.get("output_modalities") not in (None, ["audio"], ["text"]):
        given = change["output_modalities"]
        message = f"Invalid modalities: {given}. Supported combinations are: ['text'] and ['audio']."
        raise ApiError("invalid_value", message, param=f"{path}.output_modalities")
    _check_limit(f"{path}.max_output_tokens", change.get("max_output_tokens"))
    tools = change.get("tools") or []
    for place in range(len(tools)):
        tool = element(tools, place, within=f"{path}.tools")
        inner = f"{path}.tools[{place}]"
        name = "server_label" if required(tool, "type", str, within=inner) == "mcp" else "name"
        required(tool, name, str, within=inner)


def check_format(path: str, form: Event) -> None:
    """Raise ApiError where the API has no such audio format; nothing is left out of it."""
    if form.get("type") not in {PCM.type, PCMU.type, PCMA.type}:
        raise invalid_value(f"{path}.type", form.get("type"), PCM.type, PCMU.type, PCMA.type)
    if form["type"] == PCM.type:
        check_range(f"{path}.rate", form.get("rate"), PCM.rate, None)


def _check_limit(path: str, limit: object) -> None:
    if isinstance(limit, int) and not isinstance(limit, bool):
        check_range(path, limit, 1, None)
    elif limit not in (None, "inf"):
        raise ApiError("invalid_type", f"Invalid type for '{path}': expected an integer or 'inf'.", param=path)
