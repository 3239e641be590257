"""100.0 is the time of the upgrade request; steps take quarters of a second, so that figures are exact."""

import json
import math
from collections import Counter
from pathlib import Path

import pytest

from support.answering import ask_and_begin, calling, speak, truncate, truncated
from support.dialogue import (
    MODEL,
    OPENED_AT,
    SERVER_VAD,
    SIDEBAND,
    TARGET,
    TRANSCRIBER,
    Dialogue,
    described,
    message,
)
from support.requires import requires_path
from voicetap.chunks import Ending, Side
from voicetap.facts import (
    AnswerEnded,
    AnswerGenerated,
    AnswerSpoken,
    AudioBegan,
    ConnectionClosed,
    DeadAirNoticed,
    ErrorReported,
    EventReceived,
    Fact,
    InputAudioReceived,
    Interrupted,
    ItemEntered,
    MessageMalformed,
    OutputBegan,
    ResponseFinished,
    ResponseStarted,
    SessionConfigured,
    SessionStarted,
    SpeechCommitted,
    SpeechStarted,
    SpeechStopped,
    Surprise,
    Tokens,
    TranscriptionFinished,
    TranscriptionLate,
    TranscriptionStarted,
    TruncationFinished,
    TruncationMeasured,
    TurnAnswered,
    TurnEnded,
    TurnOpened,
    UnknownEventReceived,
    UsageReported,
)
from voicetap.realtime import Event, decode
from voicetap.session import Session

PREFIX = "conversation.item.input_audio_transcription"
USER_ITEM = {"id": "item_1", "type": "message", "role": "user"}
ASSISTANT_ITEM = {"id": "item_A", "type": "message", "role": "assistant"}


def test_a_call_from_beginning_to_end() -> None:
    """A spoken question, its answer cut off, a second question whose transcription fails, and a goodbye.

    The user speaks from 100.0 to 100.5, which the server notices at 101.0; the answer comes half a second later, and is
    heard for a second when the user speaks again.
    """
    call = Dialogue()
    call.server("session.created", session=described(None))
    call.client("session.update", session={"audio": {"input": {"transcription": {"model": TRANSCRIBER}}}})
    call.server("session.updated", session=described(turn_detection=SERVER_VAD))
    call.append(250)
    call.server("input_audio_buffer.speech_started", item_id="item_1", audio_start_ms=0)
    for _ in range(4):
        call.wait(0.25)
        call.append(250)
    call.server("input_audio_buffer.speech_stopped", item_id="item_1", audio_end_ms=1250)
    call.commit("item_1")
    call.server("conversation.item.added", item=USER_ITEM)
    call.server("conversation.item.done", item=USER_ITEM)
    call.begin("resp_1")
    call.wait(0.5)
    call.server("response.output_item.added", response_id="resp_1", item=ASSISTANT_ITEM)
    call.server("conversation.item.added", item=ASSISTANT_ITEM)
    call.audio("resp_1", "item_A", 3000)
    call.server(f"{PREFIX}.completed", item_id="item_1", transcript="What time is it?")
    call.done("resp_1", usage={"output_tokens": 60, "output_token_details": {"audio_tokens": 60}})
    call.wait(1.0)
    speak(call, "item_2")
    truncate(call, "item_A", 1000)
    truncated(call, "item_A", 1000)
    call.commit("item_2")
    call.begin("resp_2")
    call.wait(1.0)
    call.server(f"{PREFIX}.failed", item_id="item_2", error={"type": "server_error", "code": None})
    call.error("invalid_value", message="m")
    call.wait(1.0)
    call.close_frame(Side.CLIENT, 1000)
    call.end(Side.CLIENT)
    assert call.facts == [
        SessionConfigured(100.0, "sess_1", MODEL, True, False, None),
        SessionStarted(100.0, "sess_1", MODEL, 0.0),
        SessionConfigured(100.0, "sess_1", MODEL, True, True, TRANSCRIBER, turn_detection="server_vad"),
        SpeechStarted(100.0, "item_1"),
        InputAudioReceived(100.75, 1.0),
        SpeechStopped(101.0, "item_1", 100.5, 0.5),
        InputAudioReceived(101.0, 0.25),
        SpeechCommitted(101.0, "item_1"),
        TranscriptionStarted(101.0, "item_1", TRANSCRIBER),
        TurnOpened(101.0, 1, "speech", 100.0),
        ItemEntered(101.0, "item_1", "user", "message"),
        ResponseStarted(101.0, "resp_1", 1, "vad", 101.0, 0.0),
        ItemEntered(101.5, "item_A", "assistant", "message"),
        OutputBegan(101.5, "resp_1", 1, 0.5),
        AnswerSpoken(101.5, "item_A", "resp_1"),
        AudioBegan(101.5, "resp_1", "item_A", 1, "vad", 0.5),
        TurnAnswered(101.5, 1, 1.0, 0.5, "curve"),
        TranscriptionFinished(101.5, "item_1", "completed", None, None, TRANSCRIBER, True, 0.5),
        UsageReported(101.5, "response", "resp_1", None, MODEL, Tokens(output=60, output_audio=60), None, None),
        ResponseFinished(101.5, "resp_1", 1, "completed", None, 0.5),
        AnswerGenerated(101.5, "item_A", "resp_1", 3.0, None),
        SpeechStarted(102.5, "item_2"),
        Interrupted(102.5, "resp_1", "item_A", 1, "playing", "turn_detected"),
        AnswerEnded(102.5, "resp_1", 1, 102.5),
        TruncationFinished(102.5, "item_A", "client", "acknowledged", 1000),
        TruncationMeasured(102.5, "item_A", 1, "client", 1000, 3000.0, 2000.0),
        SpeechCommitted(102.5, "item_2"),
        TranscriptionStarted(102.5, "item_2", TRANSCRIBER),
        TurnOpened(102.5, 2, "speech", 102.5),
        ResponseStarted(102.5, "resp_2", 2, "vad", 102.5, 0.0),
        TranscriptionFinished(103.5, "item_2", "failed", "server_error", None, TRANSCRIBER, True),
        ErrorReported(103.5, "invalid_value", "m"),
        TurnEnded(104.5, 1, "speech", "interrupted", 102.5),
        ResponseFinished(104.5, "resp_2", 2, "unfinished", None, 2.0),
        AnswerEnded(104.5, "resp_2", 2, 104.5),
        TurnEnded(104.5, 2, "speech", "session_closed", 104.5),
        ConnectionClosed(104.5, "client_closed", 1000, "", Side.CLIENT, 4.5),
    ]


