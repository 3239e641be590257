from math import nan
from typing import Any

import pytest

from support.dialogue import SIDEBAND, Dialogue
from voicetap.facts import ItemEntered, NounForgotten, Surprise, TruncationFinished
from voicetap.session.bounded import LIMIT


def added(call: Dialogue, item_id: str | None, **item: Any) -> None:
    call.server("conversation.item.added", item={"id": item_id, "type": "message", "role": "user", **item})


def done(call: Dialogue, item_id: str | None, **item: Any) -> None:
    call.server("conversation.item.done", item={"id": item_id, "type": "message", "role": "user", **item})


def surprises(call: Dialogue) -> list[tuple[str, str, str]]:
    return [(surprise.kind, surprise.type, surprise.detail) for surprise in call.told(Surprise)]


def test_ga_announces_an_item_and_finishes_it() -> None:
    call = Dialogue().started()
    added(call, "item_1", status="in_progress")
    call.wait(1.0)
    done(call, "item_1", status="completed")
    assert call.told(ItemEntered, Surprise) == [ItemEntered(100.0, "item_1", "user", "message")]


def test_the_beta_creates_it_at_once() -> None:
    call = Dialogue().started()
    call.server("conversation.item.created", item={"id": "item_1", "type": "message", "role": "user"})
    assert call.told(ItemEntered, Surprise) == [ItemEntered(100.0, "item_1", "user", "message")]


def test_voice_live_creates_it_and_finishes_it() -> None:
    call = Dialogue().started()
    call.server("conversation.item.created", item={"id": "item_1", "type": "message", "role": "assistant"})
    done(call, "item_1", role="assistant")
    assert call.told(ItemEntered, Surprise) == [ItemEntered(100.0, "item_1", "assistant", "message")]


def test_xai_announces_it_when_the_user_begins_to_speak_and_again() -> None:
    call = Dialogue().started()
    call.server("input_audio_buffer.speech_started", item_id="item_1")
    added(call, "item_1")
    call.wait(1.0)
    call.server("input_audio_buffer.speech_stopped", item_id="item_1")
    call.commit("item_1")
    added(call, "item_1")
    done(call, "item_1")
    added(call, "item_1")
    assert call.told(ItemEntered, Surprise) == [ItemEntered(100.0, "item_1", "user", "message")]


def test_an_item_that_is_only_finished() -> None:
    call = Dialogue().started()
    done(call, "item_1")
    assert call.told(ItemEntered, Surprise) == [ItemEntered(100.0, "item_1", "user", "message")]


def test_calls_and_their_outputs_have_no_role() -> None:
    call = Dialogue().started()
    added(call, "item_1", type="function_call", role=None)
    added(call, "item_2", type="function_call_output", role=None)
    added(call, "item_3", type=None, role=None)
    assert call.told(ItemEntered) == [
        ItemEntered(100.0, "item_1", None, "function_call"),
        ItemEntered(100.0, "item_2", None, "function_call_output"),
        ItemEntered(100.0, "item_3", None, None),
    ]


def test_an_item_without_a_name_is_none() -> None:
    call = Dialogue().started()
    added(call, None)
    done(call, None)
    call.server("conversation.item.added")
    call.server("conversation.item.deleted")
    assert call.told(ItemEntered, Surprise) == []


def test_cut_off_and_deleted() -> None:
    call = Dialogue().started()
    added(call, "item_1", role="assistant")
    call.server("conversation.item.truncated", item_id="item_1", content_index=0, audio_end_ms=100)
    done(call, "item_1", role="assistant")
    call.server("conversation.item.truncated", item_id="item_1", content_index=0, audio_end_ms=100)
    call.server("conversation.item.deleted", item_id="item_1")
    assert surprises(call) == []


def test_what_makes_no_sense() -> None:
    call = Dialogue().started()
    call.server("conversation.item.truncated", item_id="item_1", content_index=0, audio_end_ms=100)
    call.server("conversation.item.deleted", item_id="item_1")
    added(call, "item_1")
    call.server("conversation.item.deleted", item_id="item_1")
    call.server("conversation.item.deleted", item_id="item_1")
    added(call, "item_1")
    done(call, "item_1")
    assert surprises(call) == [
        ("unknown_id", "conversation.item.truncated", "item: truncated while absent"),
        ("unknown_id", "conversation.item.deleted", "item: deleted while absent"),
        ("order", "conversation.item.deleted", "item: deleted while deleted"),
        ("order", "conversation.item.added", "item: added while deleted"),
        ("order", "conversation.item.done", "item: done while deleted"),
    ]
    assert len(call.told(ItemEntered)) == 1
    assert len(call.told(TruncationFinished)) == 1


def test_who_joins_a_call_is_not_surprised_by_what_was_there_before() -> None:
    call = Dialogue(SIDEBAND)
    call.server("conversation.item.truncated", item_id="item_1", content_index=0, audio_end_ms=100)
    call.server("conversation.item.deleted", item_id="item_1")
    assert surprises(call) == []


@pytest.mark.parametrize("at", [100.0, nan], ids=["timed", "untimed"])
def test_an_item_that_something_happens_to_is_remembered(at: float) -> None:
    """The one that was heard of longest ago goes; it would count again."""
    call = Dialogue(at=at).started()
    added(call, "item_old")
    added(call, "item_kept")
    for number in range(LIMIT - 2):
        added(call, f"item_{number}")
    done(call, "item_kept")
    added(call, "item_new")
    done(call, "item_kept")
    assert len(call.told(ItemEntered)) == LIMIT + 1
    assert [forgotten.noun for forgotten in call.told(NounForgotten)] == ["item"]
    done(call, "item_old")
    assert [entered.item_id for entered in call.told(ItemEntered)][-2:] == ["item_new", "item_old"]
