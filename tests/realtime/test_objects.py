import msgspec
import pytest
from msgspec import UNSET, UnsetType

from voicetap.realtime.objects import Elided, ErrorDetail, SessionObject, Text, Transcription, has_text


@pytest.mark.parametrize(
    ("session", "transcription"),
    [
        pytest.param(b"{}", UNSET, id="nothing said"),
        pytest.param(b'{"audio": null}', UNSET, id="no audio"),
        pytest.param(b'{"audio": {"input": null}}', UNSET, id="no input"),
        pytest.param(b'{"audio": {"input": {}}}', UNSET, id="no word of it"),
        pytest.param(b'{"audio": {"input": {"transcription": null}}}', None, id="GA, off"),
        pytest.param(b'{"audio": {"input": {"transcription": {"model": "m"}}}}', Transcription("m"), id="GA, on"),
        pytest.param(b'{"input_audio_transcription": null}', None, id="beta, off"),
        pytest.param(b'{"input_audio_transcription": {"model": "m"}}', Transcription("m"), id="beta, on"),
        pytest.param(b'{"input_audio_transcription": {}}', Transcription(None), id="on, by an unnamed model"),
        pytest.param(
            b'{"audio": {"input": {"transcription": null}}, "input_audio_transcription": {"model": "m"}}',
            Transcription("m"),
            id="both fields, one filled in",
        ),
    ],
)
def test_whether_a_session_transcribes(session: bytes, transcription: Transcription | UnsetType | None) -> None:
    assert msgspec.json.decode(session, type=SessionObject).transcription() == transcription


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (ErrorDetail("invalid_request_error", "invalid_value"), "invalid_value"),
        (ErrorDetail("server_error", None), "server_error"),
        (ErrorDetail("server_error", ""), "server_error"),
        (ErrorDetail(None, 404), "404"),
        (ErrorDetail(), "unknown"),
    ],
)
def test_what_an_error_is_called(error: ErrorDetail, name: str) -> None:
    assert error.name() == name


@pytest.mark.parametrize(
    ("text", "has"), [("a", True), ("", False), (None, False), (Elided(3), True), (Elided(0), False)]
)
def test_a_recording_that_left_a_text_out_still_says_whether_there_was_one(text: Text, has: bool) -> None:
    assert has_text(text) is has