def test_every_message_counts_as_an_event_known_or_not_or_as_malformed() -> None:
    call = Dialogue().started()
    assert call.raw(Side.CLIENT, {"type": "response.create"}) == [
        EventReceived(OPENED_AT, Side.CLIENT, "response.create")
    ]
    assert call.raw(Side.SERVER, {"type": "response.audio.done"}) == [
        EventReceived(OPENED_AT, Side.SERVER, "response.audio.done")
    ]
    assert call.raw(Side.SERVER, {"type": "nope"}) == [UnknownEventReceived(OPENED_AT, Side.SERVER, "nope")]
    assert call.raw(Side.CLIENT, "nope") == [MessageMalformed(OPENED_AT, Side.CLIENT, "json", None)]
    assert call.raw(Side.SERVER, {"type": "error", "error": []}) == [
        MessageMalformed(OPENED_AT, Side.SERVER, "schema", "error"),
        Surprise(OPENED_AT, "schema", "error", "schema"),
    ]


def test_what_was_awaited_until_a_message_is_told_before_it_and_has_its_own_time() -> None:
    """Nobody looked at the time in between: the answer is heard until 101.0, its turn settles at 103.0."""
    call = calling()
    ask_and_begin(call, "resp_1")
    call.audio("resp_1", "item_A", 1000)
    call.done("resp_1")
    call.now += 60.0
    assert call.raw(Side.CLIENT, {"type": "response.create"}) == [
        AnswerEnded(101.0, "resp_1", 1, 101.0),
        TurnEnded(103.0, 1, "agent_initiated", "completed", 101.0),
        EventReceived(160.0, Side.CLIENT, "response.create"),
    ]


@pytest.mark.parametrize("what", ["close frame", "blind", "end"])
def test_also_before_what_is_no_message(what: str) -> None:
    call = Dialogue().started()
    call.ask()
    call.now += 5.25
    if what == "close frame":
        facts = call.close_frame(Side.SERVER)
    else:
        facts = call.end() if what == "end" else call.blind(None)
    assert facts[0] == DeadAirNoticed(105.0, None, "request")


@pytest.mark.parametrize("sender", Side)
def test_only_the_first_close_frame_matters(sender: Side) -> None:
    call = Dialogue().started()
    call.close_frame(sender, 4000, "first")
    call.close_frame(Side.CLIENT, 1001, "second")
    assert isinstance(closed := call.end()[-1], ConnectionClosed)
    assert (closed.close_code, closed.close_reason, closed.closed_by) == (4000, "first", sender)


