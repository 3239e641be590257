import json

from voicetap.signals.spans.content import LONGEST_SIDE, LONGEST_TEXT, MOST_TEXTS, Messages, clear


def test_a_credential_is_never_content() -> None:
    assert clear("My key is sk-proj-abcdefghijklmnop, thanks.") == "My key is …elided, thanks."


def test_messages_are_shaped_as_the_conventions_say() -> None:
    messages = Messages("Be kind.")
    messages.heard("Grüß Gott")
    messages.told("Servus")
    assert messages.attributes("stop") == {
        "gen_ai.system_instructions": '[{"type": "text", "content": "Be kind."}]',
        "gen_ai.input.messages": '[{"role": "user", "parts": [{"type": "text", "content": "Grüß Gott"}]}]',
        "gen_ai.output.messages": (
            '[{"role": "assistant", "parts": [{"type": "text", "content": "Servus"}], "finish_reason": "stop"}]'
        ),
        "input.value": "Grüß Gott",
        "input.mime_type": "text/plain",
        "output.value": "Servus",
        "output.mime_type": "text/plain",
    }


def test_nothing_said_is_no_attribute() -> None:
    assert Messages().attributes() == {}


def test_a_span_holds_so_many_texts_and_no_more() -> None:
    messages = Messages()
    for number in range(MOST_TEXTS + 1):
        messages.heard(str(number))
    assert len(json.loads(str(messages.attributes()["gen_ai.input.messages"]))) == MOST_TEXTS


def test_a_side_says_so_much_and_no_more() -> None:
    messages = Messages()
    for _ in range(3):
        messages.told("x" * (LONGEST_SIDE // 2 - 10))
    assert [len(text) for text in messages.outputs] == [LONGEST_SIDE // 2 - 10, LONGEST_SIDE // 2 - 10, 20]


def test_only_the_beginning_of_a_text_is_content() -> None:
    assert clear("x" * (LONGEST_TEXT + 1)) == "x" * LONGEST_TEXT
