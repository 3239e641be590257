"""What holds of the facts of any traffic whatever."""

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.dialogue import BYTES_PER_MS, OPENED_AT, SERVER_VAD, SIDEBAND, TARGET, described, message, sound
from support.memory import sizes
from support.traffic import USAGE, Steps, calls, to_client, to_server, traffic
from voicetap import facts as nouns
from voicetap.chunks import Ending, Side
from voicetap.facts import (
    AnswerEnded,
    AnswerGenerated,
    AnswerSpoken,
    AudioBegan,
    ConnectionClosed,
    EventReceived,
    Fact,
    InputAudioReceived,
    Interrupted,
    InterruptionTookEffect,
    ItemEntered,
    MessageMalformed,
    OutputBegan,
    Overlapped,
    PlaybackUnderran,
    ResponseFinished,
    ResponseStarted,
    SessionStarted,
    SessionStartFailed,
    SpeechStopped,
    Surprise,
    ToolCalled,
    ToolFinished,
    ToolResumed,
    TranscriptionFinished,
    TranscriptionForgotten,
    TranscriptionStarted,
    TruncationFinished,
    TruncationMeasured,
    TurnAnswered,
    TurnEnded,
    TurnOpened,
    UnknownEventReceived,
)
from voicetap.realtime import decode
from voicetap.realtime.audio import audio_bytes
from voicetap.session import Session
from voicetap.session.bounded import LIMIT
from voicetap.session.speech import LONGEST_SILENCE_MS

TARGETS = st.sampled_from([TARGET, SIDEBAND])
ENDINGS = st.sampled_from([*Side, None])
CLOCK = 1e-6
"""What a sum or a difference of times may be off by."""

AUDIO = {InputAudioReceived: "seconds", AnswerGenerated: "seconds"}
"""Seconds of audio; all others are seconds of the clock."""

ONCE = {
    AnswerEnded: "response_id",
    AnswerGenerated: "item_id response_id",
    AnswerSpoken: "item_id",
    AudioBegan: "response_id",
    Interrupted: "response_id",
    InterruptionTookEffect: "response_id",
    ItemEntered: "item_id",
    OutputBegan: "response_id",
    ResponseFinished: "response_id",
    ResponseStarted: "response_id",
    ToolCalled: "call_id",
    ToolFinished: "call_id",
    ToolResumed: "call_id",
    TranscriptionFinished: "item_id",
    TranscriptionStarted: "item_id",
    TurnAnswered: "turn",
    TurnEnded: "turn",
    TurnOpened: "turn",
}
"""Of each of these there is one for each thing that it names; servers may use an item's id again in each response."""


class Told:
    """The facts of a connection that went so."""

    def __init__(self, target: str, steps: Steps, by: Side | None, *, at: float = OPENED_AT, ticks: int = 0) -> None:
        """`ticks`: into how many parts each wait is cut."""
        self.steps = steps
        self.timed = at == at
        self.now = at
        self.session = Session(target, at)
        self.facts: list[Fact] = []
        for step, *more in steps:
            if step == "wait":
                self._wait(more[0], ticks)
            elif step == "close":
                self.facts += self.session.close_frame(more[0], more[1], "", self.now)
            elif step == "blind":
                self.facts += self.session.blind(more[0], self.now)
            else:
                self.facts += self.session.receive(step, decode(step, message(more[0])), self.now)
            for _ in range(ticks):
                self.facts += self.session.tick(self.now)
        self.facts += self.session.close(Ending(by, False, self.now))

    def _wait(self, seconds: float, ticks: int) -> None:
        until = self.now + seconds
        for part in range(ticks):
            self.facts += self.session.tick(self.now + seconds * part / ticks)
        self.now = until

    def of(self, *kinds: type[Fact]) -> list[Any]:
        return [fact for fact in self.facts if isinstance(fact, kinds)]

    @property
    def server_dark(self) -> bool:
        return any(step[0] == "blind" and step[1] is not Side.CLIENT for step in self.steps)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [step[1] for step in self.steps if isinstance(step[0], Side) and isinstance(step[1], dict)]


