"""A call about a parcel: a greeting, a question that takes a tool and whose answer is cut off, and another question.

What each response used is what backends get wrong: audio beside text, most of it read from the cache.
"""

import json
from typing import Any

from support.line import Line, sound

MODEL = "gpt-realtime"
TRANSCRIBER = "gpt-4o-transcribe"
SAID = {
    "greeting": "Good morning, this is Ada at the parcel service. How may I help you?",
    "first question": "Where is my parcel? The number is A 1 1 7.",
    "first answer": "It left Ulm at six this morning, and I see that the driver was asked to ring at number twelve.",
    "second question": "Sorry, when will it be here?",
    "second answer": "Between two and four this afternoon.",
}
INSTRUCTIONS = "You are Ada, who speaks for a parcel service. Be brief."


def _usage(
    *, text: int, audio: int, cached_text: int, cached_audio: int, output_text: int, output_audio: int
) -> dict[str, Any]:
    """As `response.done` has it."""
    return {
        "total_tokens": text + audio + output_text + output_audio,
        "input_tokens": text + audio,
        "output_tokens": output_text + output_audio,
        "input_token_details": {
            "text_tokens": text,
            "audio_tokens": audio,
            "cached_tokens": cached_text + cached_audio,
            "cached_tokens_details": {"text_tokens": cached_text, "audio_tokens": cached_audio},
        },
        "output_token_details": {"text_tokens": output_text, "audio_tokens": output_audio},
    }


USAGES = [
    _usage(text=150, audio=0, cached_text=0, cached_audio=0, output_text=20, output_audio=90),
    _usage(text=20, audio=100, cached_text=0, cached_audio=64, output_text=20, output_audio=60),
    _usage(text=240, audio=190, cached_text=128, cached_audio=128, output_text=30, output_audio=110),
    _usage(text=260, audio=250, cached_text=192, cached_audio=128, output_text=15, output_audio=50),
]
"""Of the four responses; the second is the one of the evidence: 120 in, 80 out."""


async def about_a_parcel(line: Line) -> None:
    """The whole call; it takes 20 s at a pace of 1."""
    await line.server("session.created", session=_session(None))
    await line.client("session.update", session=_session(TRANSCRIBER))
    await line.server("session.updated", session=_session(TRANSCRIBER))
    await line.client("response.create")
    await _answer(line, "resp_1", "item_1", SAID["greeting"], 3.6, USAGES[0])
    await line.microphone(3.8)

    await _question(line, "item_2", SAID["first question"], 2.4, began_ms=3800)
    await line.wait(0.02)
    await line.server("response.created", response=_response("resp_2", "in_progress"))
    await line.wait(0.35)
    await _call_tool(line, "resp_2", "call_1", {"number": "A117"})
    await line.server("response.done", response=_response("resp_2", "completed", usage=USAGES[1]))
    await _transcribed(line, "item_2", SAID["first question"])
    await line.wait(0.6)
    output = json.dumps({"status": "on its way", "left": "Ulm, 06:00"})
    item = {"type": "function_call_output", "call_id": "call_1", "output": output}
    await line.client("conversation.item.create", item=item)
    await line.client("response.create")
    await _answer(line, "resp_3", "item_4", SAID["first answer"], 5.2, USAGES[2])
    await line.microphone(1.6)

    await line.server("input_audio_buffer.speech_started", item_id="item_5", audio_start_ms=8300)
    truncation = {"item_id": "item_4", "content_index": 0}
    await line.client("conversation.item.truncate", **truncation, audio_end_ms=1600)
    await line.wait(0.02)
    await line.server("conversation.item.truncated", **truncation, audio_end_ms=1600)
    await _end_of_question(line, "item_5", SAID["second question"], 1.7, ended_ms=9700)
    await line.wait(0.02)
    await line.server("response.created", response=_response("resp_4", "in_progress"))
    await _transcribed(line, "item_5", SAID["second question"])
    await _answer(line, "resp_4", "item_6", SAID["second answer"], 2.0, USAGES[3], announced=True)
    await line.microphone(2.2)


def _session(transcriber: str | None) -> dict[str, Any]:
    detection = {"type": "server_vad", "silence_duration_ms": 400, "interrupt_response": True, "create_response": True}
    transcription = {"model": transcriber} if transcriber else None
    return {
        "type": "realtime",
        "id": "sess_parcel",
        "model": MODEL,
        "instructions": INSTRUCTIONS,
        "audio": {"input": {"turn_detection": detection, "transcription": transcription}},
    }


def _response(response_id: str, status: str, **more: Any) -> dict[str, Any]:
    return {"id": response_id, "status": status, "conversation_id": "conv_parcel", **more}


async def _question(line: Line, item_id: str, text: str, seconds: float, *, began_ms: int) -> None:
    await line.server("input_audio_buffer.speech_started", item_id=item_id, audio_start_ms=began_ms)
    await _end_of_question(line, item_id, text, seconds, ended_ms=began_ms + round(seconds * 1000))


async def _end_of_question(line: Line, item_id: str, text: str, seconds: float, *, ended_ms: int) -> None:
    await line.microphone(seconds)
    await line.server("input_audio_buffer.speech_stopped", item_id=item_id, audio_end_ms=ended_ms)
    await line.server("input_audio_buffer.committed", item_id=item_id)
    content = [{"type": "input_audio", "transcript": None}]
    await line.server("conversation.item.added", item=_message(item_id, "user", content))


def _message(item_id: str, role: str, content: list[dict[str, Any]]) -> dict[str, Any]:
    return {"id": item_id, "type": "message", "role": role, "content": content}


async def _transcribed(line: Line, item_id: str, text: str) -> None:
    await line.wait(0.25)
    usage = {"type": "tokens", "input_tokens": 20, "input_token_details": {"audio_tokens": 20}, "output_tokens": 12}
    kind = "conversation.item.input_audio_transcription.completed"
    await line.server(kind, item_id=item_id, content_index=0, transcript=text, usage=usage)


async def _call_tool(line: Line, response_id: str, call_id: str, arguments: dict[str, str]) -> None:
    item = {"id": "item_3", "type": "function_call", "call_id": call_id, "name": "find_parcel", "arguments": ""}
    await line.server("response.output_item.added", response_id=response_id, output_index=0, item=item)
    await line.server("conversation.item.added", item=item)
    await line.server(
        "response.function_call_arguments.done",
        response_id=response_id,
        item_id="item_3",
        call_id=call_id,
        name="find_parcel",
        arguments=json.dumps(arguments),
    )


async def _answer(
    line: Line,
    response_id: str,
    item_id: str,
    text: str,
    seconds: float,
    usage: dict[str, Any],
    *,
    announced: bool = False,
) -> None:
    """Spoken, and generated five times as fast as it is heard."""
    if not announced:
        await line.wait(0.02)
        await line.server("response.created", response=_response(response_id, "in_progress"))
    await line.wait(0.4)
    message = _message(item_id, "assistant", [])
    await line.server("response.output_item.added", response_id=response_id, output_index=0, item=message)
    await line.server("conversation.item.added", item=message)
    part = {"response_id": response_id, "item_id": item_id, "output_index": 0, "content_index": 0}
    for _ in range(round(seconds * 5)):
        await line.server("response.output_audio.delta", **part, delta=sound(200))
        await line.wait(0.04)
    await line.server("response.output_audio.done", **part)
    await line.server("response.output_audio_transcript.done", **part, transcript=text)
    await line.server("response.done", response=_response(response_id, "completed", usage=usage))
