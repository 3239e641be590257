import base64
import json
from typing import Any

import pytest

from voicetap.simulator.audio import PCMU, voice
from voicetap.simulator.filler import Filler

Event = dict[str, Any]
ULAW = {"type": "session.created", "session": {"audio": {"output": {"format": {"type": "audio/pcmu"}}}}}


def filled(*events: Event) -> list[Event]:
    filler = Filler(events)
    return [filler.filled(event) for event in events]


def audio(size: int) -> Event:
    return {"type": "response.output_audio.delta", "item_id": "a", "delta": {"elided_bytes": size}}


def sound(event: Event) -> bytes:
    return base64.b64decode(event["delta"])


def test_what_is_there_stays() -> None:
    event = {"type": "error", "error": {"message": "m", "list": [1, None, "x"]}}
    assert filled(event) == [event]


def test_audio_becomes_a_tone_that_goes_on() -> None:
    first, second = filled(audio(4800), audio(1001))
    assert sound(first) + sound(second) == (voice(50) * 3)[:5801]


def test_the_tone_is_in_the_sessions_format() -> None:
    _, delta = filled(ULAW, audio(400))
    assert sound(delta) == voice(50, PCMU)


@pytest.mark.parametrize("format", ["g711_ulaw", "pcm16"])
def test_the_format_of_the_beta(format: str) -> None:
    _, delta = filled({"type": "session.updated", "session": {"output_audio_format": format}}, audio(400))
    assert (sound(delta) == voice(50, PCMU)) == (format == "g711_ulaw")


def test_text_is_the_same_in_pieces_as_in_whole() -> None:
    kind = "response.output_audio_transcript"
    pieces = [{"type": f"{kind}.delta", "item_id": "a", "delta": {"elided_chars": n}} for n in (3, 50, 7)]
    *deltas, done = filled(*pieces, {"type": f"{kind}.done", "item_id": "a", "transcript": {"elided_chars": 60}})
    assert "".join(delta["delta"] for delta in deltas) == done["transcript"]
    assert len(done["transcript"]) == 60


def test_arguments_are_json_in_pieces_and_in_whole() -> None:
    kind = "response.function_call_arguments"
    pieces = [{"type": f"{kind}.delta", "item_id": "a", "delta": {"elided_chars": n}} for n in (1, 8, 4)]
    done = {"type": f"{kind}.done", "item_id": "a", "arguments": {"elided_chars": 13}}
    item = {"type": "response.output_item.done", "item": {"id": "a", "arguments": {"elided_chars": 13}}}
    *deltas, whole, last = filled(*pieces, done, item)
    assert "".join(delta["delta"] for delta in deltas) == whole["arguments"] == last["item"]["arguments"]
    assert json.loads(whole["arguments"]) == {}
    assert len(whole["arguments"]) == 13


@pytest.mark.parametrize(("length", "text"), [(0, ""), (1, "0"), (2, "{}")])
def test_short_arguments(length: int, text: str) -> None:
    [event] = filled({"type": "x", "arguments": {"elided_chars": length}})
    assert event["arguments"] == text


def test_objects_become_empty_ones() -> None:
    metadata = {"elided_chars": 30, "elided_as": "abc"}
    [event] = filled({"type": "response.created", "response": {"metadata": metadata}})
    assert event["response"]["metadata"] == {}
