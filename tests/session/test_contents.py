"""What was said, each piece told once."""

import json
from typing import Any

import pytest

from support.dialogue import OPENED_AT, SIDEBAND, TARGET, Dialogue, described, message
from support.memory import sizes
from support.requires import requires_path
from voicetap.chunks import Side
from voicetap.facts import (
    ConnectionClosed,
    ContentSeen,
    Fact,
    ResponseFinished,
    ResponseStarted,
    SessionConfigured,
    SpeechCommitted,
    ToolCalled,
    ToolFinished,
    TranscriptionFinished,
    TranscriptionLate,
    TurnOpened,
)
from voicetap.realtime import decode
from voicetap.session import Session
from voicetap.session.bounded import LIMIT
from voicetap.session.contents import ECHOES, LONGEST, PARTS, WAITING
from voicetap.session.transcriptions import TIMEOUT

TRANSCRIPTION = "conversation.item.input_audio_transcription"
ELIDED = {"elided_chars": 5}


def listening(target: str = TARGET) -> Dialogue:
    """A session that tells what is said in it."""
    call = Dialogue(target, content=True)
    return call if target == SIDEBAND else call.started()


def answering(target: str = TARGET) -> Dialogue:
    """And makes a response."""
    call = listening(target)
    call.ask()
    call.begin("resp_1")
    call.facts.clear()
    return call


def seen(facts: Dialogue | list[Fact]) -> list[tuple[str, str]]:
    """Kind and text of what was said."""
    found = facts.facts if isinstance(facts, Dialogue) else facts
    return [(fact.kind, fact.text) for fact in found if isinstance(fact, ContentSeen)]


def spoke(call: Dialogue, text: Any = "Hi", response_id: str | None = "resp_1", item_id: str | None = "item_A") -> None:
    """An answer was said to its end."""
    of = {"response_id": response_id, "item_id": item_id, "content_index": 0}
    call.server("response.output_audio_transcript.done", **of, transcript=text)


def wrote(call: Dialogue, text: Any = "Hi", response_id: str | None = "resp_1", item_id: str | None = "item_A") -> None:
    """An answer was written to its end."""
    of = {"response_id": response_id, "item_id": item_id, "content_index": 0}
    call.server("response.output_text.done", **of, text=text)


def says(item_id: str | None, *parts: dict[str, Any]) -> dict[str, Any]:
    """An item of the assistant."""
    return {"id": item_id, "type": "message", "role": "assistant", "content": list(parts)}


def calls_for(arguments: Any = '{"city":"Lund"}', **more: Any) -> dict[str, Any]:
    """An item that is the call of a function."""
    return {"id": "item_F", "type": "function_call", "call_id": "call_1", "arguments": arguments, **more}


def called(call: Dialogue, arguments: Any = '{"city":"Lund"}') -> list[Fact]:
    """A function can be called."""
    of = {"response_id": "resp_1", "item_id": "item_F", "call_id": "call_1", "name": "get_weather"}
    return call.server("response.function_call_arguments.done", **of, arguments=arguments)


def gave(call: Dialogue, output: Any = "foggy", call_id: str = "call_1") -> list[Fact]:
    """The client gives the output of a function."""
    item = {"id": "item_O", "type": "function_call_output", "call_id": call_id, "output": output}
    return call.client("conversation.item.create", item=item)


def put(call: Dialogue, role: str, *texts: str, item_id: str | None = None) -> list[Fact]:
    """The client puts a message into the conversation."""
    kind = "output_text" if role == "assistant" else "input_text"
    content = [{"type": kind, "text": text} for text in texts]
    item = {"type": "message", "role": role, "content": content}
    return call.client("conversation.item.create", item=item if item_id is None else {"id": item_id, **item})


def add(call: Dialogue, item_id: str, *texts: str, event: str = "added", role: str = "user") -> list[Fact]:
    """The server adds a message to the conversation."""
    content = [{"type": "input_text", "text": text} for text in texts]
    item = {"id": item_id, "type": "message", "role": role, "content": content}
    return call.server(f"conversation.item.{event}", item=item)


