import pytest

from voicetap.simulator.conversation import Conversation, Item, Tokens
from voicetap.simulator.protocol import ApiError


def item(item_id: str, role: str = "user", *, audio_ms: int = 0, **part: str) -> Item:
    body = {"id": item_id, "type": "message", "status": "completed", "role": role, "content": [part]}
    return Item(body, audio_ms)


@pytest.fixture
def conversation() -> Conversation:
    """A question and its answer of 2,000 ms."""
    conversation = Conversation()
    conversation.add(item("question", audio_ms=1000, type="input_audio"))
    conversation.add(item("answer", "assistant", audio_ms=2000, type="output_audio", transcript="Yes, of course."))
    return conversation


def test_items_stand_where_they_are_put(conversation: Conversation) -> None:
    assert conversation.add(item("last")) == "answer"
    assert conversation.add(item("first"), "root") is None
    assert conversation.add(item("between"), "question") == "question"
    assert conversation.before("answer") == "between"
    assert conversation.last_id() == "last"


def test_what_follows_the_first_item_is_done_after_none(conversation: Conversation) -> None:
    """A peculiarity of api.openai.com."""
    assert conversation.before("answer") is None
    assert conversation.add(item("last")) == "answer"
    assert conversation.before("last") == "answer"


def test_a_deleted_item_is_gone(conversation: Conversation) -> None:
    conversation.add(item("last"))
    conversation.add(item("later"))
    conversation.delete("last")
    assert conversation.before("later") == "answer"
    assert conversation.before("last") is None


def test_a_truncated_answer_is_shorter_and_loses_its_transcript(conversation: Conversation) -> None:
    conversation.truncate("answer", 0, 700)
    answer = conversation.retrieve("answer")
    assert (answer.audio_ms, answer.shown()["content"]) == (700, [{"type": "output_audio"}])
    with pytest.raises(ApiError, match="Audio content of 700ms is already shorter than 701ms"):
        conversation.truncate("answer", 0, 701)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (
            ("nothing", 0, 100),
            "item_truncate_invalid_item_id",
            "Error truncating item: the item with id 'nothing' does not exist.",
        ),
        (("question", 0, 100), "unsupported_content_type", "Only model output audio messages can be truncated"),
        (("answer", 0, 2001), "invalid_value", "Audio content of 2000ms is already shorter than 2001ms"),
        (("answer", 1, 100), "invalid_value", "Content index 1 does not exist."),
        (
            ("answer", 0, -1),
            "integer_below_min_value",
            "Invalid 'audio_end_ms': integer below minimum value. Expected a value >= 0, but got -1 instead.",
        ),
    ],
)
def test_what_cannot_be_truncated(
    conversation: Conversation, arguments: tuple[str, int, int], code: str, message: str
) -> None:
    with pytest.raises(ApiError) as caught:
        conversation.truncate(*arguments)
    assert (caught.value.code, caught.value.message) == (code, message)


def test_an_answer_without_audio_yet_cannot_be_truncated() -> None:
    conversation = Conversation()
    conversation.add(item("answer", "assistant"))
    with pytest.raises(ApiError, match="Only model output audio"):
        conversation.truncate("answer", 0, 0)


@pytest.mark.parametrize("verb", ["retrieve", "delete"])
def test_what_is_not_there(conversation: Conversation, verb: str) -> None:
    with pytest.raises(ApiError, match="the item with id 'x' does not exist") as caught:
        getattr(conversation, verb)("x")
    assert caught.value.code == f"item_{verb}_invalid_item_id"


def test_an_id_is_given_once(conversation: Conversation) -> None:
    with pytest.raises(ApiError, match=r"^Error adding item: an item with id 'answer' already exists.$") as caught:
        conversation.add(item("answer"))
    assert caught.value.code == "item_create_duplicate_item_id"


def test_what_shall_follow_an_item_that_is_not_there(conversation: Conversation) -> None:
    with pytest.raises(ApiError, match=r"^Error adding item: the previous item with id 'x' does not exist.$") as caught:
        conversation.add(item("last"), "x")
    assert caught.value.code == "item_create_invalid_previous_item_id"
    assert conversation.last_id() == "answer"


def test_the_output_of_a_call_that_was_not_made(conversation: Conversation) -> None:
    output = Item({"id": "output", "type": "function_call_output", "call_id": "call_1", "output": "42"})
    with pytest.raises(ApiError, match=r"^Tool call ID 'call_1' not found in conversation.$") as caught:
        conversation.add(output)
    assert caught.value.code == "invalid_tool_call_id"
    conversation.add(Item({"id": "call", "type": "function_call", "call_id": "call_1", "name": "f", "arguments": ""}))
    assert conversation.add(output) == "call"


def test_tokens(conversation: Conversation) -> None:
    """Ten a second heard, twenty a second spoken, one a word."""
    conversation.add(item("typed", type="input_text", text="and what then"))
    call = Item({"id": "call", "type": "function_call", "name": "look_up", "arguments": '{"a": 1}'})
    conversation.add(call)
    assert conversation.tokens() == Tokens(text=3 + 3 + 2, audio=10 + 40)
