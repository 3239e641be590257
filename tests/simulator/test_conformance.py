"""What each shipped scenario says is valid for the SDK's types, understood by voicetap, and what the scenario is for.

The clock here is turned by hand. The same with real sockets, processes and time is test_conformance_live.
"""

import base64
import json
from collections import Counter, deque
from collections.abc import Callable
from functools import cache
from typing import Any, get_args

import pytest
from openai.types.beta.realtime import realtime_server_event as beta_server_event
from pydantic import BaseModel

from support.dialogue import message
from support.simulated import judged
from voicetap.chunks import Side
from voicetap.facts import MessageMalformed, Surprise, UnknownEventReceived
from voicetap.realtime import decode
from voicetap.session import Session as Understanding
from voicetap.simulator import SCENARIOS
from voicetap.simulator.audio import silence, voice
from voicetap.simulator.calls import Asked, ScenarioCalls
from voicetap.simulator.protocol import Close, HangUp, Output, Send, Text, read

Event = dict[str, Any]

SECONDS = 31.0
"""Of the call: three questions, then silence."""
STEP_SECONDS = 0.06
"""From one append to the next."""
STEPS_OF_A_QUESTION = 80
SILENT_AFTER = 3 * STEPS_OF_A_QUESTION + 40
TOOLS = [
    {"type": "function", "name": "look_up", "description": "", "parameters": {"type": "object"}},
    {"type": "mcp", "server_label": "shop", "server_url": "https://mcp.example", "require_approval": "never"},
]
IMAGE = {"type": "input_image", "image_url": "data:image/png;base64,iVBORw0KGgo="}

UNKNOWN = {"newer": {"response.reasoning_summary.delta", "session.health.updated"}}
MALFORMED = {"garbled": {"json", "not_object", "binary"}}
SURPRISING = {"disordered": {"order", "orphan_delta", "unknown_id"}}
"""What is strange about scenarios that are there for it."""


@cache
def beta_models() -> dict[str, type[BaseModel]]:
    union, _ = get_args(beta_server_event.RealtimeServerEvent)
    models = [model for model in get_args(union) if "type" in model.model_fields]
    return {get_args(model.model_fields["type"].annotation)[0]: model for model in models}


