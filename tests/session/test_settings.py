import pytest

from support.dialogue import MODEL, OPENED_AT, TRANSCRIBER, Dialogue, described
from voicetap.facts import SessionConfigured, SessionStarted
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