def test_a_call_from_beginning_to_end() -> None:
    call = Dialogue(content=True)
    call.server("session.created", session=described(instructions="Be brief."))
    call.push_to_talk("item_1")
    call.server(f"{TRANSCRIPTION}.completed", item_id="item_1", transcript="Weather?")
    call.ask()
    call.begin("resp_1")
    called(call)
    call.server("response.output_item.done", response_id="resp_1", item=calls_for())
    call.done("resp_1", output=[calls_for()])
    gave(call)
    call.ask()
    call.begin("resp_2")
    spoke(call, "Foggy.", "resp_2")
    item = says("item_A", {"type": "output_audio", "transcript": "Foggy."})
    call.server("response.output_item.done", response_id="resp_2", item=item)
    call.done("resp_2", output=[item])
    call.write("Thanks")
    call.ask()
    call.begin("resp_3")
    wrote(call, "Bye", "resp_3", "item_B")
    call.done("resp_3")
    call.end()
    shown = (
        ContentSeen,
        TranscriptionFinished,
        ToolCalled,
        ToolFinished,
        ResponseStarted,
        ResponseFinished,
        TurnOpened,
    )
    assert [
        fact if isinstance(fact, ContentSeen) else type(fact)
        for fact in call.facts
        if isinstance(fact, (SessionConfigured, *shown))
    ] == [
        SessionConfigured,
        ContentSeen(100.0, "instructions", "Be brief."),
        TurnOpened,
        ContentSeen(100.0, "user_transcript", "Weather?", "item_1"),
        TranscriptionFinished,
        ResponseStarted,
        ToolCalled,
        ContentSeen(100.0, "tool_arguments", '{"city":"Lund"}', "item_F", "resp_1", "call_1"),
        ResponseFinished,
        ContentSeen(100.0, "tool_output", "foggy", "item_O", None, "call_1"),
        ToolFinished,
        ResponseStarted,
        ContentSeen(100.0, "assistant_transcript", "Foggy.", "item_A", "resp_2"),
        ResponseFinished,
        ContentSeen(100.0, "user_text", "Thanks"),
        TurnOpened,
        ResponseStarted,
        ContentSeen(100.0, "assistant_text", "Bye", "item_B", "resp_3"),
        ResponseFinished,
    ]


# Instructions.


def test_instructions_are_told_once_and_again_when_they_change() -> None:
    call = Dialogue(content=True)
    for said in ("Be brief.", "Be brief.", None, "", ELIDED, "Be kind.", "Be brief."):
        call.server("session.updated", session=described(instructions=said))
    call.server("session.updated", session=described())
    call.server("session.updated")
    assert [text for _, text in seen(call)] == ["Be brief.", "Be kind.", "Be brief."]


def test_the_beta_has_them_too() -> None:
    call = Dialogue(content=True)
    call.server("session.created", session={"modalities": ["audio"], "instructions": "Be brief."})
    assert seen(call) == [("instructions", "Be brief.")]


# What the user says.


@pytest.mark.parametrize("transcript", ["", None, ELIDED])
def test_a_transcript_without_text_tells_nothing(transcript: Any) -> None:
    call = listening()
    call.server(f"{TRANSCRIPTION}.completed", item_id="item_1", transcript=transcript)
    assert seen(call) == []


def test_of_a_transcript_that_grows_only_the_last_is_told_and_once() -> None:
    """As xAI sends it."""
    call = listening()
    call.commit("item_1")
    for text, status in [("Hello?", "in_progress"), ("Hello, I", "in_progress"), ("Hello, I am", "completed")]:
        call.server(f"{TRANSCRIPTION}.completed", item_id="item_1", transcript=text, status=status)
    for text in ("Hello, I am", "Hello, I am Ann"):
        call.server(f"{TRANSCRIPTION}.completed", item_id="item_1", transcript=text, status="completed")
    assert seen(call) == [("user_transcript", "Hello, I am")]


def test_a_transcript_that_comes_late_is_told_before_that() -> None:
    call = listening()
    call.commit("item_1")
    call.wait(TIMEOUT)
    call.facts.clear()
    call.server(f"{TRANSCRIPTION}.completed", item_id="item_1", transcript="Hello")
    assert [type(fact) for fact in call.facts] == [ContentSeen, TranscriptionLate]


