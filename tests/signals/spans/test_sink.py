from pathlib import Path

import pytest
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF

from support.dialogue import SERVER_VAD, SIDEBAND, Dialogue
from support.spanned import CONNECTION_ID, Spanned
from voicetap.chunks import Side
from voicetap.facts import BytesRelayed, ContentSeen, SpanIds, TurnOpened

EXPECTED = Path(__file__).parent / "expected"
TRACEPARENT = (b"Traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")


def spans_of(call: Dialogue) -> str:
    spanned = Spanned(headers=[TRACEPARENT]).answered()
    spanned.receive(call.facts)
    spanned.sink.close()
    return spanned.text()


def spoken_call() -> Dialogue:
    """Two turns: one with a tool, which is interrupted; the transcription of the other fails."""
    call = Dialogue().started(turn_detection=SERVER_VAD)
    for _ in range(20):
        call.wait(0.1)
        call.append(100)
    call.now = 103.0
    call.server("input_audio_buffer.speech_started", item_id="item_1", audio_start_ms=500)
    for _ in range(10):
        call.wait(0.1)
        call.append(100)
    call.now = 104.0
    call.server("input_audio_buffer.speech_stopped", item_id="item_1", audio_end_ms=3000)
    call.commit("item_1")
    call.wait(0.125)
    call.begin("resp_1", conversation_id="conv_1")
    call.wait(0.25)
    call.call("resp_1", "call_1")
    call.done("resp_1", usage=USAGE)
    call.wait(0.5)
    call.server(
        "conversation.item.input_audio_transcription.completed",
        item_id="item_1",
        transcript="What time is it?",
        usage={"type": "tokens", "input_tokens": 20, "input_token_details": {"audio_tokens": 20}, "output_tokens": 5},
    )
    call.output("call_1")
    call.ask()
    call.wait(0.25)
    call.begin("resp_2", conversation_id="conv_1")
    call.wait(0.25)
    call.server("response.output_item.added", response_id="resp_2", item={"id": "item_2", "type": "message"})
    call.server("conversation.item.added", item={"id": "item_2", "type": "message", "role": "assistant"})
    call.audio("resp_2", "item_2", 4000)
    call.wait(0.125)
    call.server("input_audio_buffer.speech_started", item_id="item_3")
    call.wait(0.125)
    call.audio("resp_2", "item_2", 100)
    call.done("resp_2", "cancelled", status_details={"type": "cancelled", "reason": "turn_detected"})
    call.client("conversation.item.truncate", item_id="item_2", content_index=0, audio_end_ms=125)
    call.wait(0.125)
    call.server("conversation.item.truncated", item_id="item_2", content_index=0, audio_end_ms=125)
    call.wait(1.0)
    call.server("input_audio_buffer.speech_stopped", item_id="item_3")
    call.commit("item_3")
    call.wait(0.125)
    call.begin("resp_3", conversation_id="conv_1")
    call.server(
        "conversation.item.input_audio_transcription.failed",
        item_id="item_3",
        error={"code": "audio_unintelligible", "message": "private"},
    )
    call.error("invalid_value", message="private")
    call.wait(0.5)
    call.audio("resp_3", "item_4", 500)
    call.done("resp_3")
    call.wait(6.0)
    call.close_frame(Side.CLIENT, 1000)
    call.end()
    return call


USAGE = {
    "input_tokens": 120,
    "output_tokens": 80,
    "input_token_details": {
        "text_tokens": 20,
        "audio_tokens": 100,
        "cached_tokens": 64,
        "cached_tokens_details": {"text_tokens": 0, "audio_tokens": 64},
    },
    "output_token_details": {"text_tokens": 20, "audio_tokens": 60},
}


def test_a_call_is_a_trace_for_each_turn() -> None:
    assert spans_of(spoken_call()) == (EXPECTED / "call.txt").read_text()


def test_nothing_is_exported_of_a_call_that_is_not_sampled() -> None:
    spanned = Spanned(sampler=ALWAYS_OFF).answered()
    spanned.receive(spoken_call().facts)
    spanned.sink.close()
    assert spanned.exported == ()
    assert spanned.ids.handshake is None


def test_a_refused_handshake_is_a_span_and_nothing_else() -> None:
    spanned = Spanned().answered("401")
    spanned.sink.close()
    [span] = spanned.exported
    assert (span.name, span.attributes["http.response.status_code"]) == ("GET /realtime", 401)
    assert span.status.is_unset  # the client's fault


