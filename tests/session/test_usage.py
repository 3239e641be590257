import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.dialogue import MODEL, Dialogue, described, message
from support.requires import requires_path
from voicetap.chunks import Side
from voicetap.facts import Fact, Tokens, UsageReported
from voicetap.prices import TOKEN_KINDS, load_prices
from voicetap.realtime import Event, decode
from voicetap.realtime.objects import ResponseObject
from voicetap.realtime.server import ResponseDone, TranscriptionCompleted
from voicetap.realtime.usage import CachedTokens, InputTokens, OutputTokens, Usage
from voicetap.session import Session
from voicetap.session.settings import Settings
from voicetap.session.transcriptions import Transcriptions
from voicetap.session.usage import Usages, counted, partition

PRICES = load_prices()
COMPLETED = "conversation.item.input_audio_transcription.completed"

SPOKEN = {
    "total_tokens": 253,
    "input_tokens": 132,
    "output_tokens": 121,
    "input_token_details": {
        "text_tokens": 119,
        "audio_tokens": 13,
        "image_tokens": 0,
        "cached_tokens": 64,
        "cached_tokens_details": {"text_tokens": 64, "audio_tokens": 0, "image_tokens": 0},
    },
    "output_token_details": {"text_tokens": 30, "audio_tokens": 91},
}
SPOKEN_TOKENS = Tokens(
    input=132,
    input_text=119,
    input_audio=13,
    cached=64,
    cached_text=64,
    output=121,
    output_text=30,
    output_audio=91,
)
SPOKEN_COST = 0.0069656
"""55 x 4 + 64 x 0.40 + 13 x 32 + 30 x 16 + 91 x 64 = 6965.6 per million."""

HEARD = {
    "type": "tokens",
    "total_tokens": 22,
    "input_tokens": 13,
    "input_token_details": {"text_tokens": 0, "audio_tokens": 13},
    "output_tokens": 9,
}
HEARD_TOKENS = Tokens(input=13, input_audio=13, output=9, output_text=9)


class Call(Dialogue):
    """A conversation with prices, of which only usage is looked at."""

    def __init__(self) -> None:
        super().__init__()
        self._session = Session(f"/v1/realtime?model={MODEL}", self.now, prices=PRICES)

    def done(self, response_id: str | None, usage: Any, beside: Any = None) -> list[Fact]:
        """With the usage in the response, or beside it."""
        response = {"id": response_id, "status": "completed", "usage": usage}
        return ours(self.server("response.done", response=response, usage=beside))

    def transcribed(self, item_id: str | None, usage: Any, **more: Any) -> list[Fact]:
        return ours(self.server(COMPLETED, item_id=item_id, transcript="hello", usage=usage, **more))


def ours(facts: list[Fact]) -> list[Fact]:
    return [fact for fact in facts if isinstance(fact, UsageReported)]


def approximately(dollars: float) -> Any:
    return pytest.approx(dollars, rel=1e-9)


def test_what_a_response_took() -> None:
    call = Call().started()
    assert call.done("resp_1", SPOKEN) == [
        UsageReported(call.now, "response", "resp_1", None, MODEL, SPOKEN_TOKENS, None, approximately(SPOKEN_COST))
    ]


def test_a_response_counts_once() -> None:
    call = Call().started()
    assert len(call.done("resp_1", SPOKEN)) == 1
    assert call.done("resp_1", SPOKEN) == []
    assert len(call.done("resp_2", SPOKEN)) == 1
    assert len(call.done(None, SPOKEN) + call.done(None, SPOKEN)) == 2


@pytest.mark.parametrize("usage", [None, {}, {"total_tokens": 5}, {"input_token_details": None}])
def test_where_nothing_is_reported_nothing_is_told(usage: Any) -> None:
    call = Call().started()
    assert call.done("resp_1", usage) == []
    assert len(call.done("resp_1", SPOKEN)) == 1


def test_a_cancelled_response_has_taken_something_or_nothing() -> None:
    call = Call().started()
    nothing = {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}
    assert call.done("resp_1", nothing) == [
        UsageReported(call.now, "response", "resp_1", None, MODEL, Tokens(), None, 0.0)
    ]