def test_each_item_has_its_transcript_and_so_has_each_without_a_name() -> None:
    call = listening()
    for item_id in ("item_1", "item_2", None, None):
        call.server(f"{TRANSCRIPTION}.completed", item_id=item_id, transcript="Hello")
    assert [fact.item_id for fact in call.told(ContentSeen)] == ["item_1", "item_2", None, None]


# What the user writes.


def test_what_is_written_is_told_when_it_is_asked_about() -> None:
    call = listening()
    assert put(call, "user", "One", item_id="item_1") == []
    call.wait(1.0)
    assert put(call, "user", "Two", "Three") == []
    call.wait(1.0)
    first, second, opened, *_ = call.ask()
    assert (first, second) == (
        ContentSeen(102.0, "user_text", "One", "item_1"),
        ContentSeen(102.0, "user_text", "Two\nThree"),
    )
    assert isinstance(opened, TurnOpened)
    assert seen(call.ask()) == []


def test_or_when_the_user_speaks() -> None:
    call = listening()
    put(call, "user", "Look at this")
    call.speech("item_1")
    told = call.commit("item_1")
    assert [type(fact) for fact in told][:2] == [ContentSeen, SpeechCommitted]


def test_or_when_the_server_answers_unasked() -> None:
    call = listening()
    put(call, "user", "Hello")
    told = call.begin("resp_1")
    assert [type(fact) for fact in told][:2] == [ContentSeen, TurnOpened]


def test_or_when_nobody_did() -> None:
    call = listening()
    put(call, "user", "Hello")
    first, *_, last = call.end()
    assert (type(first), type(last)) == (ContentSeen, ConnectionClosed)


def test_not_by_a_response_that_is_asked_for_out_of_band() -> None:
    call = listening()
    put(call, "user", "Hello")
    assert seen(call.ask(conversation="none")) == []
    assert seen(call.ask()) == [("user_text", "Hello")]


def test_not_by_the_response_that_was_asked_for_before() -> None:
    call = listening()
    call.ask()
    put(call, "user", "Hello")
    assert seen(call.begin("resp_1")) == []
    call.done("resp_1")
    assert seen(call.ask()) == [("user_text", "Hello")]


def test_history_is_not_told_as_said_now() -> None:
    call = listening()
    put(call, "system", "You are a clerk.")
    put(call, "user", "What time is it?")
    call.client("conversation.item.create", item=calls_for())
    gave(call, "ten")
    put(call, "assistant", "It is ten.")
    put(call, "user", "Thanks")
    put(call, "assistant", "You are welcome.")
    put(call, "user", "And now?")
    call.client("conversation.item.create", item=calls_for(call_id="call_2"))
    gave(call, "eleven", "call_2")
    put(call, "user", "Still?")
    call.ask()
    assert seen(call) == [("user_text", "Still?")]


@pytest.mark.parametrize(
    "item",
    [
        None,
        {"type": "message", "role": "user"},
        {"type": "message", "role": "user", "content": [{"type": "input_audio", "audio": "QUJD", "transcript": "Hi"}]},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": ELIDED}]},
        {"type": "message", "role": "user", "content": "Hi"},
        {"type": "function_call", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]},
    ],
)
def test_what_is_no_text_of_the_user_tells_nothing(item: Any) -> None:
    call = listening()
    call.client("conversation.item.create", item=item)
    call.ask()
    assert seen(call) == []


def test_a_message_that_the_client_sends_twice_is_one() -> None:
    call = listening()
    for _ in range(2):
        put(call, "user", "Hello", item_id="item_1")
    call.ask()
    put(call, "user", "Hello", item_id="item_1")
    call.ask()
    assert seen(call) == [("user_text", "Hello")]


@pytest.mark.parametrize("item_id", [None, "item_1"])
@pytest.mark.parametrize("target", [TARGET, SIDEBAND])
def test_what_the_server_says_of_it_is_no_further_message(target: str, item_id: str | None) -> None:
    call = listening(target)
    put(call, "user", "Yes", item_id=item_id)
    add(call, item_id or "item_1", "Yes")
    add(call, item_id or "item_1", "Yes", event="done")
    call.ask()
    assert seen(call) == [("user_text", "Yes")]


