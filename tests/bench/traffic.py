"""What both ends of a benched session send: WebSocket frames, built once and long before they are sent.

Every event frame of one direction has the same length, so a count of bytes is a count of events.
"""

import base64
import json
import random

POOL = 64
"""How many different events one direction repeats; each has an `event_id` and audio of its own."""

_RESPONSE = "resp_CkBench000000000000001"
_ITEM = "item_CkBench000000000000001"
_AUDIO_FORMAT = {"type": "audio/pcm", "rate": 24000}

_PRELUDE: list[dict[str, object]] = [
    {
        "type": "session.created",
        "event_id": "event_CkBench000000000000001",
        "session": {
            "type": "realtime",
            "object": "realtime.session",
            "id": "sess_CkBench000000000000001",
            "model": "gpt-realtime",
            "output_modalities": ["audio"],
            "instructions": "Answer briefly.",
            "tools": [],
            "tool_choice": "auto",
            "max_output_tokens": "inf",
            "tracing": None,
            "truncation": "auto",
            "prompt": None,
            "expires_at": 4102444800,
            "audio": {
                "input": {
                    "format": _AUDIO_FORMAT,
                    "transcription": None,
                    "noise_reduction": None,
                    "turn_detection": None,
                },
                "output": {"format": _AUDIO_FORMAT, "voice": "marin", "speed": 1.0},
            },
            "include": None,
        },
    },
    {
        "type": "response.created",
        "event_id": "event_CkBench000000000000002",
        "response": {
            "object": "realtime.response",
            "id": _RESPONSE,
            "status": "in_progress",
            "status_details": None,
            "output": [],
            "conversation_id": "conv_CkBench000000000000001",
            "output_modalities": ["audio"],
            "usage": None,
            "metadata": None,
        },
    },
    {
        "type": "response.output_item.added",
        "event_id": "event_CkBench000000000000003",
        "response_id": _RESPONSE,
        "output_index": 0,
        "item": {
            "id": _ITEM,
            "type": "message",
            "object": "realtime.item",
            "status": "in_progress",
            "role": "assistant",
            "content": [],
        },
    },
    {
        "type": "response.content_part.added",
        "event_id": "event_CkBench000000000000004",
        "response_id": _RESPONSE,
        "item_id": _ITEM,
        "output_index": 0,
        "content_index": 0,
        "part": {"type": "audio", "transcript": ""},
    },
]


def server_prelude() -> bytes:
    """What the server says before the audio: a session, and a response that the audio belongs to."""
    return b"".join(text_frame(json.dumps(event, separators=(",", ":")).encode()) for event in _PRELUDE)


def server_events(size: int) -> list[bytes]:
    """Unmasked frames with a `response.output_audio.delta` of `size` payload bytes each."""
    dice = random.Random(1)
    return [
        text_frame(
            _with_audio(
                {
                    "type": "response.output_audio.delta",
                    "event_id": _event_id(dice),
                    "response_id": _RESPONSE,
                    "item_id": _ITEM,
                    "output_index": 0,
                    "content_index": 0,
                },
                "delta",
                size,
                dice,
            )
        )
        for _ in range(POOL)
    ]


def client_events(size: int) -> list[bytes]:
    """Masked frames with an `input_audio_buffer.append` of `size` payload bytes each."""
    dice = random.Random(2)
    return [
        text_frame(
            _with_audio({"type": "input_audio_buffer.append", "event_id": _event_id(dice)}, "audio", size, dice),
            mask=dice.randbytes(4),
        )
        for _ in range(POOL)
    ]


def text_frame(payload: bytes, mask: bytes = b"") -> bytes:
    """One final text frame (RFC 6455 section 5.2)."""
    length = len(payload)
    masked = 0x80 if mask else 0
    if length < 126:
        head = bytes([0x81, masked | length])
    elif length < 1 << 16:
        head = bytes([0x81, masked | 126]) + length.to_bytes(2, "big")
    else:
        head = bytes([0x81, masked | 127]) + length.to_bytes(8, "big")
    if mask:
        payload = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
    return head + mask + payload


def _event_id(dice: random.Random) -> str:
    return "event_" + "".join(dice.choices("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789", k=21))


def _with_audio(event: dict[str, object], field: str, size: int, dice: random.Random) -> bytes:
    """The event as JSON of exactly `size` bytes, filled up with base64 audio (and up to three letters of id)."""
    bare = len(json.dumps(event | {field: ""}, separators=(",", ":")))
    groups, rest = divmod(size - bare, 4)
    if groups < 1:
        raise ValueError(f"an event needs at least {bare + 4} bytes, not {size}")
    audio = base64.b64encode(dice.randbytes(groups * 3)).decode()
    event = event | {"event_id": str(event["event_id"]) + "x" * rest, field: audio}
    return json.dumps(event, separators=(",", ":")).encode()
