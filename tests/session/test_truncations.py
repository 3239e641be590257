import math
from typing import Any

import pytest

from support.dialogue import SIDEBAND, Dialogue
from voicetap.chunks import Side
from voicetap.facts import Fact, TruncationFinished
from voicetap.realtime.client import ItemTruncate
from voicetap.session.settings import Settings
from voicetap.session.truncations import MESSAGE, Truncations

TOO_SHORT = "Audio content of 9250ms is already shorter than 57340ms"
NOT_AUDIO = "Only model output audio messages can be truncated"


def ours(facts: list[Fact]) -> list[Fact]:
    """Those of truncation; what else the same events bring is for others to test."""
    return [fact for fact in facts if isinstance(fact, TruncationFinished)]


def asked(call: Dialogue, item_id: str | None, audio_end_ms: float = 1500, **more: Any) -> list[Fact]:
    fields = {"item_id": item_id, "content_index": 0, "audio_end_ms": audio_end_ms, **more}
    return ours(call.client("conversation.item.truncate", **fields))


def truncated(call: Dialogue, item_id: str, audio_end_ms: float | None = 1500, content_index: int = 0) -> list[Fact]:
    fields = {"item_id": item_id, "content_index": content_index, "audio_end_ms": audio_end_ms}
    return ours(call.server("conversation.item.truncated", **fields))


def error(call: Dialogue, message: str = "", code: str | None = None, event_id: str | None = None) -> list[Fact]:
    return ours(call.server("error", error={"message": message, "code": code, "event_id": event_id}))


def waited(call: Dialogue, seconds: float) -> list[Fact]:
    return ours(call.wait(seconds))


def ended(call: Dialogue) -> list[Fact]:
    return ours(call.end())


def finished(call: Dialogue, item_id: str | None, initiator: Any, outcome: Any, ms: float | None = 1500) -> list[Fact]:
    return [TruncationFinished(call.now, item_id, initiator, outcome, ms)]


def test_asked_for_and_acknowledged() -> None:
    call = Dialogue().started()
    assert asked(call, "item_A") == []
    call.wait(0.1)
    assert truncated(call, "item_A") == finished(call, "item_A", "client", "acknowledged")
    assert waited(call, 60.0) == []


def test_an_acknowledgement_without_a_time_has_the_one_asked_for() -> None:
    call = Dialogue().started()
    asked(call, "item_A")
    assert truncated(call, "item_A", None) == finished(call, "item_A", "client", "acknowledged")


def test_unasked_it_was_the_server() -> None:
    call = Dialogue().started()
    asked(call, "item_A")
    assert truncated(call, "item_B", 20) == finished(call, "item_B", "server", "acknowledged", 20)
    assert truncated(call, "item_A", 20, 1) == [
        TruncationFinished(call.now, "item_A", "server", "acknowledged", 20, content_index=1)
    ]


def test_on_a_sideband_it_may_have_been_anybody() -> None:
    call = Dialogue(SIDEBAND)
    asked(call, "item_A")
    assert truncated(call, "item_B")[0] == finished(call, "item_B", "unknown", "acknowledged")[0]
    assert truncated(call, "item_A") == finished(call, "item_A", "client", "acknowledged")


def test_the_same_item_twice() -> None:
    call = Dialogue().started()
    asked(call, "item_A", 1500)
    asked(call, "item_A", 1000)
    assert truncated(call, "item_A", 1500) == finished(call, "item_A", "client", "acknowledged")
    assert truncated(call, "item_A", 1000) == finished(call, "item_A", "client", "acknowledged", 1000)


def test_rejected_by_event_id() -> None:
    call = Dialogue().started()
    asked(call, "item_A", event_id="e1")
    asked(call, "item_B", event_id="e2")
    assert error(call, "no", event_id="e2") == finished(call, "item_B", "client", "rejected")
    assert error(call, NOT_AUDIO, event_id="e3") == []


def test_an_error_with_an_empty_event_id_names_none() -> None:
    call = Dialogue().started()
    asked(call, "item_A")
    assert error(call, NOT_AUDIO, event_id="") == finished(call, "item_A", "client", "rejected")


def test_which_part_of_the_item_is_told_whatever_becomes_of_it() -> None:
    call = Dialogue().started()
    for item_id in ("item_A", "item_B"):
        fields = {"item_id": item_id, "content_index": 1, "audio_end_ms": 1500}
        call.client("conversation.item.truncate", **fields)
    error(call, "item 'item_A' not found")
    call.end()
    assert [(fact.outcome, fact.content_index) for fact in call.told(TruncationFinished)] == [
        ("rejected", 1),
        ("unanswered", 1),
    ]


@pytest.mark.parametrize("message", ["item 'item_B' not found", "item_B: item_A2 is no item_A_"])
def test_rejected_by_the_item_that_is_named(message: str) -> None:
    call = Dialogue().started()
    asked(call, "item_A")
    asked(call, "item_B")
    assert error(call, message) == finished(call, "item_B", "client", "rejected")


