import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.dialogue import MODEL, OPENED_AT, SIDEBAND, TARGET, TRANSCRIBER, Dialogue, described, message
from support.requires import requires_path
from voicetap.chunks import Ending, Side
from voicetap.facts import (
    AnswerSpoken,
    ConnectionClosed,
    ErrorReported,
    EventReceived,
    Fact,
    MessageMalformed,
    SessionConfigured,
    SessionStarted,
    SessionStartFailed,
    TranscriptionFinished,
    TranscriptionForgotten,
    TranscriptionLate,
    TranscriptionStarted,
    TruncationFinished,
    UnknownEventReceived,
)
from voicetap.realtime import Event, decode
from voicetap.session import Session

PREFIX = "conversation.item.input_audio_transcription"


def test_a_call_from_beginning_to_end() -> None:
    """A spoken question, its answer cut off, a second question whose transcription fails, and a goodbye."""
    call = Dialogue()
    trace: list[Fact] = []
    trace += call.server("session.created", session=described(None))
    trace += call.client("session.update", session={"audio": {"input": {"transcription": {"model": TRANSCRIBER}}}})
    trace += call.server("session.updated", session=described())
    trace += call.client("input_audio_buffer.append", audio="AAAA")
    trace += call.server("input_audio_buffer.speech_started", item_id="item_1", audio_start_ms=100)
    trace += call.server("input_audio_buffer.speech_stopped", item_id="item_1", audio_end_ms=900)
    trace += call.wait(1.0)
    trace += call.server("input_audio_buffer.committed", item_id="item_1")
    trace += call.server("response.created", response={"id": "resp_1"})
    trace += call.server("response.output_audio.delta", item_id="item_A", response_id="resp_1", delta="AAAA")
    trace += call.server(f"{PREFIX}.completed", item_id="item_1", transcript="What time is it?")
    trace += call.wait(1.0)
    trace += call.server("input_audio_buffer.speech_started", item_id="item_2", audio_start_ms=2000)
    trace += call.client("conversation.item.truncate", item_id="item_A", content_index=0, audio_end_ms=800)
    trace += call.server("conversation.item.truncated", item_id="item_A", content_index=0, audio_end_ms=800)
    trace += call.server("input_audio_buffer.committed", item_id="item_2")
    trace += call.wait(1.0)
    trace += call.server(f"{PREFIX}.failed", item_id="item_2", error={"type": "server_error", "code": None})
    trace += call.server("error", error={"type": "invalid_request_error", "code": "invalid_value", "message": "m"})
    trace += call.close_frame(Side.CLIENT, 1000)
    trace += call.end(Side.CLIENT)
    assert trace == [
        SessionConfigured(100.0, "sess_1", MODEL, True, False, None),
        SessionStarted(100.0, "sess_1", MODEL, 0.0),
        SessionConfigured(100.0, "sess_1", MODEL, True, True, TRANSCRIBER),
        TranscriptionStarted(101.0, "item_1", TRANSCRIBER),
        AnswerSpoken(101.0, "item_A", "resp_1"),
        TranscriptionFinished(101.0, "item_1", "completed", None, None, TRANSCRIBER, True),
        TruncationFinished(102.0, "item_A", "client", "acknowledged", 800),
        TranscriptionStarted(102.0, "item_2", TRANSCRIBER),
        TranscriptionFinished(103.0, "item_2", "failed", "server_error", None, TRANSCRIBER, True),
        ErrorReported(103.0, "invalid_value", "m"),
        ConnectionClosed(103.0, "client_closed", 1000, "", Side.CLIENT, 3.0),
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
        MessageMalformed(OPENED_AT, Side.SERVER, "schema", "error")
    ]


def test_the_end_is_told_once() -> None:
    call = Dialogue().started()
    assert [type(fact) for fact in call.end()] == [ConnectionClosed]
    assert call.end() == []


IDS = st.sampled_from(["item_1", "item_2", "item_3", None])
STATUS = st.sampled_from(["in_progress", "completed", None])
TEXT = st.sampled_from(["", "hello", None])
MS = st.sampled_from([0, 900, 57340, 10**30, 1.5, -1, None])
ERRORS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["invalid_request_error", None]),
        "code": st.sampled_from(["session_expired", "item_truncate_invalid_item_id", "", 7, None]),
        "message": st.sampled_from(
            [
                "Audio content of 9250ms is already shorter than 57340ms",
                "Audio content of 1ms is already shorter than " + "9" * 400 + "ms",
                "Only model output audio messages can be truncated",
                "item 'item_2' not found",
                None,
            ]
        ),
        "event_id": st.sampled_from(["e1", "e2", None]),
    },
)
SESSIONS = st.sampled_from([None, {}, described(), described(None), {"input_audio_transcription": {}}, {"model": None}])


