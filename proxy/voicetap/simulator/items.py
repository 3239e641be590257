"""The items that clients create: what they may hold, and what the server makes of them."""

import base64
import binascii

from .audio import Format
from .conversation import Item
from .identity import Ids
from .protocol import ApiError, Event, element, invalid_value, optional, required

_LONGEST_ID = 32
"""Characters of an item's id, and of a call's."""

_PARTS = {
    "user": ("input_text", "input_audio", "input_image"),
    "assistant": ("output_text", "output_audio"),
    "system": ("input_text",),
}
"""What a message may consist of, by the role of who says it."""
_CONTENTS = {"input_text": "text", "output_text": "text", "input_audio": "audio", "input_image": "image_url"}
"""What a part must have; the audio of an answer may be left out."""


def new_item(given: Event, form: Format, ids: Ids, path: str = "item") -> Item:
    """The item of a `conversation.item.create`, with what the client may leave out; raise ApiError.

    `form` is the session's input format, in which audio is given; `path` is where the item stands in the event.
    """
    item_id = _short(given, "id", path) or ids.new("item")
    kind = required(given, "type", str, within=path)
    body, audio_ms = {**given, "id": item_id}, 0
    if kind == "message":
        body = {"status": "completed", **body}
        role = required(given, "role", str, within=path)
        if role not in _PARTS:
            raise invalid_value(f"{path}.role", role, *_PARTS)
        content = required(given, "content", list, within=path)
        path += ".content"
        parts = [
            _part(element(content, place, within=path), role, f"{path}[{place}]", form) for place in range(len(content))
        ]
        body["content"] = [shown for shown, _ in parts]
        audio_ms = sum(ms for _, ms in parts)
    elif kind in ("function_call", "function_call_output"):
        _short(given, "call_id", path)
    if kind == "function_call_output":
        required(given, "call_id", str, within=path)
        required(given, "output", str, within=path)
    for name in ("arguments", "output"):
        optional(given, name, str, within=path)
    return Item(body, audio_ms)


def decoded(audio: str, path: str) -> bytes:
    """From base64; raise ApiError."""
    try:
        return base64.b64decode(audio, validate=True)
    except (binascii.Error, ValueError):
        message = (
            f"Invalid '{path}'. Expected base64-encoded audio bytes (mono PCM16 at 24kHz) but got an invalid value."
        )
        raise ApiError("invalid_value", message, param=path) from None


def _part(part: Event, role: str, path: str, form: Format) -> tuple[Event, int]:
    """As it is shown, and the ms of audio in it, which is not."""
    kind = required(part, "type", str, within=path)
    if kind not in _PARTS[role]:
        raise invalid_value(f"{path}.type", kind, *_PARTS[role])
    if kind in _CONTENTS:
        required(part, _CONTENTS[kind], str, within=path)
    optional(part, "transcript", str, within=path)
    if kind == "input_image" and not part["image_url"].startswith("data:image/"):
        path += ".image_url"
        message = f"Invalid '{path}': expected a data URI of a PNG or JPEG image."
        raise ApiError("invalid_value", message, param=path)
    audio = optional(part, "audio", str, within=path)
    if audio is None:
        return part, 0
    shown = {"transcript": None, **{name: value for name, value in part.items() if name != "audio"}}
    return shown, len(decoded(audio, f"{path}.audio")) // form.bytes_per_ms


def _short(given: Event, name: str, path: str) -> str | None:
    value = optional(given, name, str, within=path)
    if value is not None and len(value) > _LONGEST_ID:
        message = (
            f"Invalid '{path}.{name}': string too long. Expected a string with maximum length {_LONGEST_ID},"
            f" but got a string with length {len(value)} instead."
        )
        raise ApiError("string_above_max_length", message, param=f"{path}.{name}")
    return value
