from voicetap.facts import RateLimitReported, Tokens, TruncationMeasured, UsageReported
from voicetap.signals.live.figures import LATENCIES, RATE_LIMITS, Sums, add
from voicetap.signals.live.items import RateLimit, TurnLatency
from voicetap.signals.tokens import TokenSums


def used(cost: float | None, tokens: Tokens, usage: str = "response", seconds: float | None = None) -> UsageReported:
    return UsageReported(1.0, usage, "resp_1", None, "gpt-realtime", tokens, seconds, cost)  # type: ignore[arg-type]


def unheard(item_id: str, ms: float | None) -> TruncationMeasured:
    return TruncationMeasured(1.0, item_id, 1, "client", 100.0, 1000.0, ms)


def test_what_was_used_is_summed() -> None:
    sums = Sums()
    sums.used(used(0.75, Tokens(input=10)))
    sums.used(used(0.125, Tokens(input=5, output=2), "transcription", 1.5))
    figures = sums.told()
    assert figures.tokens == TokenSums(input=10, transcription_input=5, transcription_output=2)
    assert (figures.cost_usd, figures.transcription_seconds) == (0.875, 1.5)


def test_of_each_limit_the_last_word_holds() -> None:
    sums = Sums()
    for at, remaining in ((1.0, 10.0), (2.0, 9.0)):
        sums.limited(RateLimitReported(at, "requests", 100.0, remaining, 0.5), at * 1000)
    sums.limited(RateLimitReported(3.0, "how many I may", None, None, None), None)
    assert sums.told().rate_limits == {
        "requests": RateLimit(100.0, 9.0, 0.5, 2000.0),
        "elided": RateLimit(None, None, None, None),
    }


def test_a_server_that_makes_up_limits_gets_no_more_than_some() -> None:
    sums = Sums()
    for number in range(2 * RATE_LIMITS):
        sums.limited(RateLimitReported(1.0, f"limit_{number}", 1.0, 1.0, 1.0), 0.0)
    sums.limited(RateLimitReported(2.0, "limit_0", 1.0, 0.0, 1.0), 1.0)
    found = sums.told().rate_limits
    assert (len(found), found["limit_0"].remaining) == (RATE_LIMITS, 0.0)


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
