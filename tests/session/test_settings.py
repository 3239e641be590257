from typing import Any

import pytest

from support.dialogue import MODEL, OPENED_AT, TRANSCRIBER, Dialogue, described, message
from voicetap.chunks import Side
from voicetap.facts import SessionConfigured, SessionStarted
from voicetap.realtime import decode
from voicetap.realtime.server import SessionDescribed
from voicetap.session.settings import QUERY, Settings


@pytest.mark.parametrize(
    ("target", "model", "sideband"),
    [
        ("/v1/realtime?model=gpt-realtime", "gpt-realtime", False),
        ("/openai/realtime?api-version=1&deployment=my%20own", "my own", False),
        ("/v1/realtime?deployment=a&model=b&model=c", "b", False),
        ("/v1/realtime?call_id=rtc_1", None, True),
        ("/v1/realtime", None, False),
        ("/v1/realtime?", None, False),
        ("/v1/realtime?model=", None, False),
        ("//[?%zz&&=&model=%ff", "\ufffd", False),
    ],
)
def test_what_the_request_target_says(target: str, model: str | None, sideband: bool) -> None:
    settings = Settings(target)
    assert (settings.model, settings.model_confirmed, settings.sideband) == (model, False, sideband)


def test_the_latest_session_is_what_counts() -> None:
    call = Dialogue()
    call.wait(0.2)
    assert call.server("session.created", session=described(None)) == [
        SessionConfigured(call.now, "sess_1", MODEL, True, False, None),
        SessionStarted(call.now, "sess_1", MODEL, call.now - OPENED_AT),
    ]
    assert call.server("session.updated", session=described()) == [
        SessionConfigured(call.now, "sess_1", MODEL, True, True, TRANSCRIBER)
    ]
    assert call.server("session.updated", session=described(model="gpt-realtime-2")) == [
        SessionConfigured(call.now, "sess_1", "gpt-realtime-2", True, True, TRANSCRIBER)
    ]
    assert call.server("session.updated", session=described(None, model="gpt-realtime-2")) == [
        SessionConfigured(call.now, "sess_1", "gpt-realtime-2", True, False, None)
    ]


def test_what_has_not_changed_is_not_said_again() -> None:
    call = Dialogue().started()
    call.wait(1.0)
    assert call.server("session.updated", session=described()) == []


def test_what_the_client_asks_for_is_not_what_it_has() -> None:
    call = Dialogue().started(None)
    assert call.client("session.update", session=described()) == []


def test_a_server_that_names_no_model_leaves_the_one_asked_for() -> None:
    call = Dialogue()
    assert call.server("session.created", session={"id": "session_0", "model": None})[0] == SessionConfigured(
        OPENED_AT, "session_0", MODEL, False, False, None
    )


def test_a_model_once_named_stays() -> None:
    call = Dialogue("/v1/realtime?model=alias").started()
    assert call.server("session.updated", session={"model": None, "input_audio_transcription": {"model": "w"}}) == [
        SessionConfigured(OPENED_AT, "sess_1", MODEL, True, True, "w")
    ]


def test_a_session_without_an_object_says_nothing() -> None:
    assert Dialogue().server("session.created") == [SessionStarted(OPENED_AT, None, MODEL, 0.0)]


