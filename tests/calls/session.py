"""How a session is described: as the client wants it, and as the server says that it is."""

from typing import Any

from calls.settings import Settings
from calls.sound import Private


def wanted(settings: Settings) -> dict[str, Any]:
    """For `session.update`."""
    detection = {
        "type": "server_vad",
        "threshold": 0.5,
        "prefix_padding_ms": settings.prefix_ms,
        "silence_duration_ms": settings.silence_ms,
        "idle_timeout_ms": settings.idle_timeout_ms,
        "create_response": settings.create_response,
        "interrupt_response": settings.interrupt_response,
    }
    model = settings.transcription_model
    heard = {
        "format": settings.input_format.ga,
        "transcription": {"model": model} if model else None,
        "turn_detection": detection if settings.turn_detection else None,
    }
    return {
        "type": "realtime",
        "output_modalities": ["text"] if settings.text_only else ["audio"],
        "audio": {"input": heard, "output": {"format": settings.output_format.ga, "voice": "alloy"}},
    }


def described(settings: Settings, configured: bool) -> dict[str, Any]:
    """For `session.created`, when the client has wanted nothing yet, and `session.updated`."""
    shape = wanted(settings)
    if not configured:
        usual = {"type": "server_vad", "silence_duration_ms": 200, "create_response": True, "interrupt_response": True}
        heard = {**shape["audio"]["input"], "transcription": None, "turn_detection": usual}
        shape["audio"] = {**shape["audio"], "input": heard}
    return {
        **shape,
        "object": "realtime.session",
        "id": "sess_0001",
        "model": settings.model,
        "instructions": Private("Be brief."),
        "expires_at": 1_800_000_000,
    }
