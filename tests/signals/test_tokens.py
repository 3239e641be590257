from voicetap.facts import Tokens, UsageReported
from voicetap.signals.tokens import TokenSums


def used(tokens: Tokens, usage: str = "response") -> UsageReported:
    return UsageReported(1.0, usage, "resp_1", None, "gpt-realtime", tokens, None, None)  # type: ignore[arg-type]


def test_tokens_are_summed_as_reported() -> None:
    sums = TokenSums()
    sums.add(used(Tokens(input=10, input_text=4, input_audio=6, cached=3, output=7, output_audio=7)))
    sums.add(used(Tokens(input=1, input_text=1, input_image=2, output_text=3)))
    assert sums == TokenSums(
        input=11, input_cached=3, input_text=5, input_audio=6, input_image=2, output=7, output_text=3, output_audio=7
    )


def test_those_of_transcriptions_stand_apart() -> None:
    sums = TokenSums()
    sums.add(used(Tokens(input=5, input_audio=5, output=2), "transcription"))
    assert sums == TokenSums(transcription_input=5, transcription_output=2)