def test_usage_beside_the_response() -> None:
    call = Call().started()
    facts = call.done("resp_1", {}, beside=SPOKEN)
    assert [fact.tokens for fact in facts if isinstance(fact, UsageReported)] == [SPOKEN_TOKENS]


@pytest.mark.parametrize("details", ["token_details", "tokens_details"], ids=["OpenAI", "Qwen"])
def test_a_sum_that_is_left_out_is_that_of_its_parts(details: str) -> None:
    call = Dialogue().started()
    usage = {f"input_{details}": {"text_tokens": 5, "audio_tokens": 2}, f"output_{details}": {"audio_tokens": 3}}
    (fact,) = ours(call.done("resp_1", usage=usage))
    assert isinstance(fact, UsageReported)
    assert fact.tokens == Tokens(input=7, input_text=5, input_audio=2, output=3, output_audio=3)


def test_the_model_is_that_of_the_session() -> None:
    call = Call()
    call.server("session.created", session=described(model="somebody-elses-model"))
    assert call.done("resp_1", SPOKEN) == [
        UsageReported(call.now, "response", "resp_1", None, "somebody-elses-model", SPOKEN_TOKENS, None, None)
    ]


def test_without_a_table_there_is_no_cost() -> None:
    call = Dialogue().started()
    facts = call.server("response.done", response={"id": "resp_1", "usage": SPOKEN})
    assert ours(facts) == [UsageReported(call.now, "response", "resp_1", None, MODEL, SPOKEN_TOKENS, None, None)]


def test_what_a_transcription_took_in_tokens() -> None:
    """13 audio tokens at 6, and 9 of text at 10, of which nobody says that they are text: 78 + 90 per million."""
    call = Call().started("gpt-4o-transcribe")
    assert call.transcribed("item_1", HEARD) == [
        UsageReported(
            *(call.now, "transcription", None, "item_1", "gpt-4o-transcribe", HEARD_TOKENS, None),
            approximately(0.000168),
        )
    ]


def test_what_a_transcription_took_in_seconds() -> None:
    call = Call().started("gpt-realtime-whisper")
    assert call.transcribed("item_1", {"type": "duration", "seconds": 3}) == [
        UsageReported(
            *(call.now, "transcription", None, "item_1", "gpt-realtime-whisper", Tokens(), 3.0),
            approximately(0.00085),
        )
    ]


def test_a_transcription_counts_once_however_often_it_is_sent() -> None:
    call = Call().started()
    assert call.transcribed("item_1", HEARD, status="in_progress") == []
    assert len(call.transcribed("item_1", HEARD, status="completed")) == 1
    assert call.transcribed("item_1", HEARD, status="completed") == []
    assert call.transcribed("item_1", HEARD) == []
    assert len(call.transcribed("item_2", HEARD)) == 1


@pytest.mark.parametrize("usage", [None, {}, {"type": "tokens"}, {"type": "duration", "seconds": None}])
def test_a_transcription_without_usage(usage: Any) -> None:
    assert Call().started().transcribed("item_1", usage) == []


def test_a_transcription_that_comes_late_was_used_all_the_same() -> None:
    call = Call().started()
    call.server("input_audio_buffer.committed", item_id="item_1")
    call.wait(20.0)
    assert len(call.transcribed("item_1", HEARD)) == 1


def test_a_transcription_is_priced_by_the_model_of_its_commit() -> None:
    call = Call().started("gpt-4o-transcribe")
    call.server("input_audio_buffer.committed", item_id="item_1")
    call.server("session.updated", session=described("whisper-1"))
    (fact,) = call.transcribed("item_1", HEARD)
    assert isinstance(fact, UsageReported)
    assert (fact.model, fact.cost_usd) == ("gpt-4o-transcribe", approximately(0.000168))