def words(content: object) -> Iterator[str]:
    """Every string in an event."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, Mapping):
        for value in content.values():
            yield from words(value)
    elif isinstance(content, list):
        for value in content:
            yield from words(value)


def audio_seconds(told: Told, type: str, field: str) -> float:
    found = [event.get(field) for event in told.events if event["type"] == type]
    sizes = [max(0, a["elided_bytes"]) if isinstance(a, dict) else audio_bytes(a) for a in found]
    return sum(sizes) / BYTES_PER_MS / 1000


def check_figures(told: Told) -> None:
    """None is negative, endless, or longer than the connection lasted; none is made up where times are unknown."""
    lasted = told.now - OPENED_AT
    received = audio_seconds(told, "response.output_audio.delta", "delta")
    for fact in told.facts:
        for name in fact.__struct_fields__:
            value = getattr(fact, name)
            if not isinstance(value, float):
                continue
            assert math.isfinite(value) or (not told.timed and math.isnan(value)), fact
            if name in ("at", "ended_at", "began_at", "requested_at", "spoke_at"):
                earliest = OPENED_AT - (LONGEST_SILENCE_MS / 1000 if isinstance(fact, SpeechStopped) else 0)
                assert not told.timed or earliest - CLOCK <= value <= fact.at + CLOCK, fact
            elif AUDIO.get(type(fact)) == name:
                assert value >= 0, fact
            elif name.endswith("seconds"):
                most = lasted + (LONGEST_SILENCE_MS / 1000 if isinstance(fact, SpeechStopped | TurnAnswered) else 0)
                assert told.timed, fact
                assert 0 <= value <= most + CLOCK, fact
    for fact in told.of(AnswerGenerated):
        assert fact.seconds <= received + CLOCK, fact
    for fact in told.of(TruncationMeasured):
        if fact.unheard_ms is not None:
            assert 0 <= fact.unheard_ms <= fact.generated_ms, fact
            assert fact.generated_ms / 1000 <= received + CLOCK, fact
    for fact in told.of(TurnAnswered):
        if fact.seconds is not None and fact.raw_seconds is not None:
            assert fact.raw_seconds <= fact.seconds + CLOCK, fact
    if not any(step[0] == "blind" for step in told.steps):
        appended = audio_seconds(told, "input_audio_buffer.append", "audio")
        assert sum(fact.seconds for fact in told.of(InputAudioReceived)) == pytest.approx(appended, abs=CLOCK)


def check_names(told: Told) -> None:
    """Only what an event has named; a response that no event names has a name of its own."""
    known = {word for event in told.events for word in words(event)}
    nameless = any(
        event["type"] == "response.created" and not (event.get("response") or {}).get("id") for event in told.events
    )
    for fact in told.facts:
        for name in ("item_id", "response_id", "call_id", "session_id"):
            value = getattr(fact, name, None)
            assert value is None or value in known or (nameless and value.startswith("response ")), fact


def check_outcomes(told: Told) -> None:
    """Each thing has one of each, and whatever began has ended."""
    for kind, name in ONCE.items():
        counted = Counter(tuple(getattr(fact, part) for part in name.split()) for fact in told.of(kind))
        assert [thing for thing, count in counted.items() if count > 1 and thing[0] is not None] == [], kind
    turns = [fact.turn for fact in told.of(TurnOpened)]
    assert turns == list(range(1, len(turns) + 1))
    opened = 0
    for fact in told.facts:
        opened += isinstance(fact, TurnOpened)
        assert (getattr(fact, "turn", None) or 0) <= opened, fact
    interrupted = {fact.response_id: fact for fact in told.of(Interrupted)}
    cut: set[str] = set()
    for fact in told.of(Interrupted, Overlapped):
        assert fact.response_id not in cut, fact
        if isinstance(fact, Interrupted):
            cut.add(fact.response_id)
    for fact in told.of(InterruptionTookEffect):
        assert interrupted[fact.response_id].phase == "generating"
    out_of_band = {fact.response_id for fact in told.of(ResponseStarted) if fact.turn is None}
    assert not out_of_band & {fact.response_id for fact in told.of(AnswerEnded)}
    sounded = {fact.response_id for fact in told.of(AudioBegan)}  # before it was announced, else it is not told
    silent: set[str] = set()
    for fact in told.of(ResponseStarted, Interrupted, PlaybackUnderran):
        if isinstance(fact, ResponseStarted):
            silent |= {fact.response_id} & out_of_band - sounded
        else:
            assert fact.response_id not in silent, fact
    if told.server_dark:
        return
    assert sorted(turns) == sorted(fact.turn for fact in told.of(TurnEnded))
    started = {fact.response_id for fact in told.of(ResponseStarted)}
    assert started <= {fact.response_id for fact in told.of(ResponseFinished)}
    assert started - out_of_band == {fact.response_id for fact in told.of(AnswerEnded)}
    assert {fact.call_id for fact in told.of(ToolCalled)} == {fact.call_id for fact in told.of(ToolFinished)}
    assert len(told.of(SessionStarted, SessionStartFailed)) == 1
    acknowledged = [fact for fact in told.of(TruncationFinished) if fact.outcome == "acknowledged"]
    assert len(acknowledged) == len(told.of(TruncationMeasured))


def check_messages(told: Told) -> None:
    """Each is one of an event, an unknown one, or malformed; a wish has one answer, a transcription one outcome."""
    messages = [step for step in told.steps if isinstance(step[0], Side)]
    assert len(told.of(EventReceived, UnknownEventReceived, MessageMalformed)) == len(messages)
    announced = [fact.item_id for fact in told.of(TranscriptionFinished) if fact.announced]
    announced += [fact.item_id for fact in told.of(TranscriptionForgotten)]
    assert sorted(announced) == sorted(fact.item_id for fact in told.of(TranscriptionStarted))
    wishes = sum(fact.type == "conversation.item.truncate" for fact in told.of(EventReceived))
    answered = sum(fact.initiator == "client" for fact in told.of(TruncationFinished))
    assert wishes == answered or (told.server_dark and wishes > answered)
    assert told.of(ConnectionClosed) == told.facts[-1:]


def check(told: Told) -> None:
    assert not told.timed or all(one.at <= other.at for one, other in pairwise(told.facts))
    check_figures(told)
    check_names(told)
    check_outcomes(told)
    check_messages(told)


@given(TARGETS, traffic(), ENDINGS)
def test_whatever_comes_the_facts_make_sense(target: str, steps: Steps, by: Side | None) -> None:
    check(Told(target, steps, by))


@given(TARGETS, traffic(), ENDINGS)
def test_also_where_times_are_not_known(target: str, steps: Steps, by: Side | None) -> None:
    check(Told(target, steps, by, at=math.nan))


@given(TARGETS, traffic(), ENDINGS, st.integers(1, 5))
def test_it_does_not_matter_how_often_time_is_looked_at(target: str, steps: Steps, by: Side | None, ticks: int) -> None:
    assert Told(target, steps, by, ticks=ticks).facts == Told(target, steps, by).facts


@given(calls())
def test_a_call_that_may_well_have_happened_is_no_surprise(steps: Steps) -> None:
    told = Told(TARGET, steps, Side.CLIENT)
    check(told)
    unknown = [fact for fact in told.of(Surprise) if fact.kind in ("unknown_id", "orphan_delta", "schema")]
    assert unknown == []


@pytest.mark.slow
@settings(max_examples=2000)
@given(TARGETS, traffic(), ENDINGS, st.integers(1, 5))
def test_more_of_it(target: str, steps: Steps, by: Side | None, ticks: int) -> None:
    told = Told(target, steps, by)
    check(told)
    check(Told(target, steps, by, at=math.nan))
    assert Told(target, steps, by, ticks=ticks).facts == told.facts


# What is remembered.

RESPONSE_N = {"id": "resp_N", "conversation_id": "conv_1", "status": "in_progress"}
CALL_N = {"id": "item_N", "type": "function_call", "call_id": "call_N", "name": "name_N"}
OF_N = {"response_id": "resp_N", "item_id": "item_N"}
ENDLESS: dict[str, list[tuple[Side, dict[str, Any]]]] = {
    "speech": [
        to_client("input_audio_buffer.speech_started", item_id="item_N"),
        to_server("input_audio_buffer.append", audio=sound(20)),
        to_client("input_audio_buffer.speech_stopped", item_id="item_N", audio_end_ms=10**9),
        to_client("input_audio_buffer.committed", item_id="item_N"),
        to_client("input_audio_buffer.timeout_triggered", item_id="item_N"),
    ],
    "speech that never stops": [to_client("input_audio_buffer.speech_started", item_id="item_N")],
    "transcriptions": [to_client("conversation.item.input_audio_transcription.completed", item_id="item_N")],
    "items": [
        to_client("conversation.item.added", item={"id": "item_N", "type": "message"}),
        to_client("conversation.item.truncated", item_id="item_N", content_index=0, audio_end_ms=5),
        to_client("conversation.item.deleted", item_id="item_N"),
    ],
    "what the client writes": [
        to_server("conversation.item.create", item={"type": "message", "role": "user"}, event_id="event_N"),
        to_server("conversation.item.create", item=CALL_N),
    ],
    "messages": [
        to_server(
            "conversation.item.create",
            item={"type": "message", "role": "user", "content": [{"type": "input_text", "text": "text_N"}]},
        )
    ],
    "messages that are answered": [
        to_server(
            "conversation.item.create",
            item={"id": "item_N", "type": "message", "role": "user", "content": [{"type": "input_text", "text": "a"}]},
        ),
        to_server("response.create"),
    ],
    "words": [
        to_client("conversation.item.input_audio_transcription.completed", item_id="item_N", transcript="text_N"),
        to_client("response.output_audio_transcript.done", **OF_N, transcript="text_N"),
        to_client("response.output_text.done", response_id="resp_1", item_id="item_1", text="text_N"),
        to_client("session.updated", session={"instructions": "text_N"}),
    ],
    "requests": [to_server("response.create", event_id="event_N")],
    "requests out of band": [to_server("response.create", response={"conversation": "none"})],
    "truncations": [
        to_server("conversation.item.truncate", event_id="event_N", item_id="item_N", content_index=0, audio_end_ms=5)
    ],
    "responses that begin": [to_client("response.created", response=RESPONSE_N)],
    "responses that end": [to_client("response.done", response={**RESPONSE_N, "usage": USAGE})],
    "answers": [
        to_client("response.created", response=RESPONSE_N),
        to_client("response.output_item.added", response_id="resp_N", item={"id": "item_N", "type": "message"}),
        to_client("response.output_audio.delta", **OF_N, delta={"elided_bytes": 48_000_000}),
        to_client("conversation.item.truncated", item_id="item_N", content_index=0, audio_end_ms=5),
        to_client("response.done", response=RESPONSE_N),
    ],
    "answers that are played for ever": [
        to_client("response.created", response=RESPONSE_N),
        to_client("output_audio_buffer.started", response_id="resp_N"),
        to_client("response.done", response=RESPONSE_N),
    ],
    "answers that nobody asked for": [to_client("response.output_audio.delta", **OF_N, delta=sound(20))],
    "answers of nothing": [to_client("response.output_audio.delta", item_id="item_N", delta=sound(20))],
    "items of one answer": [to_client("response.output_audio.delta", response_id="resp_1", item_id="item_N")],
    "parts of one item": [
        to_client("response.output_audio.delta", response_id="resp_1", item_id="item_1", content_index="N")
    ],
    "overlaps": [
        to_client("response.created", response={**RESPONSE_N, "id": "resp_1"}),
        to_client("input_audio_buffer.speech_started", item_id="item_N"),
    ],
    "calls": [
        to_client("response.function_call_arguments.done", **OF_N, call_id="call_N", name="name_N", arguments="text_N")
    ],
    "calls of an item": [to_client("response.output_item.done", response_id="resp_N", item=CALL_N)],
    "calls with an output": [
        to_client("response.function_call_arguments.done", **OF_N, call_id="call_N"),
        to_server("conversation.item.create", item={"type": "function_call_output", "call_id": "call_N"}),
    ],
    "outputs for nothing": [
        to_server("conversation.item.create", item={"type": "function_call_output", "call_id": "call_N"})
    ],
    "calls of the server": [
        to_client("response.output_item.added", response_id="resp_1", item={**CALL_N, "type": "mcp_call"}),
        to_client("response.mcp_call_arguments.done", response_id="resp_1", item_id="item_N"),
    ],
    "playback": [to_client("output_audio_buffer.started", response_id="resp_N")],
    "errors": [to_client("error", error={"type": "type_N", "code": "code_N", "event_id": "event_N"})],
    "rate limits": [to_client("rate_limits.updated", rate_limits=[{"name": "name_N", "remaining": 5}])],
    "sessions": [to_client("session.updated", session={"id": "sess_N", "model": "model_N"})],
}
MOST = 2 * LIMIT


@pytest.mark.parametrize("at", [OPENED_AT, math.nan], ids=["timed", "untimed"])
@pytest.mark.parametrize("name", ENDLESS)
def test_what_is_remembered_does_not_grow_with_the_length_of_a_session(name: str, at: float) -> None:
    assert largest(name, at, MOST + 500) <= MOST


@pytest.mark.slow
@pytest.mark.parametrize("name", ENDLESS)
def test_nor_does_it_later(name: str) -> None:
    assert largest(name, OPENED_AT, 20_000) <= MOST


def largest(name: str, at: float, rounds: int) -> int:
    """Length of the largest container in a session with so many rounds of these events."""
    session = Session(TARGET, at, content=True)
    detection = {**SERVER_VAD, "interrupt_response": name != "overlaps"}
    started = {"type": "session.created", "session": described(turn_detection=detection)}
    session.receive(Side.SERVER, decode(Side.SERVER, message(started)), at)
    templates = [(side, json.dumps(event)) for side, event in ENDLESS[name]]
    for number in range(rounds):
        for side, template in templates:
            text = template.replace('"N"', str(number)).replace("_N", f"_{number}")
            session.receive(side, decode(side, message(text)), at)
    return max(sizes(session))


def test_the_figures_that_are_checked_are_all_there_are() -> None:
    """A new noun, or a new figure in one, has to be looked at here."""
    figures = {
        name
        for kind in vars(nouns).values()
        if isinstance(kind, type) and issubclass(kind, Fact)
        for name, annotation in kind.__annotations__.items()
        if "float" in str(annotation)
    }
    moments = {"ended_at", "began_at", "requested_at", "spoke_at", "expires_at"}
    amounts = {"audio_end_ms", "generated_ms", "unheard_ms", "confidence", "cost_usd", "limit", "remaining"}
    assert {name for name in figures if not name.endswith("seconds")} - {"at"} == moments | amounts