def test_a_call_without_turns_has_traces_of_its_transcriptions() -> None:
    call = Dialogue("/v1/realtime?intent=transcription").started(type="transcription")
    call.commit("item_1")
    call.wait(0.5)
    call.server("conversation.item.input_audio_transcription.completed", item_id="item_1", transcript="Hello")
    spanned = Spanned().answered()
    spanned.receive(call.facts)
    [span] = spanned.named("transcription")
    assert span.parent is None
    assert [link.context.span_id for link in span.links] == [int(spanned.ids.handshake.span_id, 16)]


def test_an_out_of_band_response_is_a_trace_of_its_own() -> None:
    call = Dialogue().started()
    call.ask(conversation="none")
    call.begin("resp_1", conversation_id=None)
    call.text("resp_1", "item_1")
    call.done("resp_1")
    spanned = Spanned().answered()
    spanned.receive(call.facts)
    [span] = spanned.named("chat gpt-realtime")
    assert (span.parent, len(span.links)) == (None, 1)


def test_a_turn_that_never_ends_is_ended_after_ten_minutes() -> None:
    call = Dialogue().started()
    call.push_to_talk("item_1")
    spanned = Spanned().answered()
    spanned.receive(call.facts)
    spanned.receive([BytesRelayed(call.now + 599.0, Side.CLIENT, 1)])
    assert not spanned.named("invoke_agent")
    spanned.receive([BytesRelayed(call.now + 601.0, Side.CLIENT, 1)])
    [root] = spanned.named("invoke_agent")
    assert root.attributes["voicetap.span.ended_because"] == "too_long"


def test_what_comes_after_its_turn_is_in_its_trace_all_the_same() -> None:
    call = Dialogue().started()
    call.push_to_talk("item_1")
    call.answer("resp_1")
    call.wait(10.0)
    spanned = Spanned().answered()
    spanned.receive(call.facts)
    [root] = spanned.named("invoke_agent")
    spanned.receive(
        call.server("conversation.item.input_audio_transcription.completed", item_id="item_1", transcript="Hello")
    )
    [late] = spanned.named("transcription")
    assert late.context.trace_id == root.context.trace_id
    assert late.end_time > root.end_time


def truncation(spanned: Spanned) -> dict[str, object]:
    """The attributes of the one event, on the one turn that ends now."""
    spanned.sink.close()
    [root] = spanned.named("invoke_agent")
    [event] = [event for event in root.events if event.name == "voicetap.truncation"]
    return dict(event.attributes)


def test_a_truncation_is_an_event_of_the_turn_of_any_spoken_item() -> None:
    call = Dialogue().started()
    call.ask()
    call.begin("resp_1")
    call.audio("resp_1", "item_1", 500)
    call.audio("resp_1", "item_2", 500)
    call.client("conversation.item.truncate", item_id="item_2", content_index=0, audio_end_ms=625, event_id="event_1")
    call.error("invalid_value", event_id="event_1")
    spanned = Spanned().answered()
    spanned.receive(call.facts)
    assert truncation(spanned)["voicetap.outcome"] == "rejected"


def test_on_a_sideband_it_is_one_of_the_turn_that_is_told_with_its_measure() -> None:
    call = Dialogue(SIDEBAND).started(turn_detection=SERVER_VAD)
    call.commit("item_1")
    call.begin("resp_1")
    call.server("response.output_item.added", response_id="resp_1", item={"id": "item_2", "type": "message"})
    call.server("output_audio_buffer.started", response_id="resp_1")
    call.done("resp_1")
    call.server("conversation.item.truncated", item_id="item_2", content_index=0, audio_end_ms=125)
    spanned = Spanned().answered()
    spanned.receive(call.facts)
    assert truncation(spanned)["voicetap.audio_end_ms"] == 125.0


def test_audio_of_an_answer_that_nobody_announced_is_that_of_its_turn() -> None:
    call = Dialogue().started(turn_detection=SERVER_VAD)
    call.commit("item_1")
    call.audio("resp_1", "item_2", 500)
    call.done("resp_1")
    spanned = Spanned().answered()
    spanned.receive(call.facts)
    spanned.sink.close()
    [root] = spanned.named("invoke_agent")
    assert root.attributes["voicetap.turn.generated_audio_seconds"] == 0.5