def test_of_a_query_without_end_only_the_beginning_is_read() -> None:
    padding = "a=1&" * (QUERY // 4 - 10)
    assert Settings(f"/v1/realtime?{padding}model=near").model == "near"
    assert Settings(f"/v1/realtime?{padding}{padding}model=far").model is None


def after(*sessions: dict[str, Any], target: str = "/v1/realtime", type: str = "session.updated") -> Settings:
    """The settings when a server has described its session so."""
    settings = Settings(target)
    for session in sessions:
        event = decode(Side.SERVER, message({"type": type, "session": session}))
        assert isinstance(event, SessionDescribed)
        list(settings.described(event, 1.0))
    return settings


def ga(**of_input: Any) -> dict[str, Any]:
    return {"type": "realtime", "audio": {"input": of_input}}


@pytest.mark.parametrize(
    ("target", "purpose"),
    [
        ("/v1/realtime?model=gpt-realtime", "realtime"),
        ("/v1/realtime?intent=transcription", "transcription"),
        ("/v1/realtime?intent=conversation", "realtime"),
        ("/v1/realtime/translations?model=gpt-realtime-translate", "translation"),
        ("/openai/v1/realtime/translations/", "translation"),
        ("/v1/realtime?next=/translations", "realtime"),
        ("", "realtime"),
    ],
)
def test_what_the_request_target_says_of_the_purpose(target: str, purpose: str) -> None:
    assert Settings(target).purpose == purpose


def test_a_purpose_that_the_server_names_counts() -> None:
    assert after({"type": "transcription"}).purpose == "transcription"
    assert after({"type": "translation"}).purpose == "translation"
    assert after({"type": "realtime"}, target="/v1/realtime?intent=transcription").purpose == "realtime"
    assert after({"type": "transcription"}, {}).purpose == "transcription"
    assert after({"type": "something new"}, target="/v1/realtime?intent=transcription").purpose == "transcription"


def test_a_transcription_session_is_known_by_the_name_of_its_event() -> None:
    assert after({}, type="transcription_session.created").purpose == "transcription"
    assert after({"type": "realtime"}, type="transcription_session.updated").purpose == "realtime"


def detection(settings: Settings) -> tuple[bool, float | None, bool, bool]:
    return (settings.detects_turns, settings.silence_ms, settings.creates_responses, settings.interrupts)


NEVER_DESCRIBED = OF_THE_API = (True, None, True, True)
OFF = (False, None, False, True)


@pytest.mark.parametrize(
    ("sessions", "expected"),
    [
        ([], NEVER_DESCRIBED),
        ([{}], NEVER_DESCRIBED),
        ([ga()], NEVER_DESCRIBED),
        ([ga(turn_detection=None)], OFF),
        ([{"turn_detection": None}], OFF),
        ([{"turn_detection": {"type": None}}], OFF),
        ([ga(turn_detection={"type": "server_vad"})], OF_THE_API),
        ([{"turn_detection": {"type": "server_vad", "silence_duration_ms": 500}}], (True, 500.0, True, True)),
        ([ga(turn_detection={"silence_duration_ms": 200.5})], (True, 200.5, True, True)),
        ([ga(turn_detection={"type": "server_vad", "silence_duration_ms": -1})], OF_THE_API),
        ([ga(turn_detection={"type": "semantic_vad", "eagerness": "low"})], OF_THE_API),
        ([ga(turn_detection={"type": "azure_semantic_vad", "silence_duration_ms": 500})], OF_THE_API),
        ([ga(turn_detection={"type": "server_vad", "create_response": False})], (True, None, False, True)),
        ([ga(turn_detection={"type": "server_vad", "interrupt_response": False})], (True, None, True, False)),
        ([ga(turn_detection={"type": "server_vad", "create_response": None, "interrupt_response": None})], OF_THE_API),
    ],
)
def test_how_turns_are_detected(
    sessions: list[dict[str, Any]], expected: tuple[bool, float | None, bool, bool]
) -> None:
    assert detection(after(*sessions)) == expected


def test_what_is_left_out_has_not_changed() -> None:
    vad = {"type": "server_vad", "silence_duration_ms": 200, "create_response": False, "interrupt_response": False}
    pcmu = {"type": "audio/pcmu"}
    full = ga(turn_detection=vad, format=pcmu) | {"expires_at": 1785217650}
    full["audio"]["output"] = {"format": pcmu}
    settings = after(full, {"type": "realtime"}, {"type": "realtime", "audio": {"input": None}})
    assert detection(settings) == (True, 200.0, False, False)
    assert (settings.input_bytes_per_ms, settings.output_bytes_per_ms) == (8.0, 8.0)
    assert settings.expires_at == 1785217650.0


def test_turn_detection_that_is_described_again_is_replaced_whole() -> None:
    settings = after(
        ga(turn_detection={"type": "server_vad", "silence_duration_ms": 200, "create_response": False}),
        ga(turn_detection={"type": "server_vad", "idle_timeout_ms": 5000}),
    )
    assert detection(settings) == OF_THE_API


@pytest.mark.parametrize(
    ("session", "sent", "received"),
    [
        ({}, 48.0, 48.0),
        (ga(format={"type": "audio/pcm", "rate": 16000}), 32.0, 48.0),
        ({"audio": {"output": {"format": {"type": "audio/pcma"}}}}, 48.0, 8.0),
        ({"input_audio_format": "g711_ulaw", "output_audio_format": "pcm16"}, 8.0, 48.0),
        (ga(format={"type": "audio/opus"}), 48.0, 48.0),
        ({"input_audio_format": "not specified", "output_audio_format": None}, 48.0, 48.0),
    ],
)
def test_how_many_bytes_a_millisecond_has(session: dict[str, Any], sent: float, received: float) -> None:
    settings = after(session)
    assert (settings.input_bytes_per_ms, settings.output_bytes_per_ms) == (sent, received)


def test_a_format_that_is_not_known_is_taken_for_the_default_again() -> None:
    assert after(ga(format={"type": "audio/pcmu"}), ga(format={"type": "audio/opus"})).input_bytes_per_ms == 48.0


@pytest.mark.parametrize(("expires_at", "known"), [(1785217650, 1785217650.0), (0, None), (-5, None), (None, None)])
def test_when_it_expires(expires_at: int | None, known: float | None) -> None:
    assert after({"expires_at": expires_at}).expires_at == known


def test_purpose_turn_detection_and_expiry_are_told_when_they_change() -> None:
    call = Dialogue()
    session = {"id": "sess_1", "type": "realtime", "model": MODEL, "expires_at": 1785217650}
    semantic = {**session, **ga(turn_detection={"type": "semantic_vad"})}
    unnamed = {**session, **ga(turn_detection={"silence_duration_ms": 200})}
    off = {**session, **ga(turn_detection=None)}

    def told(**what: Any) -> list[SessionConfigured]:
        facts = call.server("session.updated", session=what)
        return [fact for fact in facts if isinstance(fact, SessionConfigured)]

    def configured(purpose: Any, turn_detection: str | None, expires_at: float) -> list[SessionConfigured]:
        known = ("sess_1", MODEL, True, False, None)
        return [SessionConfigured(call.now, *known, purpose, turn_detection, expires_at)]

    assert told(**session) == configured("realtime", None, 1785217650.0)
    assert told(**semantic) == configured("realtime", "semantic_vad", 1785217650.0)
    assert told(**semantic) == []
    assert told(**unnamed) == configured("realtime", "server_vad", 1785217650.0)
    assert told(**off) == configured("realtime", None, 1785217650.0)
    assert told(**off | {"expires_at": 1785217651}) == configured("realtime", None, 1785217651.0)
    assert told(type="transcription") == configured("transcription", None, 1785217651.0)
