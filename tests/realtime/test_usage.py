import msgspec
import pytest

from voicetap.realtime.usage import CachedTokens, InputTokens, OutputTokens, Usage

GA = b"""{
    "total_tokens": 253, "input_tokens": 132, "output_tokens": 121,
    "input_token_details": {
        "text_tokens": 119, "audio_tokens": 13, "image_tokens": 0, "cached_tokens": 64,
        "cached_tokens_details": {"text_tokens": 64, "audio_tokens": 0, "image_tokens": 0}
    },
    "output_token_details": {"text_tokens": 30, "audio_tokens": 91, "reasoning_tokens": 4}
}"""


def test_the_usage_of_a_response() -> None:
    assert msgspec.json.decode(GA, type=Usage) == Usage(
        total_tokens=253,
        input_tokens=132,
        output_tokens=121,
        input_token_details=InputTokens(119, 13, 0, 64, CachedTokens(64, 0, 0)),
        output_token_details=OutputTokens(30, 91, 4),
    )


def test_the_usage_of_a_transcription_by_time() -> None:
    usage = msgspec.json.decode(b'{"type": "duration", "seconds": 3}', type=Usage)
    assert (usage.type, usage.seconds, usage.total_tokens) == ("duration", 3, None)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param(b"{}", False, id="xAI"),
        pytest.param(b'{"type": "tokens"}', False, id="only how it would count"),
        pytest.param(b'{"input_token_details": null, "total_tokens": null}', False, id="nulls"),
        pytest.param(b'{"total_tokens": 0}', True, id="cancelled before any output"),
        pytest.param(b'{"input_tokens": 5}', True, id="input"),
        pytest.param(b'{"output_tokens": 1.0}', True, id="output"),
        pytest.param(b'{"seconds": 0.0}', True, id="seconds"),
        pytest.param(b'{"input_token_details": {}, "output_tokens_details": {}}', False, id="details without figures"),
        pytest.param(b'{"input_token_details": {"text_tokens": 5}}', True, id="details alone"),
        pytest.param(b'{"output_tokens_details": {"audio_tokens": 5}}', True, id="details by their other name"),
    ],
)
def test_whether_usage_says_something(text: bytes, says: bool) -> None:
    assert msgspec.json.decode(text, type=Usage).says_something() is says


@pytest.mark.parametrize("plural", [False, True], ids=["Realtime", "Responses, Qwen"])
def test_the_details_by_either_name(plural: bool) -> None:
    text = b'{"input_token_details": {"text_tokens": 1}, "output_token_details": {"audio_tokens": 2}}'
    usage = msgspec.json.decode(text.replace(b"_token_", b"_tokens_") if plural else text, type=Usage)
    assert (usage.of_input(), usage.of_output()) == (InputTokens(text_tokens=1), OutputTokens(audio_tokens=2))