@pytest.mark.parametrize("code", [None, "invalid_value"])
def test_rejected_by_the_times_that_are_named(code: str | None) -> None:
    call = Dialogue().started()
    asked(call, "item_A", 900)
    asked(call, "item_B", 57340)
    assert error(call, TOO_SHORT, code) == finished(call, "item_B", "client", "rejected", 57340)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (TOO_SHORT, None),
        (NOT_AUDIO, None),
        (NOT_AUDIO, "unsupported_content_type"),
        ("", "item_truncate_invalid_item_id"),
    ],
)
def test_rejected_by_what_is_said_it_was_the_oldest(message: str, code: str | None) -> None:
    call = Dialogue().started()
    asked(call, "item_A", 900)
    asked(call, "item_B", 1000)
    assert error(call, message, code) == finished(call, "item_A", "client", "rejected", 900)


def test_other_errors_answer_something_else() -> None:
    call = Dialogue().started()
    asked(call, "item_A")
    assert error(call, "Cancellation failed: no active response found", "response_cancel_not_active") == []
    assert ours(call.server("error", error=None)) == []
    assert truncated(call, "item_A") == finished(call, "item_A", "client", "acknowledged")
    assert error(call, NOT_AUDIO) == []


def test_a_wish_that_names_no_item() -> None:
    call = Dialogue().started()
    asked(call, None)
    assert error(call, "Missing required parameter: 'item_id'.") == []
    assert ended(call) == finished(call, None, "client", "unanswered")


def test_unanswered_after_fifteen_seconds() -> None:
    call = Dialogue().started()
    asked(call, "item_A")
    call.wait(1.0)
    asked(call, "item_B")
    assert waited(call, 14.0) == finished(call, "item_A", "client", "unanswered")
    assert waited(call, 1.0) == finished(call, "item_B", "client", "unanswered")


def test_an_answer_after_all_is_not_the_servers_own_doing() -> None:
    call = Dialogue().started()
    asked(call, "item_A")
    call.wait(15.0)
    assert truncated(call, "item_A") == []
    assert truncated(call, "item_A") == finished(call, "item_A", "server", "acknowledged")


def test_unanswered_at_the_end() -> None:
    call = Dialogue().started()
    asked(call, "item_A")
    asked(call, "item_B")
    assert ended(call) == [
        *finished(call, "item_A", "client", "unanswered"),
        *finished(call, "item_B", "client", "unanswered"),
    ]


def test_wishes_without_end_push_each_other_out() -> None:
    call = Dialogue().started()
    brought = [asked(call, f"item_{number}") for number in range(102)]
    assert brought[:100] == [[]] * 100
    assert brought[100:] == [finished(call, f"item_{number}", "client", "unanswered") for number in range(2)]


@pytest.mark.parametrize("dark", [Side.SERVER, None])
def test_where_answers_cannot_be_seen_none_is_missed(dark: Side | None) -> None:
    call = Dialogue().started()
    asked(call, "item_A")
    assert ours(call.blind(dark)) == []
    assert asked(call, "item_B") == []
    assert waited(call, 60.0) == []
    assert ended(call) == []


def test_where_wishes_cannot_be_seen_it_may_have_been_anybody() -> None:
    call = Dialogue().started()
    asked(call, "item_A")
    call.blind(Side.CLIENT)
    assert truncated(call, "item_A") == finished(call, "item_A", "client", "acknowledged")
    assert truncated(call, "item_B") == finished(call, "item_B", "unknown", "acknowledged")


def test_what_was_missed_before_it_went_dark_is_said() -> None:
    call = Dialogue().started()
    asked(call, "item_A")
    call.now += 15.0
    assert ours(call.blind(None)) == finished(call, "item_A", "client", "unanswered")


def test_of_an_endless_message_only_the_beginning_is_read() -> None:
    call = Dialogue().started()
    asked(call, "item_A")
    asked(call, "item_B")
    assert error(call, "-" * MESSAGE + " item_B " + NOT_AUDIO) == []
    assert error(call, "item_B " + "-" * MESSAGE) == finished(call, "item_B", "client", "rejected")


def test_it_is_given_up_when_the_time_is_over_not_when_somebody_looks() -> None:
    call = Dialogue().started()
    asked(call, "item_A")
    call.wait(1.0)
    asked(call, "item_B")
    assert waited(call, 100.0) == [
        TruncationFinished(115.0, "item_A", "client", "unanswered", 1500),
        TruncationFinished(116.0, "item_B", "client", "unanswered", 1500),
    ]


def test_without_times_the_sequence_is_the_same_and_nobody_waits() -> None:
    call = Dialogue(at=math.nan).started()
    for item_id in ("item_A", "item_B", "item_C"):
        asked(call, item_id)
    assert waited(call, 1000.0) == []
    facts = [*truncated(call, "item_B"), *error(call, NOT_AUDIO), *ended(call)]
    assert [(fact.item_id, fact.outcome) for fact in facts] == [  # type: ignore[attr-defined]
        ("item_B", "acknowledged"),
        ("item_A", "rejected"),
        ("item_C", "unanswered"),
    ]


def test_a_wish_whose_time_is_unknown_does_not_keep_the_others_waiting() -> None:
    truncations = Truncations(Settings("/"))
    list(truncations.asked(ItemTruncate(item_id="item_A"), math.nan))
    list(truncations.asked(ItemTruncate(item_id="item_B"), 1.0))
    assert list(truncations.tick(20.0)) == [TruncationFinished(16.0, "item_B", "client", "unanswered", None)]
    assert list(truncations.tick(1000.0)) == []