def test_the_memory_is_bounded() -> None:
    settings = Settings("/")
    usages = Usages(settings, Transcriptions(settings), None, limit=2)
    usage = Usage(input_tokens=1)

    def told(number: int) -> int:
        done = ResponseDone(ResponseObject(id=f"resp_{number}", usage=usage))
        completed = TranscriptionCompleted(item_id=f"item_{number}", usage=usage)
        return len([*usages.response_done(done, 1.0), *usages.transcribed(completed, 1.0)])

    assert [told(number) for number in (1, 2, 2, 3, 2, 1)] == [2, 2, 0, 2, 0, 2]


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        (Usage(input_tokens=-1, output_tokens=2**53 + 1), Tokens()),
        (Usage(input_tokens=math.nan, output_tokens=math.inf), Tokens()),
        (Usage(input_tokens=2**53, output_tokens=12.9), Tokens(input=2**53, output=12)),
        (Usage(input_token_details=InputTokens(text_tokens=-5, audio_tokens=7)), Tokens(input=7, input_audio=7)),
        (
            Usage(output_token_details=OutputTokens(text_tokens=3, audio_tokens=4, reasoning_tokens=2)),
            Tokens(output=7, output_text=3, output_audio=4, reasoning=2),
        ),
        (
            Usage(input_token_details=InputTokens(cached_tokens_details=CachedTokens(5, 6, 7))),
            Tokens(cached=18, cached_text=5, cached_audio=6, cached_image=7),
        ),
        (Usage(input_tokens=9, input_token_details=InputTokens(text_tokens=4)), Tokens(input=9, input_text=4)),
    ],
)
def test_what_is_absurd_is_not_counted(usage: Usage, tokens: Tokens) -> None:
    assert counted(usage) == tokens


def used(**tokens: int) -> dict[str, int]:
    """The kinds of which there are some."""
    return {kind: count for kind, count in partition(Tokens(**tokens)).items() if count}


def test_each_token_is_of_one_kind() -> None:
    assert used(
        **{"input": 60, "input_text": 10, "input_audio": 20, "input_image": 30},
        **{"cached": 6, "cached_text": 1, "cached_audio": 2, "cached_image": 3},
        **{"output": 90, "output_text": 40, "output_audio": 50},
    ) == {
        **{"input_text": 9, "input_text_cached": 1, "input_audio": 18, "input_audio_cached": 2},
        **{"input_image": 27, "input_image_cached": 3, "output_text": 40, "output_audio": 50},
    }


def test_more_cached_than_there_is_is_all_of_it() -> None:
    """As in an example of the API's reference: 127 tokens, of them 384 cached."""
    assert used(input=127, input_text=119, input_audio=8, cached=384, cached_text=128, cached_audio=256) == {
        "input_text_cached": 119,
        "input_audio_cached": 8,
    }


@pytest.mark.parametrize(
    ("cached", "kinds"),
    [
        (4, {"input_text": 6, "input_text_cached": 4, "input_image": 5, "input_audio": 20}),
        (12, {"input_text_cached": 10, "input_image": 3, "input_image_cached": 2, "input_audio": 20}),
        (16, {"input_text_cached": 10, "input_image_cached": 5, "input_audio": 19, "input_audio_cached": 1}),
        (99, {"input_text_cached": 10, "input_image_cached": 5, "input_audio_cached": 20}),
    ],
)
def test_cached_tokens_of_no_named_modality_are_text_then_images_then_audio(cached: int, kinds: dict[str, int]) -> None:
    assert used(input=35, input_text=10, input_audio=20, input_image=5, cached=cached) == kinds


def test_what_belongs_to_no_modality_is_unknown() -> None:
    assert used(input=50, input_text=10, cached=20, output=30, output_audio=5) == {
        "input_text_cached": 10,
        "input_unknown": 40,
        "output_audio": 5,
        "output_unknown": 25,
    }


def test_reasoning_is_charged_as_text_and_not_twice() -> None:
    assert used(output=30, output_text=10, output_audio=5, reasoning=15) == {"output_text": 25, "output_audio": 5}
    assert used(output=30, output_text=25, output_audio=5, reasoning=15) == {"output_text": 25, "output_audio": 5}
    assert used(output=30, output_text=10, output_audio=5, reasoning=8) == {
        "output_text": 18,
        "output_audio": 5,
        "output_unknown": 7,
    }


