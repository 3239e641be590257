"""What a session comes to."""

from support.dialogue import Dialogue
from voicetap.chunks import Side
from voicetap.facts import GapOpened, Tokens, UsageReported
from voicetap.signals.logs.summary import Summary

NOTHING = {
    "turns": 0,
    "spoken_answers": 0,
    "responses": {},
    "transcriptions": {},
    "late_transcriptions": 0,
    "truncations": {},
    "interruptions": 0,
    "tool_calls": {},
    "dead_air": 0,
    "errors": 0,
    "input_tokens": 0,
    "output_tokens": 0,
    "cost_usd": 0.0,
    "surprises": 0,
    "malformed_messages": 0,
    "observer_gaps": 0,
}


def of(talk: Dialogue) -> dict[str, object]:
    summary = Summary()
    for fact in talk.facts:
        summary.receive(fact)
    return summary.fields()


def usage(tokens: Tokens, cost_usd: float | None) -> UsageReported:
    return UsageReported(1.0, "response", "resp_1", None, "gpt-realtime", tokens, None, cost_usd)


def test_of_nothing_there_is_nothing() -> None:
    assert Summary().fields() == NOTHING


def test_a_conversation() -> None:
    talk = Dialogue().started()
    talk.speech("item_1")
    talk.commit("item_1")
    talk.begin("resp_1")
    talk.audio("resp_1", "item_2", 3000)
    talk.server("conversation.item.input_audio_transcription.failed", item_id="item_1", error={"code": "server_error"})
    talk.speech("item_3")
    talk.done("resp_1", "cancelled", status_details={"type": "cancelled", "reason": "turn_detected"})
    talk.client("conversation.item.truncate", item_id="item_2", content_index=0, audio_end_ms=500)
    talk.server("conversation.item.truncated", item_id="item_2", content_index=0, audio_end_ms=500)
    talk.commit("item_3")
    talk.wait(20)
    talk.begin("resp_2")
    talk.call("resp_2", "call_1")
    talk.done("resp_2")
    talk.output("call_1")
    talk.error("invalid_value")
    transcript = {"item_id": "item_3", "transcript": "late"}
    talk.server("conversation.item.input_audio_transcription.completed", **transcript)
    talk.raw(Side.SERVER, "no event")
    talk.audio("resp_9", "item_9")
    talk.end()
    told = of(talk)
    assert told == NOTHING | {
        "turns": 2,
        "spoken_answers": told["spoken_answers"],
        "responses": {"cancelled": 1, "completed": 1},
        "transcriptions": {"failed": 1, "timed_out": 1},
        "late_transcriptions": 1,
        "truncations": {"acknowledged": 1},
        "interruptions": 1,
        "tool_calls": {"answered": 1},
        "dead_air": 1,
        "errors": 1,
        "surprises": told["surprises"],
        "malformed_messages": 1,
    }
    assert told["surprises"]


def test_tokens_and_cost_add_up() -> None:
    summary = Summary()
    summary.receive(usage(Tokens(input=100, output=20), 0.0012345678))
    summary.receive(usage(Tokens(input=10, output=2), 0.001))
    assert summary.fields() == NOTHING | {"input_tokens": 110, "output_tokens": 22, "cost_usd": 0.002235}


def test_there_is_no_cost_where_a_price_is_not_known() -> None:
    summary = Summary()
    summary.receive(usage(Tokens(input=100), 0.001))
    summary.receive(usage(Tokens(input=100), None))
    assert summary.fields()["cost_usd"] is None


def test_what_was_not_understood_is_counted() -> None:
    summary = Summary()
    summary.receive(GapOpened(1.0, Side.CLIENT, "oversize"))
    assert summary.fields() == NOTHING | {"observer_gaps": 1}