class Listener:
    """A client that talks, is silent, interrupts, uses tools; and voicetap, which listens."""

    def __init__(self, name: str, *, number: int) -> None:
        self.scenario = SCENARIOS[name]
        self.beta = self.scenario.dialect == "beta"
        self.unknown: Counter[str] = Counter()
        self.malformed: Counter[str] = Counter()
        self.surprises: Counter[tuple[str, str, str]] = Counter()
        self.said: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        """Of responses."""
        self.codes: Counter[str] = Counter()
        """Of errors, and of responses that failed."""
        self.left = 0
        """Of the rate limit."""
        self.heard_at = 0.0
        self.longest_gap = 0.0
        """Seconds without an event while an answer was being made."""
        self.detection: str | None = None
        """Type of the turn detection at the beginning."""
        self._order: list[str] = []
        self.ended: Close | HangUp | None = None
        self.now = 1000.0
        calls = ScenarioCalls(self.scenario, 7, self.now)
        self._understanding = Understanding("/v1/realtime?model=gpt-realtime", self.now)
        self._to_send: deque[Event] = deque()
        self._calls: list[str] = []
        self._answering = False
        self._playing: str | None = None
        self._peer, first = calls.open(number, Asked({}, [], {"model": "gpt-realtime"}), self.now)
        self._take(first)

    def talk(self) -> "Listener":
        """One call."""
        self._send(self._update())
        sounds = deque[bytes]()
        manual = self.scenario.turn_detection == "none"
        step = 0
        while self.now < 1000.0 + SECONDS and self.ended is None:
            place = step % STEPS_OF_A_QUESTION
            if step < SILENT_AFTER:
                if place == 10:
                    sounds.extend([voice(50)] * 18)
                if place == 50 and manual:
                    self._send({"type": "input_audio_buffer.commit"})
                    self._send({"type": "response.create"})
                if step == 200:
                    self._write()
                piece = b"".join(sounds.popleft() if sounds else b"" for _ in range(2))
                audio = (piece + silence(60))[: 60 * 48]
                self._send({"type": "input_audio_buffer.append", "audio": base64.b64encode(audio).decode()})
            self.now += STEP_SECONDS
            self._take(self._peer.advance(self.now))
            while self._to_send:
                self._send(self._to_send.popleft())
            step += 1
        return self

    def _update(self) -> Event:
        transcription = {"model": "gpt-4o-transcribe"}
        if self.beta:
            return {"type": "session.update", "session": {"input_audio_transcription": transcription, "voice": "ash"}}
        session: Event = {"type": "realtime", "audio": {"input": {"transcription": transcription}}}
        session["tools"] = TOOLS[1:] if self.scenario.mcp_failure_rate else TOOLS
        return {"type": "session.update", "session": session}

    def _write(self) -> None:
        content = [{"type": "input_text", "text": "What is this?"}, *([] if self.beta else [IMAGE])]
        item = {"type": "message", "role": "user", "id": "item_of_client", "content": content}
        self._send({"type": "conversation.item.create", "item": item})
        words = "modalities" if self.beta else "output_modalities"
        self._send({"type": "response.create", "response": {"conversation": "none", words: ["text"]}})
        self._send({"type": "conversation.item.delete", "item_id": "item_of_client"})

    def _send(self, event: Event) -> None:
        if self.ended is None:
            self._understand(Side.CLIENT, event)
            self._take(self._peer.receive(read(json.dumps(event)), self.now))

    def _take(self, outputs: list[Output]) -> None:
        for output in outputs:
            assert self.ended is None
            if isinstance(output, Close | HangUp):
                self.ended = output
            elif isinstance(output, Send):
                self._judge(output.event)
                self._understand(Side.SERVER, output.event)
                self._note(output.event)
                self._react(output.event)
            else:
                self._understand(Side.SERVER, output.text if isinstance(output, Text) else b"\x00")

    def first(self, type: str) -> int:
        """Where in the order of the types that it heard."""
        return self._order.index(type) if type in self._order else 0

    def surplus_of_transcripts(self) -> int:
        """Those that came more than once."""
        return self.said[TRANSCRIPTION + "completed"] - self.said["input_audio_buffer.committed"]

    def _note(self, event: Event) -> None:
        self._order.append(event["type"])
        self.said[event["type"]] += 1
        if event["type"] == "response.done":
            self.statuses[event["response"]["status"]] += 1
            failure = (event["response"]["status_details"] or {}).get("error") or {}
            self.codes[failure.get("code")] += 1
        elif event["type"] == "error":
            self.codes[event["error"]["code"]] += 1
        elif event["type"] == "rate_limits.updated":
            self.left = event["rate_limits"][0]["remaining"]
        elif event["type"] == "session.created" and not self.beta:
            self.detection = (event["session"]["audio"]["input"]["turn_detection"] or {}).get("type")
        if self._answering:
            self.longest_gap = max(self.longest_gap, self.now - self.heard_at)
        self.heard_at = self.now

    def _judge(self, event: Event) -> None:
        if self.beta:
            beta_models()[event["type"]].model_validate(json.loads(json.dumps(event)), strict=True)
        elif event["type"] not in UNKNOWN["newer"]:
            judged(event)

    def _react(self, event: Event) -> None:
        match event["type"].replace("response.audio", "response.output_audio"):
            case "response.created":
                self._answering = True
            case "response.output_audio.delta":
                self._playing = event["item_id"]
            case "input_audio_buffer.speech_started" if self._playing:
                cut = {"item_id": self._playing, "content_index": 0, "audio_end_ms": 100}
                self._to_send.append({"type": "conversation.item.truncate", **cut})
                self._playing = None
            case "response.function_call_arguments.done" | "response.mcp_call.completed" | "response.mcp_call.failed":
                self._calls.append(event.get("call_id", ""))
            case "response.done":
                self._answering = False
                for call_id in self._calls:
                    output = {"type": "function_call_output", "call_id": call_id, "output": "42"}
                    if call_id:
                        self._to_send.append({"type": "conversation.item.create", "item": output})
                    self._to_send.append({"type": "response.create"})
                self._calls.clear()

    def _understand(self, sender: Side, content: object) -> None:
        for fact in self._understanding.receive(sender, decode(sender, message(content)), self.now):
            if isinstance(fact, UnknownEventReceived):
                self.unknown[fact.type] += 1
            elif isinstance(fact, MessageMalformed):
                self.malformed[fact.reason] += 1
            elif isinstance(fact, Surprise):
                self.surprises[fact.kind, fact.type, fact.detail] += 1