def test_the_end_is_told_once() -> None:
    call = Dialogue().started()
    assert [type(fact) for fact in call.end()] == [ConnectionClosed]
    assert call.end() == []


PHASES = [
    "before the session",
    "idle",
    "user speaks",
    "committed",
    "asked",
    "made",
    "generated",
    "heard",
    "over",
    "called",
]
"""Of a call in which each comes a second after the one before it."""


def reach(phase: str) -> Dialogue:
    call = Dialogue()
    steps = {
        "before the session": lambda: None,
        "idle": lambda: call.started(turn_detection=SERVER_VAD),
        "user speaks": lambda: speak(call, "item_1"),
        "committed": lambda: call.commit("item_1"),
        "asked": lambda: call.ask(),
        "made": lambda: call.begin("resp_1"),
        "generated": lambda: call.audio("resp_1", "item_A", 10_000),
        "heard": lambda: call.done("resp_1"),
        "over": lambda: call.wait(20.0),
        "called": lambda: [ask_and_begin(call, "resp_2"), call.call("resp_2", "call_1"), call.done("resp_2")],
    }
    for name in PHASES[: PHASES.index(phase) + 1]:
        call.wait(1.0)
        steps[name]()
    return call


@pytest.mark.parametrize(
    ("phase", "left"),
    [
        ("before the session", ["SessionStartFailed closed"]),
        ("idle", []),
        ("user speaks", []),
        ("committed", ["TranscriptionFinished session_closed", "TurnEnded session_closed"]),
        ("asked", ["TranscriptionFinished session_closed", "TurnEnded session_closed"]),
        (
            "made",
            [
                "TranscriptionFinished session_closed",
                "ResponseFinished unfinished",
                "AnswerEnded",
                "TurnEnded session_closed",
            ],
        ),
        (
            "generated",
            [
                "TranscriptionFinished session_closed",
                "ResponseFinished unfinished",
                "AnswerGenerated",
                "TurnEnded session_closed",
                "AnswerEnded",
            ],
        ),
        ("heard", ["TranscriptionFinished session_closed", "TurnEnded session_closed", "AnswerEnded"]),
        ("over", []),
        ("called", ["ToolFinished unanswered", "TurnEnded session_closed"]),
    ],
)
def test_when_the_connection_ends_everything_has_an_outcome(phase: str, left: list[str]) -> None:
    call = reach(phase)
    assert [named(fact) for fact in call.end()] == [*left, "ConnectionClosed"]


@pytest.mark.parametrize("phase", PHASES[1:])
@pytest.mark.parametrize("sender", [Side.SERVER, None])
def test_where_the_server_is_not_understood_any_more_nothing_is_made_up(phase: str, sender: Side | None) -> None:
    """Whatever the client still does, and however long it takes."""
    call = reach(phase)
    pending = ["TranscriptionForgotten"] if phase in PHASES[3:8] else []
    assert [named(fact) for fact in call.blind(sender)] == pending
    told = len(call.facts)
    call.client("input_audio_buffer.commit")
    call.write()
    call.output("call_1")
    call.ask()
    truncate(call, "item_A", 500)
    call.client("response.cancel")
    call.wait(3600.0)
    call.append(500)
    assert [named(fact) for fact in call.end()] == ["InputAudioReceived", "ConnectionClosed"]
    assert len(call.facts) == told + 2


def test_before_the_session_it_will_not_be_known_whether_it_started() -> None:
    call = Dialogue()
    assert call.blind(Side.SERVER) == []
    assert [named(fact) for fact in call.wait(3600.0) + call.end()] == ["ConnectionClosed"]


def test_where_the_client_is_not_understood_any_more_the_server_is() -> None:
    call = reach("heard")
    assert call.blind(Side.CLIENT) == []
    call.wait(20.0)
    speak(call, "item_2")
    call.commit("item_2")
    call.begin("resp_2")
    call.audio("resp_2", "item_B")
    assert [answered.turn for answered in call.told(TurnAnswered)] == [1, 2]


def test_times_may_not_be_known() -> None:
    call = Dialogue(at=math.nan).started()
    call.ask()
    call.answer("resp_1")
    assert call.wait(3600.0) == []
    assert all(math.isnan(fact.at) for fact in call.end())


def named(fact: Fact) -> str:
    """Kind and outcome."""
    part = getattr(fact, "outcome", None) or getattr(fact, "status", None) or getattr(fact, "code", None) or ""
    return f"{type(fact).__name__} {part}".strip()


