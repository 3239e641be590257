import base64
from random import Random
from typing import Any

import pytest

from voicetap.simulator.audio import PCM, PCMU, Format
from voicetap.simulator.conversation import Item, Tokens
from voicetap.simulator.identity import Ids
from voicetap.simulator.items import decoded, new_item
from voicetap.simulator.protocol import ApiError

IMAGE = {"type": "input_image", "image_url": "data:image/png;base64,iVBORw0KGgo="}


def made(form: Format = PCM, **given: Any) -> Item:
    return new_item(given, form, Ids(Random(1)))


def says(role: str, *content: Any) -> dict[str, Any]:
    return {"type": "message", "role": role, "content": list(content)}


def error_of(**given: Any) -> tuple[str | None, str, str | None]:
    with pytest.raises(ApiError) as caught:
        made(**given)
    return caught.value.code, caught.value.message, caught.value.param


def test_it_gets_what_the_client_left_out() -> None:
    given = says("user", {"type": "input_text", "text": "Hi"})
    body = made(**given).body
    assert body == {"id": body["id"], "status": "completed", **given}
    assert body["id"].startswith("item_")
    assert made(id="mine", **given).id == "mine"


def test_only_messages_have_a_status() -> None:
    given = {"type": "function_call_output", "call_id": "call_1", "output": "42"}
    item = made(**given)
    assert item.body == {"id": item.id, **given}


def test_an_image_counts_as_much_as_any_other() -> None:
    item = made(**says("user", IMAGE, {"type": "input_text", "text": "What is it?"}, IMAGE))
    assert item.tokens() == Tokens(text=3, image=2 * 765)


@pytest.mark.parametrize(("form", "ms"), [(PCM, 1000), (PCMU, 6000)])
def test_audio_is_heard_and_not_repeated(form: Format, ms: int) -> None:
    part = {"type": "input_audio", "audio": base64.b64encode(bytes(48_000)).decode()}
    item = made(form, **says("user", part))
    assert item.shown()["content"] == [{"type": "input_audio", "transcript": None}]
    assert item.audio_ms == ms


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (says("assistant", {"type": "text", "text": "Yes"}), "Supported values are: 'output_text' and 'output_audio'."),
        (says("system", {"type": "text", "text": "Be brief"}), "Value must be 'input_text'."),
        (
            says("user", {"type": "text", "text": "Hi"}),
            "Supported values are: 'input_text', 'input_audio', and 'input_image'.",
        ),
    ],
)
def test_each_role_has_parts_of_its_own(given: dict[str, Any], message: str) -> None:
    assert error_of(**given) == ("invalid_value", f"Invalid value: 'text'. {message}", "item.content[0].type")


def test_ids_are_short() -> None:
    message = "string too long. Expected a string with maximum length 32, but got a string with length 36 instead."
    given = says("user", {"type": "input_text", "text": "Hi"})
    assert error_of(id="x" * 36, **given) == ("string_above_max_length", f"Invalid 'item.id': {message}", "item.id")
    call = {"type": "function_call", "call_id": "x" * 36, "name": "f", "arguments": "{}"}
    assert error_of(**call) == ("string_above_max_length", f"Invalid 'item.call_id': {message}", "item.call_id")
    assert made(**call | {"call_id": "x" * 32}).body["call_id"] == "x" * 32


@pytest.mark.parametrize(
    ("given", "code", "param"),
    [
        ({"role": "user"}, "missing_required_parameter", "item.type"),
        ({"type": "message", "content": []}, "missing_required_parameter", "item.role"),
        ({"type": "message", "role": "user"}, "missing_required_parameter", "item.content"),
        (says("robot"), "invalid_value", "item.role"),
        ({"type": "message", "role": "user", "content": "Hi"}, "invalid_type", "item.content"),
        (says("user", "Hi"), "invalid_type", "item.content[0]"),
        (says("user", IMAGE, {"text": "Hi"}), "missing_required_parameter", "item.content[1].type"),
        (says("user", {"type": "input_text", "text": 1}), "invalid_type", "item.content[0].text"),
        (says("user", {"type": "input_text"}), "missing_required_parameter", "item.content[0].text"),
        (says("user", {"type": "input_image"}), "missing_required_parameter", "item.content[0].image_url"),
        (says("user", IMAGE | {"image_url": "https://example/cat.png"}), "invalid_value", "item.content[0].image_url"),
        (says("user", {"type": "input_audio", "audio": "***"}), "invalid_value", "item.content[0].audio"),
        ({"type": "function_call_output", "output": "42"}, "missing_required_parameter", "item.call_id"),
        ({"type": "function_call_output", "call_id": "c"}, "missing_required_parameter", "item.output"),
        ({"type": "function_call_output", "call_id": "c", "output": {}}, "invalid_type", "item.output"),
    ],
)
def test_what_is_wrong_is_named_by_its_path(given: dict[str, Any], code: str, param: str) -> None:
    found, message, path = error_of(**given)
    assert (found, path) == (code, param)
    assert f"'{param}'" in message or code == "invalid_value"


def test_audio_that_is_no_base64() -> None:
    assert decoded("AAAA", "audio") == bytes(3)
    with pytest.raises(ApiError) as caught:
        decoded("AAA", "audio")
    assert (caught.value.code, caught.value.param, caught.value.message) == (
        "invalid_value",
        "audio",
        "Invalid 'audio'. Expected base64-encoded audio bytes (mono PCM16 at 24kHz) but got an invalid value.",
    )
