"""One spoken exchange as api.openai.com sends it, frame by frame, with audio of the usual size.

The numbers of events are those of a recorded turn (server VAD, transcription on): 55 appends, 27 pieces of audio, 16 of
transcript; a longer answer has more of the audio. So is their order, but that the transcription comes after the answer,
as it does in some recordings. Recordings of that kind have their audio cut short, so it is made here.
"""

import base64
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

from bench.frames import text_frame

APPENDED = 4_800
"""Bytes of audio in an append: 100 ms."""

GENERATED = 4_800
"""Bytes of audio in a delta."""

ANSWER = 27
"""Pieces of audio in an answer."""

Sent = tuple[str, str, bytes]
"""Sender, type, frame."""

Audio = Callable[[], str]
"""The next piece of audio, in base64."""


def opening(*, heard_hz: int = 24_000, spoken_hz: int = 24_000, silence_ms: int = 500) -> list[Sent]:
    """The session begins; samples a second of what the user and the model say, and the silence that ends speech."""
    turn_detection = {"type": "server_vad", "threshold": 0.5, "prefix_padding_ms": 300}
    turn_detection |= {"silence_duration_ms": silence_ms, "create_response": True, "interrupt_response": True}
    session = {
        "type": "realtime",
        "id": "sess_CkTalk000000000000001",
        "model": "gpt-realtime",
        "instructions": "Answer briefly.",
        "output_modalities": ["audio"],
        "expires_at": 4102444800,
        "audio": {
            "input": {
                "format": {"type": "audio/pcm", "rate": heard_hz},
                "transcription": {"model": "gpt-4o-transcribe"},
                "turn_detection": turn_detection,
            },
            "output": {"format": {"type": "audio/pcm", "rate": spoken_hz}, "voice": "marin", "speed": 1.0},
        },
    }
    return [_sent("server", "session.created", session=session), _sent("server", "session.updated", session=session)]


def exchange(number: int, append: Audio, delta: Audio, audio_end_ms: int, *, answer: int = ANSWER) -> Iterator[Sent]:
    """The user says something, and is answered in so many pieces of audio. `audio_end_ms` is what `speech_stopped`
    says."""
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

    yield _sent("client", "input_audio_buffer.append", audio=append())
    yield _sent("server", "input_audio_buffer.speech_started", audio_start_ms=0, item_id=user)
    for _ in range(54):
        yield _sent("client", "input_audio_buffer.append", audio=append())
    yield _sent("server", "input_audio_buffer.speech_stopped", audio_end_ms=audio_end_ms, item_id=user)
    yield _sent("server", "input_audio_buffer.committed", previous_item_id=None, item_id=user)
    yield _sent("server", "conversation.item.added", previous_item_id=None, item=spoken)
    yield _sent("server", "conversation.item.done", previous_item_id=None, item=spoken)
    yield _sent("server", "response.created", response=made | {"status": "in_progress", "output": [], "usage": None})
    yield _sent("server", "response.output_item.added", response_id=response, output_index=0, item=message)
    yield _sent("server", "conversation.item.added", previous_item_id=user, item=message)
    yield _sent("server", "response.content_part.added", **piece, part={"type": "audio", "transcript": ""})
    for index in range(answer):
        if index < 16:
            yield _sent("server", "response.output_audio_transcript.delta", **piece, delta=" word")
        yield _sent("server", "response.output_audio.delta", **piece, delta=delta())
    yield _sent("server", "response.output_audio.done", **piece)
    yield _sent("server", "response.output_audio_transcript.done", **piece, transcript="It is sunny.")
    yield _sent("server", "response.content_part.done", **piece, part={"type": "audio", "transcript": "It is sunny."})
    yield _sent("server", "conversation.item.done", previous_item_id=user, item=message)
    yield _sent("server", "response.output_item.done", response_id=response, output_index=0, item=message)
    yield _sent("server", "response.done", response=made | {"status": "completed", "output": [message], "usage": usage})
    limits = [{"name": "tokens", "limit": 40_000, "remaining": 39_700, "reset_seconds": 0.4}]
    yield _sent("server", "rate_limits.updated", rate_limits=limits)
    for _ in range(7):
        yield _sent("server", "conversation.item.input_audio_transcription.delta", **heard, delta=" word")
    completed = "conversation.item.input_audio_transcription.completed"
    used = {"type": "tokens", "total_tokens": 35, "input_tokens": 27, "output_tokens": 8}
    yield _sent("server", completed, **heard, transcript="What is the weather like?", usage=used)


def talk(exchanges: int) -> list[Sent]:
    """A conversation of so many exchanges, in pieces of 100 ms."""
    dice = random.Random(1)

    def append() -> str:
        return audio(dice, APPENDED)

    def delta() -> str:
        return audio(dice, GENERATED)

    said = [exchange(number, append, delta, number * 5_500) for number in range(1, exchanges + 1)]
    return [*opening(), *(sent for one in said for sent in one)]


def audio(dice: random.Random, size: int) -> str:
    """So many bytes of it."""
    return base64.b64encode(dice.randbytes(size)).decode()


def _sent(sender: str, type: str, **fields: Any) -> Sent:
    payload = json.dumps({"type": type, "event_id": "event_CkTalk000000000000001", **fields}, separators=(",", ":"))
    return sender, type, text_frame(payload.encode(), b"mask" if sender == "client" else b"")
