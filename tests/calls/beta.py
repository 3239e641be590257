"""The beta dialect: the same events under older names, the same session in an older shape."""

from typing import Any

from calls.settings import Settings

NAMES = {
    "response.output_audio.delta": "response.audio.delta",
    "response.output_audio.done": "response.audio.done",
    "response.output_audio_transcript.delta": "response.audio_transcript.delta",
    "response.output_audio_transcript.done": "response.audio_transcript.done",
    "response.output_text.delta": "response.text.delta",
    "response.output_text.done": "response.text.done",
    "conversation.item.added": "conversation.item.created",
}
CONTENT = {"output_audio": "audio", "output_text": "text"}


def translated(event: dict[str, Any], settings: Settings) -> dict[str, Any] | None:
    """None for what beta does not have. A session, also the client's wish for one, comes in beta's flat shape."""
    if event["type"] == "conversation.item.done":
        return None
    event = {**event, "type": NAMES.get(event["type"], event["type"])}
    if "session" in event:
        event["session"] = _session(event["session"])
    if "item" in event:
        event["item"] = _item(event["item"])
    if event["type"] in {"response.created", "response.done"}:
        response = event["response"]
        modalities = ["text"] if settings.text_only else ["text", "audio"]
        event["response"] = {**response, "modalities": modalities, "output": [_item(i) for i in response["output"]]}
        del event["response"]["output_modalities"]
    return event


def _session(session: dict[str, Any]) -> dict[str, Any]:
    audio = session["audio"]
    flat = {name: value for name, value in session.items() if name not in {"audio", "type", "output_modalities"}}
    return {
        **flat,
        "modalities": ["text"] if session["output_modalities"] == ["text"] else ["text", "audio"],
        "input_audio_format": _format(audio["input"]["format"]),
        "output_audio_format": _format(audio["output"]["format"]),
        "input_audio_transcription": audio["input"]["transcription"],
        "turn_detection": audio["input"]["turn_detection"],
    }


def _format(described: dict[str, Any]) -> str:
    return {"audio/pcmu": "g711_ulaw", "audio/pcma": "g711_alaw"}.get(described["type"], "pcm16")


def _item(item: dict[str, Any]) -> dict[str, Any]:
    if "content" not in item:
        return item
    content = [{**part, "type": CONTENT.get(part["type"], part["type"])} for part in item["content"]]
    return {**item, "content": content}
