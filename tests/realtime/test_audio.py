import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.dialogue import message
from voicetap.chunks import Side
from voicetap.realtime import Malformed, decode
from voicetap.realtime.audio import AudioData, AudioFormat, ElidedAudio, audio_bytes, bytes_per_ms
from voicetap.realtime.client import AudioAppend


def appended(audio: bytes) -> int:
    """What is measured of an event with this JSON for its audio."""
    event = decode(Side.CLIENT, message(b'{"type":"input_audio_buffer.append","audio":' + audio + b"}"))
    assert isinstance(event, AudioAppend), event
    return event.audio_bytes()


@given(st.binary(max_size=200), st.booleans(), st.booleans())
def test_base64_is_as_long_as_what_it_decodes_to(audio: bytes, padded: bool, escaped: bool) -> None:
    text = base64.b64encode(audio).decode()
    if not padded:
        text = text.rstrip("=")
    if escaped:
        text = text.replace("/", "\\/").replace("+", "\\u002b")
    assert appended(b'"' + text.encode() + b'"') == len(audio)


@pytest.mark.parametrize(
    ("audio", "size"),
    [
        pytest.param(b'""', 0, id="empty"),
        pytest.param(b"null", 0, id="null"),
        pytest.param(b'{"elided_bytes":960}', 960, id="left out of a recording"),
        pytest.param(b'{"elided_bytes":-5}', 0, id="fewer than none"),
        pytest.param(b"{}", 0, id="an object without it"),
        pytest.param(b'"="', 0, id="only padding"),
        pytest.param(b'"=="', 0, id="only more padding"),
        pytest.param(b'"QUJD\\n"', 3, id="a line's end"),
        pytest.param('"zażółć"'.encode(), 4, id="no base64"),
    ],
)
def test_other_audio_is_measured_too(audio: bytes, size: int) -> None:
    assert appended(audio) == size


def test_an_event_without_its_audio_has_none() -> None:
    event = decode(Side.CLIENT, message({"type": "input_audio_buffer.append"}))
    assert isinstance(event, AudioAppend)
    assert event.audio_bytes() == 0


@pytest.mark.parametrize("audio", [b"5", b"true", b"[]", b'{"elided_bytes":"5"}', b'{"elided_bytes":null}'])
def test_what_is_no_audio_is_no_event_of_that_type(audio: bytes) -> None:
    event = decode(Side.CLIENT, message(b'{"type":"input_audio_buffer.append","audio":' + audio + b"}"))
    assert isinstance(event, Malformed)
    assert event.reason == "schema"


@given(st.none() | st.text() | st.builds(ElidedAudio, st.integers()))
def test_no_audio_is_less_than_nothing(audio: AudioData) -> None:
    assert audio_bytes(audio) >= 0


@pytest.mark.parametrize(
    ("format", "rate", "expected"),
    [
        pytest.param(AudioFormat("audio/pcm", 24000), None, 48.0, id="GA"),
        pytest.param(AudioFormat("audio/pcm"), None, 48.0, id="GA, rate left out"),
        pytest.param(AudioFormat("audio/pcm", 8000), None, 16.0, id="xAI takes others"),
        pytest.param(AudioFormat("audio/pcm", 16000), 24000, 32.0, id="the format's own rate goes before"),
        pytest.param(AudioFormat("audio/pcmu"), None, 8.0, id="GA, mu-law"),
        pytest.param(AudioFormat("audio/pcma", 8000), None, 8.0, id="GA, A-law"),
        pytest.param("pcm16", None, 48.0, id="beta"),
        pytest.param("g711_ulaw", None, 8.0, id="beta, mu-law"),
        pytest.param("g711_alaw", 24000, 8.0, id="beta, A-law, which has one rate only"),
        pytest.param("pcm16", 16000, 32.0, id="Voice Live, rate beside it"),
        pytest.param("pcm16-8000hz", None, 16.0, id="Voice Live, rate in the name"),
        pytest.param("pcm16_16000hz", 24000, 32.0, id="the other spelling"),
        pytest.param("pcm24", None, 48.0, id="Qwen's 24 kHz"),
        pytest.param("pcm", None, 48.0, id="Qwen now"),
        pytest.param("PCM16", None, 48.0, id="in capitals"),
        pytest.param("audio/L16;rate=16000", None, 32.0, id="as a media type (RFC 2586)"),
        pytest.param("pcm_s16le", 44100, 88.2, id="as ffmpeg has it"),
        pytest.param("mulaw", None, 8.0, id="short"),
        pytest.param("not specified", None, None, id="xAI"),
        pytest.param("audio/opus", None, None, id="one without a fixed rate"),
        pytest.param("mp3", 24000, None, id="another of these"),
        pytest.param("", None, None, id="no name"),
        pytest.param(None, 24000, None, id="only a rate"),
        pytest.param(AudioFormat(), None, None, id="nothing in it"),
        pytest.param(AudioFormat("audio/pcm", 0), None, None, id="a rate of nothing"),
        pytest.param(AudioFormat("audio/pcm", -24000), None, None, id="a rate below that"),
        pytest.param("pcm16", 2**53, None, id="an absurd rate"),
    ],
)
def test_bytes_per_millisecond(format: AudioFormat | str | None, rate: int | None, expected: float | None) -> None:
    assert bytes_per_ms(format, rate) == expected


@given(st.text("apcmul/16_-;rte=hz0248", max_size=20), st.none() | st.integers() | st.floats())
def test_a_format_gives_a_sane_figure_or_none(name: str, rate: float | None) -> None:
    assert bytes_per_ms(name, rate) is None or 2 <= (bytes_per_ms(name, rate) or 0) <= 2000
