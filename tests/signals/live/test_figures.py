from voicetap.facts import Tokens, TruncationMeasured, UsageReported
from voicetap.signals.live.figures import LATENCIES, Sums, add
from voicetap.signals.live.items import Tokens as TokenSums
from voicetap.signals.live.items import TurnLatency


def used(cost: float | None, tokens: Tokens, usage: str = "response", seconds: float | None = None) -> UsageReported:
    return UsageReported(1.0, usage, "resp_1", None, "gpt-realtime", tokens, seconds, cost)  # type: ignore[arg-type]


def unheard(item_id: str, ms: float | None) -> TruncationMeasured:
    return TruncationMeasured(1.0, item_id, 1, "client", 100.0, 1000.0, ms)


def test_tokens_are_summed_as_reported() -> None:
    sums = Sums()
    sums.used(used(0.5, Tokens(input=10, input_text=4, input_audio=6, cached=3, output=7, output_audio=7)))
    sums.used(used(0.25, Tokens(input=1, input_text=1)))
    sums.used(used(0.125, Tokens(input=5, output=2), "transcription", 1.5))
    figures = sums.told()
    assert figures.tokens == TokenSums(
        input=11,
        input_cached=3,
        input_text=5,
        input_audio=6,
        output=7,
        output_audio=7,
        transcription_input=5,
        transcription_output=2,
    )
    assert (figures.cost_usd, figures.transcription_seconds) == (0.875, 1.5)


def test_there_is_no_cost_where_nothing_was_used_or_part_of_it_has_no_price() -> None:
    sums = Sums()
    assert sums.cost_usd is None
    sums.used(used(0.5, Tokens()))
    assert sums.cost_usd == 0.5
    sums.used(used(None, Tokens()))
    sums.used(used(0.5, Tokens()))
    assert sums.cost_usd is None


def test_what_is_cut_off_again_counts_only_as_far_as_it_is_more() -> None:
    sums = Sums()
    for fact in (
        unheard("a", 500.0),
        unheard("a", 800.0),
        unheard("a", 300.0),
        unheard("b", 100.0),
        unheard("c", None),
    ):
        sums.measured(fact)
    assert sums.told().unheard_audio_seconds == 0.9


def test_the_latest_latencies_are_kept_with_their_turns() -> None:
    sums = Sums()
    for turn in range(1, LATENCIES + 11):
        sums.answered(turn, turn / 1000)
    assert [sums.turn[0], sums.turn[-1], len(sums.turn)] == [(11, 11.0), (510, 510.0), LATENCIES]
    assert sums.turn_latency == TurnLatency(last=510.0, p50=260.0, p95=485.0)


def test_a_latency_that_is_not_known_is_none() -> None:
    sums = Sums()
    sums.answered(1, None)
    assert (sums.turn_latency, sums.told().latencies.turn) == (None, [])
    assert [add(sums.tool, None, seconds) for seconds in (None, float("nan"), 0.5)] == [False, False, True]
    assert sums.told().latencies.tool == [(None, 500.0)]


def test_what_was_told_does_not_change_any_more() -> None:
    sums = Sums()
    before = sums.told()
    sums.used(used(0.5, Tokens(input=10)))
    sums.answered(1, 1.0)
    assert (before.tokens.input, before.latencies.turn) == (0, [])
