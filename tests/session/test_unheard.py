import math

import pytest

from support.answering import ask_and_begin, calling, only, speak, truncate, truncated
from support.dialogue import SIDEBAND, Dialogue
from voicetap.chunks import Side
from voicetap.facts import Fact, ResponseFinished, TruncationFinished, TruncationMeasured
from voicetap.session.unheard import LIMIT


def answering(call: Dialogue | None = None) -> Dialogue:
    call = call or calling()
    ask_and_begin(call, "resp_1")
    return call


def measured(facts: list[Fact]) -> list[TruncationMeasured]:
    return only(facts, TruncationMeasured)


def test_of_a_response_that_is_over_the_acknowledgement_says_how_much_was_unheard() -> None:
    call = answering()
    call.audio("resp_1", "item_A", 3000)
    call.done("resp_1")
    call.wait(1.25)
    speak(call)
    assert measured(truncate(call, "item_A", 1250)) == []
    call.wait(0.25)
    assert truncated(call, "item_A", 1250)[1:] == [
        TruncationFinished(101.5, "item_A", "client", "acknowledged", 1250),
        TruncationMeasured(101.5, "item_A", 1, "client", 1250, 3000.0, 1750.0),
    ]


def test_of_one_that_goes_on_its_end_does() -> None:
    """Another second was made after the acknowledgement."""
    call = answering()
    call.audio("resp_1", "item_A", 3000)
    call.wait(1.25)
    speak(call)
    truncate(call, "item_A", 1250)
    assert measured(truncated(call, "item_A", 1250)) == []
    call.audio("resp_1", "item_A", 1000)
    call.wait(0.25)
    facts = call.done("resp_1", "cancelled")
    assert measured(facts) == [TruncationMeasured(101.5, "item_A", 1, "client", 1250, 4000.0, 2750.0)]


def test_what_comes_after_both_does_not_count() -> None:
    call = answering()
    call.audio("resp_1", "item_A", 3000)
    call.done("resp_1")
    call.audio("resp_1", "item_A", 3000)
    truncate(call, "item_A", 1250)
    assert measured(truncated(call, "item_A", 1250))[0].generated_ms == 3000.0


def test_a_client_that_says_more_was_heard_than_was_made() -> None:
    """Where the server acknowledges even that."""
    call = answering()
    call.audio("resp_1", "item_A", 1200)
    call.done("resp_1")
    truncate(call, "item_A", 1500)
    assert measured(truncated(call, "item_A", 1500)) == [
        TruncationMeasured(100.0, "item_A", 1, "client", 1500, 1200.0, 0.0)
    ]


def test_no_more_is_unheard_than_was_made() -> None:
    call = answering()
    call.audio("resp_1", "item_A", 1200)
    call.done("resp_1")
    assert measured(truncated(call, "item_A", -20)) == [
        TruncationMeasured(100.0, "item_A", 1, "server", -20, 1200.0, 1200.0)
    ]


def test_the_figure_is_that_of_the_acknowledgement() -> None:
    call = answering()
    call.audio("resp_1", "item_A", 1200)
    call.done("resp_1")
    truncate(call, "item_A", 1000)
    (fact,) = measured(truncated(call, "item_A", 960))
    assert (fact.audio_end_ms, fact.unheard_ms) == (960, 240.0)


def test_each_content_part_has_its_own_audio() -> None:
    call = answering()
    call.audio("resp_1", "item_A", 1000, content_index=0)
    call.audio("resp_1", "item_A", 2000, content_index=1)
    call.audio("resp_1", "item_A", 1000, content_index=1)
    call.done("resp_1")
    for content_index in (0, 1, 2):
        truncate(call, "item_A", 250, content_index)
    facts = [fact for index in (0, 1, 2) for fact in measured(truncated(call, "item_A", 250, index))]
    assert [(fact.generated_ms, fact.unheard_ms) for fact in facts] == [(1000, 750), (3000, 2750), (None, None)]


def test_where_one_part_has_audio_it_is_the_one_that_was_heard() -> None:
    call = answering()
    call.audio("resp_1", "item_A", 1000, content_index=1)
    call.done("resp_1")
    truncate(call, "item_A", 250, content_index=0)
    (fact,) = measured(truncated(call, "item_A", 250, content_index=0))
    assert (fact.generated_ms, fact.unheard_ms) == (1000, 750)


def test_an_item_may_be_truncated_twice() -> None:
    call = answering()
    call.audio("resp_1", "item_A", 3000)
    truncate(call, "item_A", 2000)
    truncate(call, "item_A", 1000)
    truncated(call, "item_A", 2000)
    truncated(call, "item_A", 1000)
    assert measured(call.done("resp_1", "cancelled")) == [
        TruncationMeasured(100.0, "item_A", 1, "client", 2000, 3000.0, 1000.0),
        TruncationMeasured(100.0, "item_A", 1, "client", 1000, 3000.0, 2000.0),
    ]


