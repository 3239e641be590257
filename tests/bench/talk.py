"""One spoken exchange as api.openai.com sends it, frame by frame, with audio of the usual size.

The order and the numbers of events are those of a recorded turn (server VAD, transcription on): 55 appends, 27 pieces
of audio, 16 of transcript. Recordings of that kind have their audio cut short, so it is made here.
"""

import base64
import json
import random
from collections.abc import Iterator
from typing import Any

from bench.traffic import text_frame

APPENDED = 4_800
"""Bytes of audio in an append: 100 ms."""

GENERATED = 4_800
"""Bytes of audio in a delta."""

Sent = tuple[str, str, bytes]
"""Sender, type, frame."""


def opening() -> list[Sent]:
    """The session begins."""
    turn_detection = {"type": "server_vad", "threshold": 0.5, "prefix_padding_ms": 300, "silence_duration_ms": 500}
    audio_format = {"type": "audio/pcm", "rate": 24000}
    session = {
        "type": "realtime",
        "id": "sess_CkTalk000000000000001",
        "model": "gpt-realtime",
        "instructions": "Answer briefly.",
        "output_modalities": ["audio"],
        "expires_at": 4102444800,
        "audio": {
            "input": {
                "format": audio_format,
                "transcription": {"model": "gpt-4o-transcribe"},
                "turn_detection": {**turn_detection, "create_response": True, "interrupt_response": True},
            },
            "output": {"format": audio_format, "voice": "marin", "speed": 1.0},
        },
    }
    return [_sent("server", "session.created", session=session), _sent("server", "session.updated", session=session)]


def exchange(number: int, dice: random.Random) -> Iterator[Sent]:
    """The user says something, and is answered."""
    user, item, response = f"item_user{number:012}", f"item_asst{number:012}", f"resp_{number:016}"
    piece: dict[str, Any] = {"response_id": response, "item_id": item, "output_index": 0, "content_index": 0}
    message = {"id": item, "type": "message", "object": "realtime.item", "role": "assistant", "content": []}
    spoken = {"id": user, "type": "message", "object": "realtime.item", "role": "user", "content": []}
    heard = {"item_id": user, "content_index": 0}
    made = {"object": "realtime.response", "id": response, "conversation_id": "conv_CkTalk000000000000001"}
    usage = {
        "total_tokens": 291,
        "input_tokens": 173,
        "output_tokens": 118,
        "input_token_details": {"text_tokens": 146, "audio_tokens": 27, "image_tokens": 0, "cached_tokens": 0},
        "output_token_details": {"text_tokens": 30, "audio_tokens": 88},
    }

    def append() -> Sent:
        return _sent("client", "input_audio_buffer.append", audio=_audio(dice, APPENDED))

    yield append()
    yield _sent("server", "input_audio_buffer.speech_started", audio_start_ms=0, item_id=user)
    for _ in range(54):
        yield append()
    yield _sent("server", "input_audio_buffer.speech_stopped", audio_end_ms=number * 5_500, item_id=user)
    yield _sent("server", "input_audio_buffer.committed", previous_item_id=None, item_id=user)
    yield _sent("server", "conversation.item.added", previous_item_id=None, item=spoken)
    yield _sent("server", "conversation.item.done", previous_item_id=None, item=spoken)
    yield _sent("server", "response.created", response=made | {"status": "in_progress", "output": [], "usage": None})
    for _ in range(7):
        yield _sent("server", "conversation.item.input_audio_transcription.delta", **heard, delta=" word")
    yield _sent("server", "response.output_item.added", response_id=response, output_index=0, item=message)
    yield _sent("server", "conversation.item.added", previous_item_id=user, item=message)
    yield _sent("server", "response.content_part.added", **piece, part={"type": "audio", "transcript": ""})
    for index in range(27):
        if index < 16:
            yield _sent("server", "response.output_audio_transcript.delta", **piece, delta=" word")
        yield _sent("server", "response.output_audio.delta", **piece, delta=_audio(dice, GENERATED))
    completed = "conversation.item.input_audio_transcription.completed"
    yield _sent("server", completed, **heard, transcript="What is the weather like?", usage={"type": "tokens"})
    yield _sent("server", "response.output_audio.done", **piece)
    yield _sent("server", "response.output_audio_transcript.done", **piece, transcript="It is sunny.")
    yield _sent("server", "response.content_part.done", **piece, part={"type": "audio", "transcript": "It is sunny."})
    yield _sent("server", "conversation.item.done", previous_item_id=user, item=message)
    yield _sent("server", "response.output_item.done", response_id=response, output_index=0, item=message)
    yield _sent("server", "response.done", response=made | {"status": "completed", "output": [message], "usage": usage})
    limits = [{"name": "tokens", "limit": 40_000, "remaining": 39_700, "reset_seconds": 0.4}]
    yield _sent("server", "rate_limits.updated", rate_limits=limits)


def _sent(sender: str, type: str, **fields: Any) -> Sent:
    payload = json.dumps({"type": type, "event_id": "event_CkTalk000000000000001", **fields}, separators=(",", ":"))
    return sender, type, text_frame(payload.encode(), b"mask" if sender == "client" else b"")


def _audio(dice: random.Random, size: int) -> str:
    return base64.b64encode(dice.randbytes(size)).decode()
