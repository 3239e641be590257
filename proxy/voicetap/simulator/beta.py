"""The API's beta: a server of today that speaks in its names and shapes, and is spoken to in them.

Azure's preview, Azure Voice Live and compatible servers still have most of them, api.openai.com has none.
"""

from collections.abc import Iterable
from typing import Any

from .audio import PCM, PCMA, PCMU
from .limits import TokensPerMinute
from .protocol import ApiError, Event, Output, Peer, Send

NAMES = {
    "response.output_audio.delta": "response.audio.delta",
    "response.output_audio.done": "response.audio.done",
    "response.output_audio_transcript.delta": "response.audio_transcript.delta",
    "response.output_audio_transcript.done": "response.audio_transcript.done",
    "response.output_text.delta": "response.text.delta",
    "response.output_text.done": "response.text.done",
    "conversation.item.added": "conversation.item.created",
}
"""What an event is called now -> what it was called then."""
_CONTENT = {"output_audio": "audio", "output_text": "text"}
_CONTENT_OF_CLIENT = {then: now for now, then in _CONTENT.items()}
_FORMATS = {PCM.type: "pcm16", PCMU.type: "g711_ulaw", PCMA.type: "g711_alaw"}
_FORMATS_OF_CLIENT = {then: now for now, then in _FORMATS.items()}

_HEARD = {
    "input_audio_transcription": "transcription",
    "input_audio_noise_reduction": "noise_reduction",
    "turn_detection": "turn_detection",
}
"""Keys of the flat session then -> of `audio.input` now."""
_LONGEST = {"max_response_output_tokens": "max_output_tokens"}
_GONE = ("temperature",)
TEMPERATURE = 0.8
"""What the beta's default was; it changes nothing here."""


class Beta:
    """Any peer, translated both ways."""

    def __init__(self, peer: Peer, limit: TokensPerMinute, at: float) -> None:
        """`limit` is full: the beta reported limits when a response began, as they were then."""
        self._peer = peer
        self._limits = limit.updated(at)
        self.id = peer.id

    @property
    def due(self) -> float | None:
        """The peer's."""
        return self._peer.due

    @property
    def silent(self) -> bool:
        """The peer's."""
        return self._peer.silent

    def begin(self) -> list[Output]:
        """The peer's, translated; so are the others."""
        return self._translated(self._peer.begin())

    def receive(self, message: Event | ApiError, at: float) -> list[Output]:
        """What the beta's client means is told in today's words."""
        meant = message if isinstance(message, ApiError) else from_beta(message)
        return self._translated(self._peer.receive(meant, at))

    def advance(self, now: float) -> list[Output]:
        """As above."""
        return self._translated(self._peer.advance(now))

    def _translated(self, outputs: Iterable[Output]) -> list[Output]:
        result: list[Output] = []
        for output in outputs:
            if not isinstance(output, Send):
                result.append(output)
                continue
            event = output.event
            if event["type"] == "rate_limits.updated":
                self._limits = event
            elif event["type"] != "conversation.item.done":
                result.append(Send(to_beta(event), output.answers))
                if event["type"] == "response.created":
                    limits = {**self._limits, "event_id": f"{event['event_id']}_limits"}
                    result.append(Send({"type": limits["type"], **limits}))
        return result


def to_beta(event: Event) -> Event:
    """A server's event of today as the beta had it."""
    event = {name: value for name, value in event.items() if name != "obfuscation"}
    event["type"] = NAMES.get(event["type"], event["type"])
    if event["type"] == "response.function_call_arguments.done":
        event.pop("name", None)
    if "item" in event:
        event["item"] = _item(event["item"])
    if "session" in event:
        if event["session"]["type"] == "transcription":
            event["type"] = f"transcription_{event['type']}"
        event["session"] = _session(event["session"])
    if "response" in event:
        event["response"] = _response(event["response"])
    return event


def from_beta(event: Event) -> Event:
    """A client's event as it is today; what is wrong in it stays as it is, to be found by whoever reads it."""
    event = dict(event)
    session, response, item = event.get("session"), event.get("response"), event.get("item")
    if event.get("type") in ("session.update", "transcription_session.update") and isinstance(session, dict):
        kind = "transcription" if event["type"].startswith("transcription_") else "realtime"
        event |= {"type": "session.update", "session": {"type": kind, **_nested(session)}}
    if event.get("type") == "response.create" and isinstance(response, dict):
        event["response"] = _nested(response)
    if isinstance(item, dict) and isinstance(item.get("content"), list):
        parts = [_renamed_part(part, _CONTENT_OF_CLIENT) for part in item["content"]]
        event["item"] = {**item, "content": parts if item.get("role") == "assistant" else item["content"]}
    return event


def _session(session: Event) -> Event:
    heard, spoken = session["audio"]["input"], session["audio"].get("output")
    flat: Event = {name: session[name] for name in ("id", "expires_at")}
    flat |= {"object": session["object"], "modalities": _modalities(session.get("output_modalities"))}
    flat |= {then: heard[now] for then, now in _HEARD.items()}
    flat["input_audio_format"] = _FORMATS[heard["format"]["type"]]
    if spoken is not None:
        flat |= {name: session[name] for name in ("model", "instructions", "tools", "tool_choice", "tracing")}
        flat |= {"voice": spoken["voice"], "speed": spoken["speed"]}
        flat["output_audio_format"] = _FORMATS[spoken["format"]["type"]]
        flat |= {"max_response_output_tokens": session["max_output_tokens"], "temperature": TEMPERATURE}
    return flat


def _response(response: Event) -> Event:
    spoken = response["audio"]["output"]
    flat = {name: value for name, value in response.items() if name not in ("audio", "output_modalities")}
    return {
        **flat,
        "output": [_item(item) for item in response["output"]],
        "modalities": _modalities(response["output_modalities"]),
        "voice": spoken["voice"],
        "output_audio_format": _FORMATS[spoken["format"]["type"]],
        "temperature": TEMPERATURE,
    }


def _item(item: Event) -> Event:
    if "content" in item:
        item = {**item, "content": [_renamed_part(part, _CONTENT) for part in item["content"]]}
    return {"object": "realtime.item", **item}


def _renamed_part(part: Any, names: dict[str, str]) -> Any:
    return (
        {**part, "type": names.get(part["type"], part["type"])} if isinstance(part, dict) and "type" in part else part
    )


def _modalities(now: list[str] | None) -> list[str]:
    """Audio brought its transcript."""
    return ["text"] if now == ["text"] else ["audio", "text"]


def _nested(flat: Event) -> Event:
    """The flat session, or response, of a beta client in the shape of today; unknown keys stay where they are."""
    heard: Event = {}
    spoken: Event = {}
    result: Event = {}
    for name, value in flat.items():
        if name in _HEARD:
            heard[_HEARD[name]] = value
        elif name in ("voice", "speed"):
            spoken[name] = value
        elif name == "input_audio_format":
            heard["format"] = _described(value)
        elif name == "output_audio_format":
            spoken["format"] = _described(value)
        elif name == "modalities":
            result["output_modalities"] = ["text"] if value == ["text"] else ["audio"]
        elif name not in _GONE:
            result[_LONGEST.get(name, name)] = value
    audio = {side: fields for side, fields in (("input", heard), ("output", spoken)) if fields}
    return {**result, **({"audio": audio} if audio else {})}


def _described(format: Any) -> Any:
    """A format that the beta did not have stays as it is."""
    type = _FORMATS_OF_CLIENT.get(format) if isinstance(format, str) else None
    return {"type": type or format} | ({"rate": PCM.rate} if type == PCM.type else {})