DERIVED = (
    AnswerSpoken,
    ErrorReported,
    SessionStarted,
    TranscriptionFinished,
    TranscriptionLate,
    TruncationFinished,
)


def counts(path: Path) -> dict[str, int]:
    """What a recording comes to; events apart."""
    target = SIDEBAND if "sideband" in path.name else TARGET
    session = Session(target, 0.0)
    facts: list[Fact] = []
    at = 0.0
    for line in path.read_text().splitlines()[1:]:
        recorded = json.loads(line)
        at = (recorded["at_ms"] or 0.0) / 1000
        side = Side(recorded["from"])
        event = decode(side, message(recorded["event"]))
        if isinstance(event, Event):
            facts += session.receive(side, event, at)
    facts += session.close(Ending(Side.CLIENT, False, at))
    names: Counter[str] = Counter()
    for fact in facts:
        if isinstance(fact, DERIVED):
            names[named(fact)] += 1
    return dict(names)


CAPTURES = {
    "examples-openai-openapi.jsonl": {
        "AnswerSpoken": 2,
        "ErrorReported invalid_event": 2,
        "SessionStarted": 1,
        "TranscriptionFinished completed": 1,
        "TranscriptionFinished failed": 1,
        "TranscriptionFinished session_closed": 1,
        "TranscriptionLate failed": 1,
        "TruncationFinished acknowledged": 2,
        "TruncationFinished unanswered": 2,
    },
    "fixtures-go-openai-realtime.jsonl": {
        "AnswerSpoken": 1,
        "ErrorReported invalid_event": 1,
        "SessionStarted": 1,
        "TranscriptionFinished completed": 1,
        "TranscriptionFinished failed": 1,
        "TruncationFinished acknowledged": 1,
    },
    "real-azure-audio_in_server_vad_transcribes.jsonl": {
        "AnswerSpoken": 1,
        "SessionStarted": 1,
        "TranscriptionFinished completed": 1,
    },
    "real-azure-audio_in_server_vad_transcription_requires_deployment.jsonl": {
        "AnswerSpoken": 1,
        "SessionStarted": 1,
        "TranscriptionFinished failed": 1,
    },
    "real-azure_voice_live-audio_in_server_vad_turn.jsonl": {
        "AnswerSpoken": 1,
        "SessionStarted": 1,
        "TranscriptionFinished completed": 1,
    },
    "real-azure_voice_live-tool_call_round.jsonl": {"SessionStarted": 1},
    "real-openai-audio_in_server_vad_turn.jsonl": {
        "AnswerSpoken": 1,
        "SessionStarted": 1,
        "TranscriptionFinished completed": 1,
    },
    "real-openai-message_history_seeding.jsonl": {"SessionStarted": 1},
    "real-openai-sideband-webrtc_sideband_audio_turn.jsonl": {"AnswerSpoken": 1, "SessionStarted": 1},
    "real-openai-text_in_audio_out_turn.jsonl": {"AnswerSpoken": 1, "SessionStarted": 1},
    "real-openai-tool_call_round.jsonl": {"SessionStarted": 1},
    "real-xai-audio_in_server_vad_turn.jsonl": {
        "AnswerSpoken": 1,
        "SessionStarted": 1,
        "TranscriptionFinished completed": 1,
    },
    "real-xai-tool_call_round.jsonl": {"AnswerSpoken": 2, "SessionStarted": 1},
    "run-hf-speech-to-speech.jsonl": {
        "AnswerSpoken": 3,
        "ErrorReported conversation_already_has_active_response": 2,
        "ErrorReported unknown_or_invalid_event": 1,
        "SessionStarted": 1,
        "TranscriptionFinished completed": 1,
        "TruncationFinished unanswered": 1,
    },
    "run-mockagents-bargein.jsonl": {
        "AnswerSpoken": 8,
        "ErrorReported conversation_already_has_active_response": 1,
        "ErrorReported invalid_json": 1,
        "ErrorReported item_not_found": 2,
        "ErrorReported response_cancel_not_active": 1,
        "ErrorReported unknown_event": 1,
        "SessionStarted": 1,
        "TranscriptionFinished completed": 6,
        "TruncationFinished acknowledged": 1,
        "TruncationFinished rejected": 1,
    },
}


@pytest.mark.parametrize("name", CAPTURES)
def test_what_recorded_sessions_come_to(name: str) -> None:
    assert counts(requires_path("../shared/captures") / name) == CAPTURES[name]