NUMBERS = st.none() | st.integers() | st.floats() | st.sampled_from([0, 1, 64, 2**53, -1])
CACHED = st.builds(CachedTokens, *[NUMBERS] * 3)
INPUTS = st.builds(InputTokens, *[NUMBERS] * 4, st.none() | CACHED)
OUTPUTS = st.builds(OutputTokens, *[NUMBERS] * 3)
TYPES = st.sampled_from(["tokens", "duration", None])
USAGES = st.builds(Usage, TYPES, NUMBERS, NUMBERS, NUMBERS, st.none() | INPUTS, st.none() | OUTPUTS, NUMBERS)
MODELS = st.sampled_from([*PRICES.prices, "nobody's", None])


@given(st.lists(st.tuples(MODELS, USAGES)))
def test_whatever_is_reported_no_figure_is_negative(reported: list[tuple[str | None, Usage]]) -> None:
    settings = Settings("/")
    usages = Usages(settings, Transcriptions(settings), PRICES)
    facts: list[Fact] = []
    for model, usage in reported:
        settings.model = settings.transcription_model = model
        facts += usages.response_done(ResponseDone(ResponseObject(usage=usage)), 1.0)
        facts += usages.transcribed(TranscriptionCompleted(usage=usage), 1.0)
    for fact in facts:
        assert isinstance(fact, UsageReported)
        assert all(getattr(fact.tokens, name) >= 0 for name in Tokens.__struct_fields__)
        assert fact.seconds is None or 0 <= fact.seconds < math.inf
        assert fact.cost_usd is None or 0 <= fact.cost_usd < math.inf


@given(st.builds(Tokens, *[st.integers(0, 2**53)] * len(Tokens.__struct_fields__)))
def test_the_kinds_add_up_to_what_went_in_and_came_out(tokens: Tokens) -> None:
    kinds = partition(tokens)
    assert set(kinds) == {*TOKEN_KINDS, "input_unknown", "output_unknown"}
    assert all(count >= 0 for count in kinds.values())
    parts = tokens.input_text + tokens.input_audio + tokens.input_image
    assert sum(count for kind, count in kinds.items() if kind.startswith("input")) == max(tokens.input, parts)
    parts = tokens.output_text + tokens.output_audio
    assert sum(count for kind, count in kinds.items() if kind.startswith("output")) == max(tokens.output, parts)


CAPTURES: dict[str, list[tuple[str, float | None]]] = {
    # 14 x 4 + 27 x 32 + 28 x 16 + 136 x 64 = 56 + 864 + 448 + 8704 = 10072; 3 s of 0.017 a minute.
    "real-openai-audio_in_server_vad_turn.jsonl": [("transcription", 0.00085), ("response", 0.010072)],
    # 63 x 4 + 22 x 16 = 604; 39 x 4 + 64 x 0.40 + 13 x 16 = 156 + 25.6 + 208 = 389.6.
    "real-openai-tool_call_round.jsonl": [("response", 0.000604), ("response", 0.0003896)],
    # 14 x 4 + 26 x 32 + 29 x 16 + 77 x 64 = 56 + 832 + 464 + 4928 = 6280.
    "real-azure-audio_in_server_vad_transcribes.jsonl": [("transcription", 0.00085), ("response", 0.00628)],
    # gpt-realtime-global-standard has no price, nor have the minutes that xAI counts.
    "real-azure_voice_live-tool_call_round.jsonl": [("response", None), ("response", None)],
    "real-xai-audio_in_server_vad_turn.jsonl": [("response", None)],
}


def reported(path: Path) -> list[UsageReported]:
    session = Session("/v1/realtime", math.nan, prices=PRICES)
    facts: list[Fact] = []
    for line in path.read_text().splitlines()[1:]:
        recorded = json.loads(line)
        side = Side(recorded["from"])
        event = decode(side, message(recorded["event"]))
        assert isinstance(event, Event)
        facts += session.receive(side, event, math.nan)
    return [fact for fact in facts if isinstance(fact, UsageReported)]


@pytest.mark.parametrize("name", CAPTURES)
def test_what_recorded_sessions_cost(name: str) -> None:
    found = reported(requires_path("../shared/captures") / name)
    expected = [(usage, None if cost is None else approximately(cost)) for usage, cost in CAPTURES[name]]
    assert [(fact.usage, fact.cost_usd) for fact in found] == expected
