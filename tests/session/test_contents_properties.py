"""What holds of what was said in any traffic whatever; above all, that nothing of it is told unasked."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from support.dialogue import OPENED_AT, SIDEBAND, TARGET, message
from support.traffic import Step, Steps, calls, traffic
from voicetap.chunks import Ending, Side
from voicetap.facts import ContentSeen, Fact, ResponseFinished, ToolCalled, ToolFinished
from voicetap.realtime import decode
from voicetap.session import Session

CANARY = "canary"
SAID = ("transcript", "text", "delta", "arguments", "output", "instructions")
"""Fields of events that have what was said; the `delta` of audio is none of them."""
ENDS = {
    "response.output_audio_transcript.delta": "response.output_audio_transcript.done",
    "response.output_text.delta": "response.output_text.done",
}
ANSWER = {"id": "item_Z", "type": "message", "role": "assistant"}


def _said(fields: dict[str, Any], mark: str) -> dict[str, Any]:
    """The same event with words in it, wherever any event may have some."""
    audio = {"delta"} if "audio.delta" in fields["type"] else set()
    made = {**fields, **{name: f"{mark} {name}" for name in SAID if name not in audio}}
    parts = [{"type": "text", "text": f"{mark} part"}, {"type": "audio", "transcript": f"{mark} sound"}]
    words = {"content": parts, "arguments": f"{mark} arguments", "output": f"{mark} output"}
    if isinstance(fields.get("session"), dict):
        made["session"] = {**fields["session"], "instructions": f"{mark} instructions"}
    if isinstance(fields.get("item"), dict):
        made["item"] = {**fields["item"], **words}
    if isinstance(fields.get("response"), dict):
        output = [{**item, **words} for item in [*fields["response"].get("output", ()), ANSWER]]
        more = {"instructions": mark, "metadata": {"topic": mark}, "output": output}
        made["response"] = {**fields["response"], **more}
    return made


@st.composite
def talkative(draw: Any, steps: st.SearchStrategy[Steps]) -> Steps:
    """Traffic in which every event says what its kind may say, and says how it went to its end."""
    made: Steps = []
    for number, step in enumerate(draw(steps)):
        made.append(_speaking(step, f"{CANARY} {number}"))
        fields = step[1] if len(step) > 1 else None
        if isinstance(fields, dict) and fields["type"] in ENDS:
            ids = {name: fields.get(name) for name in ("response_id", "item_id")}
            made.append((Side.SERVER, {"type": ENDS[fields["type"]], **ids, **dict.fromkeys(SAID, f"{CANARY} end")}))
    return made


def _speaking(step: Step, mark: str) -> Step:
    return (step[0], _said(step[1], mark)) if len(step) > 1 and isinstance(step[1], dict) else step


def _facts(target: str, steps: Steps, *, content: bool) -> list[Fact]:
    session, now = Session(target, OPENED_AT, content=content), OPENED_AT
    facts: list[Fact] = []
    for step, *more in steps:
        if step == "wait":
            now += more[0]
        elif step == "close":
            facts += session.close_frame(more[0], more[1], "", now)
        elif step == "blind":
            facts += session.blind(more[0], now)
        else:
            facts += session.receive(step, decode(step, message(more[0])), now)
    return facts + session.close(Ending(Side.CLIENT, False, now))


def _strings(value: object) -> list[str]:
    if isinstance(value, Struct):
        return [word for name in value.__struct_fields__ for word in _strings(getattr(value, name))]
    if isinstance(value, list | tuple):
        return [word for part in value for word in _strings(part)]
    return [value] if isinstance(value, str) else []


TARGETS = st.sampled_from([TARGET, SIDEBAND])
TALK = talkative(st.one_of(traffic(), calls()))


@given(TARGETS, TALK)
def test_unless_asked_for_no_fact_has_a_word_of_what_was_said(target: str, steps: Steps) -> None:
    for fact in _facts(target, steps, content=False):
        assert not isinstance(fact, ContentSeen)
        assert [word for word in _strings(fact) if CANARY in word] == [], fact


@given(TARGETS, TALK)
def test_asked_for_it_changes_no_other_fact(target: str, steps: Steps) -> None:
    facts = _facts(target, steps, content=True)
    assert [fact for fact in facts if not isinstance(fact, ContentSeen)] == _facts(target, steps, content=False)


@given(TARGETS, TALK)
def test_each_piece_is_told_once_while_what_it_belongs_to_is_open(target: str, steps: Steps) -> None:
    told: set[tuple[Any, ...]] = set()
    finished: set[tuple[str, str | None]] = set()
    calls: set[str] = set()
    for fact in _facts(target, steps, content=True):
        if isinstance(fact, ResponseFinished):
            finished.add(("response", fact.response_id))
        elif isinstance(fact, ToolFinished):
            finished.add(("call", fact.call_id))
        elif isinstance(fact, ToolCalled):
            calls.add(fact.call_id)
        elif isinstance(fact, ContentSeen):
            assert CANARY in fact.text or fact.text in ("Hello", "hello", "Hi", "{}")
            if fact.kind.startswith("assistant"):
                assert ("response", fact.response_id) not in finished or fact.response_id is None, fact
                name: tuple[Any, ...] = (fact.kind, fact.response_id, fact.item_id, fact.text)
            elif fact.kind.startswith("tool"):
                assert ("call", fact.call_id) not in finished, fact
                assert fact.call_id in calls, fact
                name = (fact.kind, fact.call_id)
            else:
                name = (fact.kind, fact.item_id)
            assert name not in told or fact.item_id is None or fact.kind == "instructions", fact
            told.add(name)
