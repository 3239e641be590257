import pytest

from support.dialogue import SIDEBAND, Dialogue
from voicetap.facts import AnswerSpoken, Fact


def audio(call: Dialogue, item_id: str | None, response_id: str | None = "resp_1", *, beta: bool = False) -> list[Fact]:
    type = "response.audio.delta" if beta else "response.output_audio.delta"
    return call.server(type, item_id=item_id, response_id=response_id, content_index=0, delta="AAAA")


@pytest.mark.parametrize("beta", [False, True], ids=["GA", "beta"])
def test_an_answer_is_spoken_with_its_first_audio(beta: bool) -> None:
    call = Dialogue().started()
    assert call.server("response.output_item.added", item={"id": "item_A", "role": "assistant"}) == []
    assert call.server("response.output_audio_transcript.delta", item_id="item_A", delta="Hi") == []
    assert audio(call, "item_A", beta=beta) == [AnswerSpoken(call.now, "item_A", "resp_1")]
    assert audio(call, "item_A", beta=beta) == []


def test_a_response_may_hold_two_answers() -> None:
    call = Dialogue().started()
    assert audio(call, "item_A") == [AnswerSpoken(call.now, "item_A", "resp_1")]
    assert audio(call, "item_B") == [AnswerSpoken(call.now, "item_B", "resp_1")]
    assert audio(call, "item_A") == []


def test_without_an_item_the_response_is_the_answer() -> None:
    call = Dialogue().started()
    assert audio(call, None, "resp_1") == [AnswerSpoken(call.now, None, "resp_1")]
    assert audio(call, None, "resp_1") == []
    assert audio(call, "item_B", None) == [AnswerSpoken(call.now, "item_B", None)]
    assert audio(call, None, None) == []


def test_on_a_sideband_it_is_spoken_when_playback_starts() -> None:
    call = Dialogue(SIDEBAND)
    assert call.server("output_audio_buffer.started", response_id="resp_1")[0] == AnswerSpoken(call.now, None, "resp_1")
    assert call.server("output_audio_buffer.started", response_id="resp_1") == []
    assert call.server("output_audio_buffer.started", response_id=None) == []


def test_audio_and_playback_of_one_response_are_one_answer() -> None:
    call = Dialogue().started()
    assert audio(call, "item_A", "resp_1") == [AnswerSpoken(call.now, "item_A", "resp_1")]
    assert call.server("output_audio_buffer.started", response_id="resp_1") == []
    assert call.server("output_audio_buffer.started", response_id="resp_2") == [AnswerSpoken(call.now, None, "resp_2")]
    assert audio(call, "item_B", "resp_2") == []