def test_two_answers_cut_at_once_are_measured_each_at_its_time() -> None:
    call = answering()
    call.audio("resp_1", "item_A", 3000)
    call.done("resp_1")
    ask_and_begin(call, "resp_2")
    call.audio("resp_2", "item_B", 2000)
    assert measured(truncated(call, "item_B", 0)) == []
    assert measured(truncated(call, "item_A", 1000)) == [
        TruncationMeasured(100.0, "item_A", 1, "server", 1000, 3000.0, 2000.0)
    ]
    assert measured(call.done("resp_2", "cancelled")) == [
        TruncationMeasured(100.0, "item_B", 2, "server", 0, 2000.0, 2000.0)
    ]


@pytest.mark.parametrize(("target", "initiator"), [(SIDEBAND, "unknown"), ("/v1/realtime", "server")])
def test_where_no_audio_is_seen_it_is_not_known(target: str, initiator: str) -> None:
    call = answering(Dialogue(target))
    call.server("response.output_item.added", response_id="resp_1", item={"id": "item_A", "type": "message"})
    call.done("resp_1")
    assert measured(truncated(call, "item_A", 1680)) == [
        TruncationMeasured(100.0, "item_A", 1, initiator, 1680, None, None)  # type: ignore[arg-type]
    ]


def test_an_item_that_nobody_knows_is_measured_at_once() -> None:
    call = answering()
    assert measured(truncated(call, "item_unknown", 20)) == [
        TruncationMeasured(100.0, "item_unknown", None, "server", 20, None, None)
    ]


def test_without_the_place_nothing_can_be_said() -> None:
    call = answering()
    call.audio("resp_1", "item_A", 3000)
    call.done("resp_1")
    (fact,) = measured(call.server("conversation.item.truncated", item_id="item_A"))
    assert (fact.audio_end_ms, fact.generated_ms, fact.unheard_ms) == (None, 3000.0, None)


def test_a_rejected_or_unanswered_truncation_is_not_measured() -> None:
    call = answering()
    call.audio("resp_1", "item_A", 1200)
    call.done("resp_1")
    truncate(call, "item_A", 1500)
    call.error(message="Audio content of 1200ms is already shorter than 1500ms")
    truncate(call, "item_A", 1000)
    call.wait(60.0)
    call.end()
    assert [fact.outcome for fact in call.told(TruncationFinished)] == ["rejected", "unanswered"]
    assert call.told(TruncationMeasured) == []


def test_when_the_connection_ends_what_was_made_until_then_counts() -> None:
    call = answering()
    call.audio("resp_1", "item_A", 3000)
    truncated(call, "item_A", 1000)
    facts = call.end()
    assert only(facts, ResponseFinished, TruncationMeasured) == [
        ResponseFinished(100.0, "resp_1", 1, "unfinished", None, 0.0),
        TruncationMeasured(100.0, "item_A", 1, "server", 1000, 3000.0, 2000.0),
    ]


def test_when_the_server_is_not_understood_any_more_it_stays_unknown() -> None:
    call = answering()
    call.audio("resp_1", "item_A", 3000)
    truncated(call, "item_A", 1000)
    call.blind(Side.SERVER)
    call.end()
    assert call.told(TruncationMeasured) == []


def test_milliseconds_need_no_times() -> None:
    call = answering(calling(at=math.nan))
    call.audio("resp_1", "item_A", 3000)
    truncate(call, "item_A", 1250)
    truncated(call, "item_A", 1250)
    (fact,) = measured(call.done("resp_1", "cancelled"))
    assert (fact.generated_ms, fact.unheard_ms) == (3000.0, 1750.0)


def test_out_of_band_answers_are_measured_and_belong_to_no_turn() -> None:
    call = calling()
    call.ask(conversation="none")
    call.begin("resp_1", conversation_id=None)
    call.audio("resp_1", "item_A", 3000)
    call.done("resp_1")
    assert measured(truncated(call, "item_A", 1000)) == [
        TruncationMeasured(100.0, "item_A", None, "server", 1000, 3000.0, 2000.0)
    ]


def test_no_more_than_so_many_wait() -> None:
    call = answering()
    call.audio("resp_1", "item_A", 3000)
    for _ in range(LIMIT):
        assert measured(truncated(call, "item_A", 1000)) == []
    assert len(measured(truncated(call, "item_A", 1000))) == 1
    assert len(measured(call.done("resp_1"))) == LIMIT