def test_the_last_span_counts_what_was_no_event() -> None:
    call = Dialogue().started()
    call.raw(Side.SERVER, "nothing of the kind")
    call.end()
    spanned = Spanned().answered()
    spanned.receive(call.facts)
    [last] = spanned.named("realtime_session")
    assert last.attributes["voicetap.session.malformed_messages"] == 1


def test_open_spans_end_with_a_reason_when_the_observer_stops() -> None:
    call = Dialogue().started()
    call.push_to_talk("item_1")
    spanned = Spanned().answered()
    spanned.receive(call.facts)
    spanned.sink.close()
    [root] = spanned.named("invoke_agent")
    assert root.attributes["voicetap.span.ended_because"] == "observer_stopped"
    assert spanned.ids.handshake is None


def test_the_ids_say_where_each_fact_stands() -> None:
    call = Dialogue().started()
    spanned = Spanned().answered()
    handshake = spanned.ids.current
    assert handshake == spanned.ids.handshake == SpanIds("0" * 31 + "1", "0" * 15 + "1")
    for fact in (*call.facts, *call.push_to_talk("item_1"), *call.answer("resp_1")):
        spanned.sink.receive(fact)
        if isinstance(fact, TurnOpened):
            assert spanned.ids.current == SpanIds("0" * 31 + "2", "0" * 15 + "2")
    spanned.sink.receive(BytesRelayed(call.now, Side.CLIENT, 1))
    assert spanned.ids.current is None


def test_a_key_that_a_peer_says_is_never_shown() -> None:
    call = Dialogue().started(model="sk-proj-abcdefghijkl")
    call.write()
    call.ask()
    call.begin("sk-proj-mnopqrstuvwx")
    call.call("sk-proj-mnopqrstuvwx", "ek_abcdefghijkl", "sk-proj-mnopqrstuvwx")
    call.output("ek_abcdefghijkl")
    call.error("sk-proj-mnopqrstuvwx")
    call.done("sk-proj-mnopqrstuvwx", "failed", status_details={"error": {"code": "ek_abcdefghijkl"}})
    call.end()
    spanned = Spanned(target="/v1/realtime?model=gpt-realtime&api_key=sk-proj-abcdefghijkl").answered()
    spanned.receive(call.facts)
    text = spanned.text()
    assert "chat" in text
    assert "sk-proj" not in text
    assert "ek_" not in text


@pytest.mark.parametrize("content", [True, False])
def test_content_is_an_attribute_only_where_it_is_wanted(content: bool) -> None:
    call = Dialogue().started()
    spanned = Spanned(content=content).answered()
    spanned.receive(call.facts)
    spanned.receive([ContentSeen(100.0, "instructions", "Be kind.")])
    spanned.receive([ContentSeen(100.0, "user_text", "Hello there")])
    spanned.receive(call.write() + call.ask() + call.begin("resp_1") + call.text("resp_1", "item_1"))
    spanned.receive([ContentSeen(100.0, "assistant_text", "Hi", response_id="resp_1")])
    spanned.receive(call.call("resp_1", "call_1"))
    spanned.receive([ContentSeen(100.0, "tool_arguments", '{"in": "Paris"}', call_id="call_1")])
    spanned.receive(call.done("resp_1"))
    spanned.receive([ContentSeen(100.0, "tool_output", '{"at": "noon"}', call_id="call_1")])
    spanned.receive(call.output("call_1") + call.wait(1.0) + call.end())
    [chat] = spanned.named("chat gpt-realtime")
    [tool] = spanned.named("execute_tool get_time")
    [root] = spanned.named("invoke_agent")
    names = ("gen_ai.system_instructions", "gen_ai.input.messages", "gen_ai.output.messages")
    assert [chat.attributes.get(name) for name in names] == (
        [
            '[{"type": "text", "content": "Be kind."}]',
            '[{"role": "user", "parts": [{"type": "text", "content": "Hello there"}]}]',
            '[{"role": "assistant", "parts": [{"type": "text", "content": "Hi"}], "finish_reason": "tool_call"}]',
        ]
        if content
        else [None, None, None]
    )
    assert root.attributes.get("output.value") == ("Hi" if content else None)
    assert tool.attributes.get("gen_ai.tool.call.arguments") == ('{"in": "Paris"}' if content else None)
    assert tool.attributes.get("gen_ai.tool.call.result") == ('{"at": "noon"}' if content else None)
    assert root.attributes["session.id"] == CONNECTION_ID
