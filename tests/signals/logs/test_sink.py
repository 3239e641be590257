"""Facts of one session -> its log lines."""

import json
import logging
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from support.dialogue import Dialogue
from support.requires import REPOSITORY
from support.secrets import CREDENTIALS
from voicetap.chunks import Side, UpgradeRequest
from voicetap.facts import (
    Connection,
    ConnectionClosed,
    DeadAirNoticed,
    Fact,
    HandshakeAnswered,
    SessionConfigured,
    SessionFellSilent,
    SpanIds,
    TraceIds,
    TranscriptionFinished,
    TruncationFinished,
)
from voicetap.signals.logs import LogLines
from voicetap.signals.logs.format import JsonLines
from voicetap.signals.logs.sink import MOST_LINES, log

SECRET = CREDENTIALS["openai"]
REQUEST = UpgradeRequest(f"/v1/realtime?api_key={SECRET}", [(b"Authorization", f"Bearer {SECRET}".encode())], 100.0)
CONNECTION = Connection("0000000000000001", REQUEST, 1_800_000_000.0)
SWITCHED = HandshakeAnswered(100.1, "101", 0.05)

Line = dict[str, Any]


class Kept(logging.Handler):
    """The lines as they would be written, without the time."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonLines())
        self.text: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.text.append(self.format(record))

    @property
    def lines(self) -> list[Line]:
        lines = [json.loads(text) for text in self.text]
        for line in lines:
            del line["time"]
            assert line.pop("logger") == "voicetap.session"
        return lines


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    handler = Kept()
    monkeypatch.setattr(log, "level", logging.INFO)
    log.addHandler(handler)
    yield handler
    log.removeHandler(handler)


def tell(facts: Iterable[Fact], trace_ids: TraceIds | None = None) -> None:
    sink = LogLines().connection(CONNECTION, trace_ids or TraceIds())
    for fact in facts:
        sink.receive(fact)
    sink.close()
    sink.close()


def closed(**changes: Any) -> ConnectionClosed:
    fields: dict[str, Any] = {
        "at": 130.0,
        "end": "client_closed",
        "close_code": 1000,
        "close_reason": "",
        "closed_by": Side.CLIENT,
        "duration_seconds": 30.0,
    }
    return ConnectionClosed(**{**fields, **changes})


def failed(item_id: str | None = "item_1", code: str | None = "server_error", **changes: Any) -> TranscriptionFinished:
    fields: dict[str, Any] = {
        "at": 110.0,
        "outcome": "failed",
        "message": "I heard: my name is Ada",
        "transcription_model": "whisper-1",
        "announced": True,
    }
    return TranscriptionFinished(item_id=item_id, code=code, **{**fields, **changes})


def test_a_session_has_one_line_when_it_has_ended(kept: Kept) -> None:
    talk = Dialogue().started()
    talk.speech("item_1")
    talk.commit("item_1")
    talk.server("conversation.item.input_audio_transcription.completed", item_id="item_1", transcript="My name is Ada")
    talk.answer("resp_1")
    talk.wait(5)
    talk.close_frame(Side.CLIENT, 1000, "bye, Ada")
    talk.end()
    tell([SWITCHED, *talk.facts])
    assert kept.lines == [
        {
            "level": "info",
            "message": "session ended",
            "session.id": "0000000000000001",
            "gen_ai.realtime_session.id": "sess_1",
            "model": "gpt-realtime",
            "end": "client_closed",
            "close_code": 1000,
            "closed_by": "client",
            "duration_seconds": 6.0,
            "turns": 1,
            "spoken_answers": 1,
            "responses": {"completed": 1},
            "transcriptions": {"completed": 1},
            "late_transcriptions": 0,
            "truncations": {},
            "interruptions": 0,
            "tool_calls": {},
            "dead_air": 0,
            "errors": 0,
            "input_tokens": 0,
            "output_tokens": 0,
            "cost_usd": 0.0,
            "surprises": 0,
            "malformed_messages": 0,
            "observer_gaps": 0,
        }
    ]


def test_what_is_not_known_is_left_out(kept: Kept) -> None:
    tell([SWITCHED, closed(end="drained", close_code=None, closed_by=None, duration_seconds=None)])
    [line] = kept.lines
    assert (line["end"], line["closed_by"]) == ("drained", "voicetap")
    assert not {"close_code", "duration_seconds", "model", "gen_ai.realtime_session.id", "lines_left_out"} & set(line)


def test_a_session_whose_end_nobody_told_has_its_line_too(kept: Kept) -> None:
    tell([SWITCHED])
    assert [(line["message"], line["end"]) for line in kept.lines] == [("session ended", "unknown")]


def test_a_handshake_that_failed_has_a_line_and_no_session(kept: Kept) -> None:
    tell([HandshakeAnswered(100.1, "401", 0.0512)])
    tell([HandshakeAnswered(100.1, "connect_error", None)])
    assert kept.lines == [
        {
            "level": "warning",
            "message": "handshake failed",
            "session.id": "0000000000000001",
            "outcome": "401",
            "connect_seconds": 0.051,
        },
        {
            "level": "warning",
            "message": "handshake failed",
            "session.id": "0000000000000001",
            "outcome": "connect_error",
        },
    ]


def test_a_session_that_the_server_refused_after_its_101(kept: Kept) -> None:
    talk = Dialogue()
    talk.error("invalid_api_key", message="Incorrect API key provided: hunter2")
    talk.close_frame(Side.SERVER, 3000, "invalid_request_error.invalid_api_key")
    talk.end(Side.SERVER)
    tell([SWITCHED, *talk.facts])
    start, end = kept.lines
    assert (start["message"], start["outcome"], start["code"]) == (
        "session did not start",
        "refused",
        "invalid_api_key",
    )
    assert (end["end"], end["close_code"], end["closed_by"]) == ("refused", 3000, "server")


def test_failed_transcriptions(kept: Kept) -> None:
    outcomes = ("failed", "timed_out", "completed", "empty", "session_closed")
    tell(failed(outcome=outcome, code="server_error" if outcome == "failed" else None) for outcome in outcomes)
    assert kept.lines == [
        {
            "level": "warning",
            "message": "transcription failed",
            "session.id": "0000000000000001",
            "item_id": "item_1",
            "transcription_model": "whisper-1",
            "code": "server_error",
        },
        {
            "level": "warning",
            "message": "transcription timed out",
            "session.id": "0000000000000001",
            "item_id": "item_1",
            "transcription_model": "whisper-1",
        },
    ]


def test_rejected_truncations(kept: Kept) -> None:
    outcomes = ("rejected", "acknowledged", "unanswered")
    tell(TruncationFinished(110.0, "item_2", "client", outcome, 1250.5) for outcome in outcomes)
    assert kept.lines == [
        {
            "level": "warning",
            "message": "truncation rejected",
            "session.id": "0000000000000001",
            "item_id": "item_2",
            "content_index": 0,
            "audio_end_ms": 1250.5,
        }
    ]


def test_silence(kept: Kept) -> None:
    tell([DeadAirNoticed(110.0, 3, "speech"), DeadAirNoticed(110.0, None, "request"), SessionFellSilent(120.0)])
    assert [(line["level"], line["message"], line.get("turn"), line.get("after")) for line in kept.lines] == [
        ("warning", "dead air", 3, "speech"),
        ("warning", "dead air", None, "request"),
        ("warning", "session fell silent", None, None),
    ]


def test_a_line_has_the_ids_of_the_span_that_the_fact_belongs_to(kept: Kept) -> None:
    trace_ids = TraceIds()
    tell([failed()], trace_ids)
    trace_ids.handshake = SpanIds("a" * 32, "b" * 16)
    tell([failed()], trace_ids)
    trace_ids.current = SpanIds("1" * 32, "2" * 16)
    tell([failed()], trace_ids)
    assert [(line.get("trace_id"), line.get("span_id")) for line in kept.lines] == [
        (None, None),
        ("a" * 32, "b" * 16),
        ("1" * 32, "2" * 16),
    ]


def test_a_session_has_a_bounded_number_of_lines_and_says_how_many_are_missing(kept: Kept) -> None:
    tell([SWITCHED, *(failed(f"item_{number}") for number in range(10_000)), closed()])
    lines = kept.lines
    assert len(lines) == MOST_LINES + 1
    assert lines[-2]["item_id"] == f"item_{MOST_LINES - 1}"
    assert (lines[-1]["transcriptions"], lines[-1]["lines_left_out"]) == ({"failed": 10_000}, 10_000 - MOST_LINES)


HOSTILE = [*CREDENTIALS.values(), "my name is Ada", "a\nb", "\x1b[2J", "\u202e", "\x00", "x" * (1 << 20)]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_what_peers_choose_is_shown_only_where_it_is_harmless(kept: Kept, text: str) -> None:
    configured = SessionConfigured(
        100.2, session_id=text, model=text, model_confirmed=True, transcribes=True, transcription_model=text
    )
    rejected = TruncationFinished(110.0, text, "client", "rejected", 5)
    talk = Dialogue()
    talk.error(text, message=text)
    talk.close_frame(Side.SERVER, 4000, text)
    talk.end(Side.SERVER)
    tell([SWITCHED, configured, failed(text, text, transcription_model=text), rejected, *talk.facts])
    assert len(kept.lines) == 4
    assert text not in "".join(kept.text)
    assert json.dumps(text)[1:-1] not in "".join(kept.text)
    assert all(len(line) < 1500 for line in kept.text)


def test_neither_the_request_nor_a_message_nor_a_reason_is_shown(kept: Kept) -> None:
    tell([SWITCHED, failed(), closed(close_reason="my name is Ada")])
    assert len(kept.lines) == 2
    for word in ("Ada", SECRET, "Authorization", "realtime?"):
        assert word not in "".join(kept.text)


def test_the_page_names_every_message_and_field(kept: Kept) -> None:
    page = (REPOSITORY / "docs" / "logs.md").read_text()
    named = {name for row in page.splitlines() if row.startswith("| `") for name in row.split("`")[1::2]}
    trace_ids = TraceIds()
    trace_ids.handshake = SpanIds("a" * 32, "b" * 16)
    talk = Dialogue().started()
    talk.end()
    failures = [failed(), failed(outcome="timed_out"), TruncationFinished(110.0, "item_2", "client", "rejected", 1)]
    silences = [DeadAirNoticed(110.0, 3, "speech"), SessionFellSilent(120.0)]
    tell([SWITCHED, *talk.facts[:-1], *failures, *silences, *[failed()] * MOST_LINES, closed()], trace_ids)
    tell([SWITCHED, *Dialogue().end()], trace_ids)
    tell([HandshakeAnswered(100.1, "connect_error", 1.0)], trace_ids)
    messages = {line["message"] for line in kept.lines}
    fields = {name for line in kept.lines for name in line}
    common = {"session.id", "gen_ai.realtime_session.id", "model", "trace_id", "span_id", "lines_left_out"}
    assert len(messages) == 8
    assert messages <= named
    assert fields - common <= named
    assert all(f"`{name}`" in page for name in common & fields)
    assert len(common & fields) == len(common)
