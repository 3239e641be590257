import math

import pytest

from support.dialogue import MODEL, OPENED_AT, SIDEBAND, Dialogue, described, message
from voicetap.chunks import Ending, Side
from voicetap.facts import Fact, MessageMalformed, SessionStarted, SessionStartFailed, UnknownEventReceived
from voicetap.realtime import decode
from voicetap.session import Session

BAD_KEY = {"type": "invalid_request_error", "code": "invalid_api_key", "message": "Incorrect API key provided."}


def starts(facts: list[Fact]) -> list[Fact]:
    return [fact for fact in facts if isinstance(fact, SessionStarted | SessionStartFailed)]


@pytest.mark.parametrize(
    "type", ["session.created", "session.updated", "transcription_session.created", "session.input_transcript.delta"]
)
def test_a_session_starts_with_the_first_session_event(type: str) -> None:
    call = Dialogue()
    call.wait(0.25)
    assert starts(call.server(type)) == [SessionStarted(call.now, None, MODEL, 0.25)]
    assert starts(call.server("session.updated", session=described())) == []
    assert starts(call.end()) == []


def test_other_events_do_not_start_one() -> None:
    call = Dialogue()
    assert starts(call.server("conversation.created")) == []
    assert starts(call.client("session.update")) == []
    assert starts(call.server("session.created")) != []


def test_a_session_event_of_a_wrong_shape_starts_one_all_the_same() -> None:
    assert starts(Dialogue().raw(Side.SERVER, {"type": "session.created", "session": {"id": 5}})) == [
        SessionStarted(OPENED_AT, None, MODEL, 0.0)
    ]


def test_a_message_without_a_type_does_not() -> None:
    assert Dialogue().raw(Side.SERVER, "hello") == [MessageMalformed(OPENED_AT, Side.SERVER, "json", None)]


def test_a_bad_key_is_refused_after_the_101() -> None:
    call = Dialogue()
    call.wait(0.1)
    assert starts(call.server("error", error=BAD_KEY)) == []
    assert call.close_frame(Side.SERVER, 3000, "invalid_request_error.invalid_api_key") == [
        SessionStartFailed(call.now, "refused", "invalid_api_key")
    ]
    assert starts(call.end(Side.SERVER)) == []


@pytest.mark.parametrize("code", [3000, 4000, 4999])
def test_a_close_from_3000_on_refuses_by_itself(code: int) -> None:
    assert Dialogue().close_frame(Side.SERVER, code) == [SessionStartFailed(OPENED_AT, "refused", None)]


@pytest.mark.parametrize(("side", "code"), [(Side.CLIENT, 4000), (Side.SERVER, 1000), (Side.SERVER, None)])
def test_any_other_close_only_ends_it(side: Side, code: int | None) -> None:
    call = Dialogue()
    assert call.close_frame(side, code) == []
    assert starts(call.end(side)) == [SessionStartFailed(OPENED_AT, "closed", None)]


def test_an_error_refuses_however_the_connection_ends() -> None:
    call = Dialogue()
    call.server("error", error=BAD_KEY)
    assert starts(call.end(Side.SERVER)) == [SessionStartFailed(OPENED_AT, "refused", "invalid_api_key")]


def test_the_first_error_is_the_reason() -> None:
    call = Dialogue()
    call.server("error", error=BAD_KEY)
    call.server("error", error={"type": "server_error"})
    assert starts(call.end()) == [SessionStartFailed(OPENED_AT, "refused", "invalid_api_key")]


def test_an_error_with_a_session_after_it_was_no_refusal() -> None:
    call = Dialogue()
    call.server("error", error={"code": "invalid_event"})
    assert starts(call.server("session.created")) == [SessionStarted(OPENED_AT, None, MODEL, 0.0)]
    assert starts(call.close_frame(Side.SERVER, 4000)) == []


