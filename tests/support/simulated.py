"""A simulated session under a clock that the test turns, and the official SDK as the judge of what it says."""

import base64
import json
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from itertools import groupby
from typing import Any, get_args

from openai.types.realtime import realtime_server_event
from pydantic import BaseModel

from voicetap.simulator.audio import PCM, Format, silence, voice
from voicetap.simulator.protocol import read
from voicetap.simulator.scenario import DEFAULT, Scenario
from voicetap.simulator.session import Close, Output, Session

Event = dict[str, Any]

BRIEF = replace(
    DEFAULT,
    transcription_failure_rate=0.0,
    empty_transcript_rate=0.0,
    transcription_seconds=(0.3, 0.3),
    response_seconds=(0.5, 0.5),
    reply_ms=(1000, 1000),
    delta_ms=200,
)
"""Nothing fails, and every figure is known: an answer is five deltas, one each 40 ms."""

TRANSCRIBING = {"type": "realtime", "audio": {"input": {"transcription": {"model": "gpt-4o-transcribe"}}}}
MANUAL = {"type": "realtime", "audio": {"input": {"turn_detection": None}}}
"""Sessions for `session.update`."""


@cache
def _models() -> dict[str, type[BaseModel]]:
    union, _ = get_args(realtime_server_event.RealtimeServerEvent)
    return {get_args(model.model_fields["type"].annotation)[0]: model for model in get_args(union)}


def judged(event: Event) -> Event:
    """The event, once the SDK's model of its type has accepted it, as it stands in JSON."""
    _models()[event["type"]].model_validate(json.loads(json.dumps(event)), strict=True)
    return event


HEARD = [
    "input_audio_buffer.speech_started",
    "input_audio_buffer.speech_stopped",
    "input_audio_buffer.committed",
    "conversation.item.added",
    "conversation.item.done",
]
"""What comes of a question in a session that detects speech."""


class Talk:
    """A session, and what it said; every event of it has been judged."""

    def __init__(self, scenario: Scenario = BRIEF, *, seed: str = "1", kind: str = "realtime") -> None:
        self.now = 100.0
        self.session = Session(
            "gpt-realtime", scenario, seed, began=self.now, at=self.now, created=1_700_000_000, kind=kind
        )
        self.closes: list[Close] = []
        self.all: list[Event] = []
        self._take(self.session.begin())

    def send(self, type: str, **fields: Any) -> list[Event]:
        """Send an event; what comes at once."""
        return self.send_text(json.dumps({"type": type, **fields}))

    def send_text(self, message: str | bytes) -> list[Event]:
        """Send a message of any kind; what comes at once."""
        return self._take(self.session.receive(read(message), self.now))

    def append(self, audio: bytes) -> list[Event]:
        """Append audio in one event; what comes at once."""
        return self.send("input_audio_buffer.append", audio=base64.b64encode(audio).decode())

    def hear(self, audio: bytes, form: Format = PCM) -> list[Event]:
        """Append audio piece by piece, as a microphone does, 20 ms each 20 ms; what comes meanwhile."""
        before, size = len(self.all), 20 * form.bytes_per_ms
        for start in range(0, len(audio), size):
            self.wait(0.02)
            self.append(audio[start : start + size])
        return self.all[before:]

    def speak(self, ms: int = 600, silence_ms: int = 200) -> list[Event]:
        """Say something, and be silent until the server notices."""
        return self.hear(voice(ms) + silence(silence_ms))

    def wait(self, seconds: float) -> list[Event]:
        """Let time pass; what comes meanwhile."""
        self.now += seconds
        return self._take(self.session.advance(self.now))

    def _take(self, outputs: Iterable[Output]) -> list[Event]:
        events = []
        for output in outputs:
            if isinstance(output, Close):
                self.closes.append(output)
            else:
                events.append(judged(output.event))
        self.all += events
        return events


def trace(events: Iterable[Event]) -> list[str]:
    """The types, in order; repeats are named once."""
    return [kind for kind, _ in groupby(event["type"] for event in events)]


def only(events: Iterable[Event], kind: str) -> Event:
    """The one event of this type."""
    [found] = [event for event in events if event["type"] == kind]
    return found


def error_of(events: list[Event]) -> tuple[str | None, str]:
    """Code and message of the error that is all that came."""
    [event] = events
    assert event["type"] == "error", event
    return event["error"]["code"], event["error"]["message"]