def an(sender: Side, type: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Side, Any]]:
    return st.fixed_dictionaries({"type": st.just(type)}, optional=fields).map(lambda event: (sender, event))


MESSAGES = st.one_of(
    an(Side.SERVER, "session.created", session=SESSIONS),
    an(Side.SERVER, "session.updated", session=SESSIONS),
    an(Side.SERVER, "error", error=ERRORS),
    an(Side.SERVER, "input_audio_buffer.committed", item_id=IDS),
    an(Side.SERVER, f"{PREFIX}.completed", item_id=IDS, transcript=TEXT, status=STATUS),
    an(Side.SERVER, f"{PREFIX}.failed", item_id=IDS, error=ERRORS),
    an(Side.SERVER, "conversation.item.truncated", item_id=IDS, content_index=st.integers(0, 1), audio_end_ms=MS),
    an(
        Side.CLIENT,
        "conversation.item.truncate",
        item_id=IDS,
        content_index=st.integers(0, 1),
        audio_end_ms=MS,
        event_id=st.sampled_from(["e1", "e2", None]),
    ),
    an(Side.SERVER, "response.output_audio.delta", item_id=IDS, response_id=st.sampled_from(["r1", "r2", None])),
    an(Side.SERVER, "output_audio_buffer.started", response_id=st.sampled_from(["r1", "r2", None])),
    an(Side.CLIENT, "nope"),
    st.tuples(st.sampled_from(Side), st.sampled_from(["", "{}", "[]", b"\xff"])),
)
STEPS = st.one_of(
    MESSAGES,
    MESSAGES,
    st.tuples(st.just("wait"), st.sampled_from([0.0, 0.1, 5.0, 20.0])),
    st.tuples(st.just("close"), st.sampled_from(Side), st.sampled_from([None, 1000, 1001, 4000])),
    st.tuples(st.just("blind"), st.sampled_from([*Side, None])),
)


@given(st.sampled_from([TARGET, SIDEBAND]), st.lists(STEPS, max_size=60), st.sampled_from([*Side, None]))
def test_whatever_comes_in_whatever_order_each_thing_has_one_outcome(
    target: str, steps: list[tuple[Any, ...]], by: Side | None
) -> None:
    now = OPENED_AT
    session = Session(target, now)
    facts: list[Fact] = []
    for step, *more in steps:
        if step == "wait":
            now += more[0]
            facts += session.tick(now)
        elif step == "close":
            facts += session.close_frame(more[0], more[1], "", now)
        elif step == "blind":
            facts += session.blind(more[0], now)
        else:
            facts += session.receive(step, decode(step, message(more[0])), now)
    facts += session.close(Ending(by, False, now))

    of_kind: dict[type[Fact], list[Any]] = {}
    for fact in facts:
        of_kind.setdefault(type(fact), []).append(fact)
    assert [fact.at for fact in facts] == sorted(fact.at for fact in facts)
    messages = [step for step in steps if isinstance(step[0], Side)]
    blind = ("blind", Side.SERVER) in steps or ("blind", None) in steps
    seen = (EventReceived, UnknownEventReceived, MessageMalformed)
    assert sum(len(of_kind.get(kind, [])) for kind in seen) == len(messages)
    assert len(of_kind.get(SessionStarted, []) + of_kind.get(SessionStartFailed, [])) == 1 or blind
    assert of_kind[ConnectionClosed] == facts[-1:]
    finished = Counter(fact.item_id for fact in of_kind.get(TranscriptionFinished, []) if fact.item_id)
    assert set(finished.values()) <= {1}
    announced = [fact.item_id for fact in of_kind.get(TranscriptionFinished, []) if fact.announced]
    announced += [fact.item_id for fact in of_kind.get(TranscriptionForgotten, [])]
    assert sorted(announced) == sorted(fact.item_id for fact in of_kind.get(TranscriptionStarted, []))
    wishes = sum(fact.type == "conversation.item.truncate" for fact in of_kind.get(EventReceived, []))
    answered = sum(fact.initiator == "client" for fact in of_kind.get(TruncationFinished, []))
    assert wishes == answered or (blind and wishes > answered)
    spoken = Counter(fact.item_id for fact in of_kind.get(AnswerSpoken, []) if fact.item_id)
    assert set(spoken.values()) <= {1}


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
            part = getattr(fact, "outcome", None) or getattr(fact, "code", "")
            names[f"{type(fact).__name__} {part}".strip()] += 1
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