@cache
def call(name: str, number: int) -> Listener:
    return Listener(name, number=number).talk()


@pytest.mark.parametrize("name", list(SCENARIOS))
def test_it_is_valid_and_understood_but_for_what_the_scenario_says(name: str) -> None:
    listener = call(name, 1)
    assert set(listener.unknown) == UNKNOWN.get(name, set())
    assert set(listener.malformed) <= MALFORMED.get(name, set())
    assert {kind for kind, _, _ in listener.surprises} <= SURPRISING.get(name, set()), listener.surprises


TRANSCRIPTION = "conversation.item.input_audio_transcription."
ORDINARY = {"clean", "default", "outage", "slow"}
"""A good service, as far as a short call can tell."""
AT_THE_HANDSHAKE = {"refusing", "unreachable"}
"""See test_calls."""

SHOWS: dict[str, Callable[[Listener], object]] = {
    "beta": lambda call: call.said["response.audio.delta"],
    "closing": lambda call: isinstance(call.ended, Close),
    "disordered": lambda call: call.surprises,
    "early_transcripts": lambda call: (
        call.first(TRANSCRIPTION + "completed") < call.first("response.created") and call.surplus_of_transcripts() > 0
    ),
    "eventful": lambda call: call.said["response.function_call_arguments.done"],
    "expiring": lambda call: (
        isinstance(call.ended, Close) and call.ended.code == 1001 and call.codes["session_expired"]
    ),
    "failing": lambda call: call.statuses["failed"],
    "garbled": lambda call: call.malformed,
    "idle": lambda call: call.said["input_audio_buffer.timeout_triggered"],
    "late_transcripts": lambda call: call.first(TRANSCRIPTION + "completed") > call.first("response.done"),
    "newer": lambda call: call.unknown,
    "push_to_talk": lambda call: call.said["response.done"] and not call.said["input_audio_buffer.speech_started"],
    "rate_limited": lambda call: call.codes["rate_limit_exceeded"] and call.left < 500,
    "resetting": lambda call: isinstance(call.ended, HangUp) and call.ended.reset,
    "semantic": lambda call: call.detection == "semantic_vad" and call.said["input_audio_buffer.speech_stopped"],
    "silent": lambda call: call.ended is None and call.heard_at < 1008.5,
    "stuttering": lambda call: call.longest_gap > 1.0,
    "text_only": lambda call: call.said["response.output_text.done"] and not call.said["response.output_audio.delta"],
    "tools": lambda call: call.said["response.mcp_call.completed"] and call.said["response.mcp_call.failed"],
    "troubled": lambda call: call.said[TRANSCRIPTION + "failed"],
    "unauthorized": lambda call: call.ended == Close(3000, "invalid_request_error.invalid_api_key"),
    "unfinished": lambda call: call.statuses["incomplete"],
    "untranscribed": lambda call: call.said[TRANSCRIPTION + "failed"] and not call.said[TRANSCRIPTION + "completed"],
}


def test_every_scenario_is_looked_at() -> None:
    assert {*SHOWS, *ORDINARY, *AT_THE_HANDSHAKE} == set(SCENARIOS)


@pytest.mark.parametrize("name", SHOWS)
def test_it_shows_what_the_scenario_is_for(name: str) -> None:
    """In one of a few calls, where luck decides."""
    assert any(SHOWS[name](call(name, number)) for number in range(1, 8))


@pytest.mark.parametrize("name", SHOWS)
def test_a_good_service_shows_nothing_of_the_kind(name: str) -> None:
    assert not SHOWS[name](call("clean", 1))