def test_on_a_sideband_others_may_write_too() -> None:
    call = listening(SIDEBAND)
    put(call, "user", "Yes")
    add(call, "item_1", "Yes")
    add(call, "item_2", "Yes")
    add(call, "item_2", "Yes", event="done")
    add(call, "item_3", event="added")
    add(call, "item_3", "No", event="done")
    assert [(fact.text, fact.item_id) for fact in call.told(ContentSeen)] == [("Yes", "item_2"), ("No", "item_3")]
    assert seen(call.ask()) == [("user_text", "Yes")]


def test_and_the_answers_that_the_server_adds_are_not_the_user_s() -> None:
    call = listening(SIDEBAND)
    add(call, "item_1", "Hi", role="assistant")
    call.server("conversation.item.added", item={"id": "item_2", "type": "function_call", "role": "user"})
    call.server("conversation.item.added", item={"type": "message", "role": "user"})
    call.server("conversation.item.added")
    assert seen(call) == []


def test_elsewhere_what_the_server_adds_is_the_past() -> None:
    """Servers that resume a conversation say what was in it."""
    call = listening()
    add(call, "item_1", "Hello")
    call.ask()
    assert seen(call) == []


# What the model says.


@pytest.mark.parametrize("dialect", ["response.output_audio_transcript.done", "response.audio_transcript.done"])
def test_an_answer_is_told_once_however_often_it_is_repeated(dialect: str) -> None:
    call = answering()
    of = {"response_id": "resp_1", "item_id": "item_A", "content_index": 0}
    for _ in range(2):
        call.server(dialect, **of, transcript="Hi")
    item = says("item_A", {"type": "output_audio", "transcript": "Hi, as it was cut"})
    call.server("response.output_item.done", response_id="resp_1", item=item)
    call.done("resp_1", output=[item])
    call.done("resp_1", output=[item])
    assert call.told(ContentSeen) == [ContentSeen(100.0, "assistant_transcript", "Hi", "item_A", "resp_1")]


@pytest.mark.parametrize("where", ["item", "response"])
def test_servers_that_say_only_at_the_end_what_was_said(where: str) -> None:
    call = answering()
    item = says("item_A", {"type": "text", "text": "See:"}, {"type": "audio", "transcript": "Hi"}, {"type": "image"})
    if where == "item":
        call.server("response.output_item.done", response_id="resp_1", item=item)
    call.done("resp_1", output=[item])
    assert [type(fact) for fact in call.facts if isinstance(fact, ContentSeen | ResponseFinished)] == [
        ContentSeen,
        ContentSeen,
        ResponseFinished,
    ]
    assert seen(call) == [("assistant_text", "See:"), ("assistant_transcript", "Hi")]


def test_an_answer_of_two_parts() -> None:
    call = answering()
    wrote(call, "See:")
    spoke(call, "Hi")
    spoke(call, "there")
    assert seen(call) == [
        ("assistant_text", "See:"),
        ("assistant_transcript", "Hi"),
        ("assistant_transcript", "there"),
    ]


def test_items_that_have_the_same_id_in_each_response() -> None:
    call = answering()
    spoke(call, "Yes")
    call.done("resp_1")
    call.begin("resp_2")
    spoke(call, "Yes", "resp_2")
    assert [fact.response_id for fact in call.told(ContentSeen)] == ["resp_1", "resp_2"]


def test_a_response_without_an_id_is_called_as_it_is_elsewhere() -> None:
    call = listening()
    call.begin(None)
    spoke(call, "Hi", None)
    item = says("item_A", {"type": "output_audio", "transcript": "Hi"})
    call.server("response.output_item.done", item=item)
    [started] = call.told(ResponseStarted)
    assert [fact.response_id for fact in call.told(ContentSeen)] == [started.response_id]


def test_nothing_is_told_of_a_response_that_is_over() -> None:
    call = answering()
    call.done("resp_1", "cancelled")
    spoke(call)
    wrote(call)
    call.server("response.output_item.done", response_id="resp_1", item=says("item_A", {"text": "Hi"}))
    assert seen(call) == []