@pytest.mark.parametrize(
    ("errors", "verdict"),
    [
        ([], SessionStartFailed(130.0, "timeout", None)),
        ([BAD_KEY], SessionStartFailed(130.0, "refused", BAD_KEY["code"])),
    ],
    ids=["silence", "an error"],
)
def test_after_thirty_seconds_there_is_no_session(errors: list[dict[str, str]], verdict: Fact) -> None:
    call = Dialogue()
    for error in errors:
        call.server("error", error=error)
    assert call.wait(29.9) == []
    assert starts(call.wait(0.1)) == [verdict]
    assert starts(call.server("session.created") + call.wait(100.0) + call.end()) == []


def test_a_sideband_starts_with_the_first_event_of_the_server() -> None:
    call = Dialogue(SIDEBAND)
    assert starts(call.client("session.update")) == []
    assert call.wait(3600.0) == []
    assert starts(call.server("input_audio_buffer.speech_started")) == [SessionStarted(call.now, None, None, 3600.0)]


def test_a_sideband_starts_with_an_unknown_event_too() -> None:
    call = Dialogue(SIDEBAND)
    assert call.raw(Side.SERVER, {"type": "call.ringing"}) == [
        UnknownEventReceived(OPENED_AT, Side.SERVER, "call.ringing"),
        SessionStarted(OPENED_AT, None, None, 0.0),
    ]


def test_a_sideband_is_refused_by_an_error_that_is_all_there_is() -> None:
    call = Dialogue(SIDEBAND)
    call.server("error", error={"code": "call_not_found"})
    assert starts(call.end(Side.SERVER)) == [SessionStartFailed(OPENED_AT, "refused", "call_not_found")]


def test_a_long_handshake_leaves_all_the_time_there_is() -> None:
    session = Session("/v1/realtime", 0.0, 40.0)
    assert session.tick(69.9) == []
    assert session.tick(70.0) == [SessionStartFailed(70.0, "timeout", None)]


@pytest.mark.parametrize("dark", [Side.SERVER, None])
def test_a_start_that_cannot_be_seen_is_not_missed(dark: Side | None) -> None:
    call = Dialogue()
    call.server("error", error=BAD_KEY)
    assert call.blind(dark) == []
    assert call.wait(60.0) == []
    assert call.close_frame(Side.CLIENT, 1000) == []
    assert starts(call.end()) == []


def test_a_dark_client_has_its_session_all_the_same() -> None:
    call = Dialogue()
    call.blind(Side.CLIENT)
    assert starts(call.server("session.created")) == [SessionStarted(OPENED_AT, None, MODEL, 0.0)]


@pytest.mark.parametrize("event", [{"type": "session.created"}, {"type": "session.created", "session": {"id": 5}}])
def test_without_times_it_starts_and_how_long_that_took_is_not_known(event: dict[str, object]) -> None:
    session = Session("/v1/realtime", math.nan)
    assert session.tick(math.nan) == []
    (started,) = starts(session.receive(Side.SERVER, decode(Side.SERVER, message(event)), math.nan))
    assert isinstance(started, SessionStarted)
    assert started.setup_seconds is None


@pytest.mark.parametrize("now", [math.nan, 0.0, 1e9])
def test_without_times_nobody_waits_for_it(now: float) -> None:
    session = Session("/v1/realtime", math.nan)
    assert session.tick(now) == []
    (failed,) = starts(session.close(Ending(Side.CLIENT, False, math.nan)))
    assert isinstance(failed, SessionStartFailed)
    assert failed.outcome == "closed"


def test_the_wait_begins_with_the_101_whatever_is_known_of_the_request() -> None:
    session = Session("/v1/realtime", math.nan, 40.0)
    assert starts(session.tick(70.0)) == [SessionStartFailed(70.0, "timeout", None)]


def test_it_fails_when_the_time_is_over_not_when_somebody_looks() -> None:
    call = Dialogue()
    assert starts(call.wait(100.0)) == [SessionStartFailed(130.0, "timeout", None)]
