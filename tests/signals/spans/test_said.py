from support.spanned import Spanned
from voicetap.facts import (
    ContentSeen,
    Fact,
    ResponseFinished,
    ResponseStarted,
    TurnEnded,
    TurnOpened,
)
from voicetap.signals.spans.content import LONGEST_TEXT


def root_of(*facts: Fact) -> dict[str, object]:
    spanned = Spanned(content=True).answered()
    spanned.receive([*facts, TurnEnded(110.0, 1, "text", "completed", 109.0)])
    [root] = spanned.named("invoke_agent")
    return dict(root.attributes)


def test_what_was_written_before_a_turn_is_in_it() -> None:
    typed = [ContentSeen(101.0, "user_text", text) for text in ("One.", "Two.")]
    assert root_of(*typed, TurnOpened(102.0, 1, "text", 101.0))["input.value"] == "One.\nTwo."


def test_a_greeting_takes_up_nothing() -> None:
    found = root_of(ContentSeen(101.0, "user_text", "One."), TurnOpened(102.0, 1, "agent_initiated", 102.0))
    assert "input.value" not in found


def test_what_nobody_took_up_is_bounded() -> None:
    typed = [ContentSeen(101.0, "user_text", str(number % 10) * 20_000) for number in range(100)]
    found = root_of(*typed, TurnOpened(102.0, 1, "text", 101.0))
    assert found["input.value"] == "0" * LONGEST_TEXT + "\n" + "1" * LONGEST_TEXT


def test_answers_of_all_responses_stand_on_the_root() -> None:
    found = root_of(
        TurnOpened(102.0, 1, "text", 101.0),
        ResponseStarted(102.0, "resp_1", 1, "client", 102.0),
        ContentSeen(103.0, "assistant_transcript", "One moment.", response_id="resp_1"),
        ResponseFinished(103.0, "resp_1", 1, "completed", None, 1.0),
        ResponseStarted(104.0, "resp_2", 1, "tool", 104.0),
        ContentSeen(105.0, "assistant_text", "It is noon.", response_id="resp_2"),
        ResponseFinished(105.0, "resp_2", 1, "completed", None, 1.0),
    )
    assert found["output.value"] == "One moment.\nIt is noon."