def test_who_joins_a_call_hears_the_end_of_an_answer() -> None:
    call = listening(SIDEBAND)
    spoke(call, "Hi", "resp_9")
    assert call.told(ContentSeen) == [ContentSeen(100.0, "assistant_transcript", "Hi", "item_A", "resp_9")]


@pytest.mark.parametrize("text", ["", None, ELIDED, 5, ["Hi"]])
def test_an_answer_without_words_tells_nothing(text: Any) -> None:
    call = answering()
    spoke(call, text)
    wrote(call, text)
    called(call, text)
    call.server("response.output_item.done", response_id="resp_1")
    call.done("resp_1", output=[says("item_A", {"text": text, "transcript": text}), calls_for(text)])
    assert seen(call) == []


# The functions that it calls.


def test_arguments_are_told_once_after_the_call() -> None:
    call = answering()
    assert [type(fact) for fact in called(call) if isinstance(fact, ToolCalled | ContentSeen)] == [
        ToolCalled,
        ContentSeen,
    ]
    called(call, "{}")
    call.server("response.output_item.done", response_id="resp_1", item=calls_for())
    call.done("resp_1", output=[calls_for()])
    assert seen(call) == [("tool_arguments", '{"city":"Lund"}')]


@pytest.mark.parametrize("where", ["item", "response"])
def test_or_by_the_item_where_no_arguments_are_sent(where: str) -> None:
    call = answering()
    if where == "item":
        call.server("response.output_item.done", response_id="resp_1", item=calls_for())
    call.done("resp_1", output=[calls_for()])
    assert [type(fact) for fact in call.facts if isinstance(fact, ToolCalled | ContentSeen | ResponseFinished)] == [
        ToolCalled,
        ContentSeen,
        ResponseFinished,
    ]


def test_half_a_call_tells_nothing() -> None:
    call = answering()
    call.server("response.output_item.done", response_id="resp_1", item=calls_for('{"ci', status="incomplete"))
    assert seen(call) == []


def test_a_call_without_an_id_is_known_by_its_item() -> None:
    call = answering()
    call.server("response.function_call_arguments.done", response_id="resp_1", item_id="item_F", arguments="{}")
    call.server("response.function_call_arguments.done", response_id="resp_1", arguments="{}")
    assert [(fact.item_id, fact.call_id) for fact in call.told(ContentSeen)] == [("item_F", "item_F")]


def test_the_output_is_told_once_before_the_call_ends() -> None:
    call = answering()
    called(call)
    call.done("resp_1")
    assert [type(fact) for fact in gave(call) if isinstance(fact, ToolFinished | ContentSeen)] == [
        ContentSeen,
        ToolFinished,
    ]
    assert seen(gave(call)) == []
    assert seen(gave(call, call_id="call_9")) == []


@pytest.mark.parametrize("output", ["", None, ELIDED, {"temperature": 12}])
def test_an_output_without_words_tells_nothing(output: Any) -> None:
    call = answering()
    called(call)
    assert seen(gave(call, output)) == []


def test_output_for_a_call_that_was_cancelled_tells_nothing() -> None:
    call = answering()
    called(call)
    call.done("resp_1", "cancelled")
    assert seen(gave(call)) == []


def test_arguments_that_come_after_the_output_tell_nothing() -> None:
    call = answering()
    called(call, None)
    gave(call, "ten")
    call.server("response.output_item.done", response_id="resp_1", item=calls_for())
    assert seen(call) == [("tool_output", "ten")]


def test_the_arguments_of_mcp() -> None:
    call = answering()
    of = {"response_id": "resp_1", "item_id": "item_M"}
    for _ in range(2):
        call.server("response.mcp_call_arguments.done", **of, arguments='{"q":"x"}')
    assert call.told(ContentSeen) == [ContentSeen(100.0, "tool_arguments", '{"q":"x"}', "item_M", "resp_1", "item_M")]


# Bounds, and the dark.


