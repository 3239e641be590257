import base64
from typing import Any

import pytest
from msgspec import UNSET, Raw

from support.dialogue import message
from voicetap.chunks import Side
from voicetap.realtime import Event, decode
from voicetap.realtime.client import (
    AudioAppend,
    ItemCreate,
    ItemDelete,
    ItemTruncate,
    PlaybackClear,
    ResponseCancel,
    ResponseCreate,
    SessionUpdate,
)
from voicetap.realtime.objects import ResponseParams, text_of


def read(type: str, **fields: Any) -> Event:
    event = decode(Side.CLIENT, message({"type": type, **fields}))
    assert isinstance(event, Event), event
    return event


@pytest.mark.parametrize("name", ["input_audio_buffer.append", "session.input_audio_buffer.append"])
def test_appended_audio_is_measured(name: str) -> None:
    event = read(name, audio=base64.b64encode(bytes(960)).decode())
    assert isinstance(event, AudioAppend)
    assert event.audio_bytes() == 960


def test_a_created_item_is_read() -> None:
    event = read(
        "conversation.item.create",
        event_id="e1",
        previous_item_id="root",
        item={"id": "i", "type": "function_call_output", "call_id": "call_1", "output": "4", "content": None},
    )
    assert isinstance(event, ItemCreate)
    assert (event.event_id, event.previous_item_id) == ("e1", "root")
    assert event.item is not None
    assert (event.item.id, event.item.type, event.item.call_id) == ("i", "function_call_output", "call_1")
    assert (text_of(event.item.output), event.item.parts()) == ("4", [])


def test_what_the_user_writes_is_read_part_by_part() -> None:
    content = [{"type": "input_text", "text": "a"}, {"type": "input_image", "image_url": "data:"}, {"text": "b"}]
    event = read("conversation.item.create", item={"type": "message", "role": "user", "content": content})
    assert isinstance(event, ItemCreate)
    assert event.item is not None
    assert [text_of(part.text) for part in event.item.parts()] == ["a", "", "b"]


def test_a_deletion_is_read() -> None:
    event = read("conversation.item.delete", item_id="item_A")
    assert isinstance(event, ItemDelete)
    assert event.item_id == "item_A"


def test_a_truncation_is_read() -> None:
    event = read("conversation.item.truncate", event_id="e1", item_id="item_A", content_index=0, audio_end_ms=1500.5)
    assert isinstance(event, ItemTruncate)
    assert (event.event_id, event.item_id, event.content_index, event.audio_end_ms) == ("e1", "item_A", 0, 1500.5)


@pytest.mark.parametrize(
    ("fields", "params"),
    [
        pytest.param({}, None, id="plain"),
        pytest.param({"response": None}, None, id="null"),
        pytest.param({"response": {"instructions": "greet"}}, ResponseParams(), id="in the conversation"),
        pytest.param({"response": {"conversation": "none"}}, ResponseParams("none"), id="out of band"),
        pytest.param({"response": {"conversation": None}}, ResponseParams(None), id="in none, by null"),
    ],
)
def test_a_wish_for_a_response_is_read(fields: dict[str, Any], params: ResponseParams | None) -> None:
    event = read("response.create", event_id="e1", **fields)
    assert isinstance(event, ResponseCreate)
    assert (event.event_id, event.response) == ("e1", params)


def test_the_metadata_of_a_response_stay_as_they_came() -> None:
    wish = b'{"type":"response.create","response":{"metadata": { "topic":"a\\/b"}, "conversation":"none"}}'
    event = decode(Side.CLIENT, message(wish))
    assert isinstance(event, ResponseCreate)
    assert event.response is not None
    assert isinstance(event.response.metadata, Raw)
    assert bytes(event.response.metadata) == b'{ "topic":"a\\/b"}'
    assert ResponseParams().metadata is UNSET


def test_a_cancellation_is_read() -> None:
    event = read("response.cancel", event_id="e1", response_id="resp_1")
    assert isinstance(event, ResponseCancel)
    assert (event.event_id, event.response_id) == ("e1", "resp_1")


@pytest.mark.parametrize(
    ("name", "model"), [("session.update", SessionUpdate), ("output_audio_buffer.clear", PlaybackClear)]
)
def test_what_an_error_may_answer_has_its_id(name: str, model: type[SessionUpdate | PlaybackClear]) -> None:
    event = read(name, event_id="e1")
    assert isinstance(event, model)
    assert event.event_id == "e1"