def test_nothing_is_told_at_any_length() -> None:
    long = "a" * LONGEST
    call = answering()
    call.server("session.updated", session=described(instructions=long + "b"))
    call.server(f"{TRANSCRIPTION}.completed", item_id="item_1", transcript=long + "b")
    spoke(call, long + "b")
    called(call, long + "b")
    gave(call, long + "b")
    put(call, "user", long, "b")
    call.ask()
    assert [text == long for _, text in seen(call)] == [True] * 6


def test_what_waits_is_remembered_no_longer_than_it_is_told() -> None:
    session = Session(TARGET, OPENED_AT, content=True)
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "a" * (LONGEST + 1)}]}
    event = decode(Side.CLIENT, message({"type": "conversation.item.create", "item": item}))
    session.receive(Side.CLIENT, event, OPENED_AT)
    assert max(sizes(session)) == LONGEST


def test_messages_that_wait_without_end_do_not_wait() -> None:
    call = listening()
    for number in range(WAITING + 2):
        put(call, "user", str(number))
    assert seen(call) == [("user_text", "0"), ("user_text", "1")]
    assert len(seen(call.ask())) == WAITING


def test_parts_without_end_are_not_all_looked_at() -> None:
    call = answering()
    parts = [{"type": "text", "text": str(number)} for number in range(PARTS + 1)]
    call.done("resp_1", output=[says("item_A", *parts)])
    assert len(seen(call)) == PARTS


def test_messages_that_the_server_never_adds_are_forgotten() -> None:
    call = listening(SIDEBAND)
    for number in range(ECHOES + 1):
        put(call, "user", str(number))
    call.facts.clear()
    add(call, "item_0", "0")
    add(call, "item_1", "1")
    assert [fact.item_id for fact in call.told(ContentSeen)] == ["item_0"]


def test_what_was_told_long_ago_is_forgotten() -> None:
    call = listening()
    for number in [*range(LIMIT + 1), 0, LIMIT]:
        call.server(f"{TRANSCRIPTION}.completed", item_id=f"item_{number}", transcript="Hello")
    assert [fact.item_id for fact in call.told(ContentSeen)][LIMIT:] == [f"item_{LIMIT}", "item_0"]


@pytest.mark.parametrize("dark", [Side.SERVER, None])
def test_where_the_server_is_not_seen_nothing_is_told(dark: Side | None) -> None:
    call = answering()
    called(call)
    call.blind(dark)
    call.facts.clear()
    spoke(call)
    gave(call)
    put(call, "user", "Hello")
    call.ask()
    call.end()
    assert seen(call) == []


# Real servers.

REAL = {
    "real-openai-tool_call_round": [
        ("instructions", "Your knowledge cutoff is"),
        ("instructions", "Use the get_weather tool"),
        ("user_text", "What is the weather in L"),
        ("tool_arguments", '{  \n  "city": "London" \n'),
        ("tool_output", "It is foggy and 12 degre"),
        ("assistant_text", "It is foggy and 12 degre"),
    ],
    "real-xai-audio_in_server_vad_turn": [
        ("instructions", "Reply in a few words."),
        ("user_transcript", "Hello, my name is Marcel"),
        ("assistant_transcript", "Hello Marcelo! Nice to m"),
    ],
    "real-azure_voice_live-audio_in_server_vad_turn": [
        ("instructions", "Your knowledge cutoff is"),
        ("instructions", "Reply in a few words."),
        ("user_transcript", "Cze\u015b\u0107, nazywam si\u0119 Marce"),
        ("assistant_transcript", "Hi Marcelo, nice to meet"),
    ],
}
"""The beginning of each piece; read from the files by eye."""


@pytest.mark.parametrize("name", REAL)
def test_what_was_said_in_real_calls(name: str) -> None:
    session = Session(TARGET, OPENED_AT, content=True)
    facts: list[Fact] = []
    for line in requires_path(f"../shared/captures/{name}.jsonl").read_text().splitlines()[1:]:
        recorded = json.loads(line)
        side = Side(recorded["from"])
        facts += session.receive(side, decode(side, message(recorded.get("event", {}))), OPENED_AT)
    assert [(kind, text[:24]) for kind, text in seen(facts)] == REAL[name]
