import pytest

from support.spanned import REQUESTED_AT, Spanned
from voicetap.facts import Fact, SpeechStarted, SpeechStopped, TurnOpened

STARTED = SpeechStarted(101.0, "item_1")


@pytest.mark.parametrize(
    ("facts", "began", "ended"),
    [
        ([STARTED, SpeechStopped(103.0, "item_1", 102.5, 0.5), TurnOpened(103.0, 1, "speech", 101.0)], 1.0, 2.5),
        # How long the server waited is not known.
        ([STARTED, SpeechStopped(103.0, "item_1", None, None), TurnOpened(103.0, 1, "speech", 101.0)], 1.0, 3.0),
        # By the audio, the user stopped before the server said that speech had begun.
        ([STARTED, SpeechStopped(103.0, "item_1", 100.5, 2.5), TurnOpened(103.0, 1, "speech", 101.0)], 1.0, 1.0),
        # Push-to-talk: from the first audio to the commit.
        ([TurnOpened(103.0, 1, "speech", 100.5)], 0.5, 3.0),
    ],
)
def test_from_its_beginning_to_its_real_end(facts: list[Fact], began: float, ended: float) -> None:
    spanned = Spanned().answered()
    spanned.receive(facts)
    [span] = spanned.named("user_speech")
    assert (span.start_time / 1e9 - REQUESTED_AT, span.end_time / 1e9 - REQUESTED_AT) == (began, ended)


def test_speech_opens_one_turn() -> None:
    spanned = Spanned().answered()
    spanned.receive([STARTED, SpeechStopped(103.0, "item_1", 102.5, 0.5), TurnOpened(103.0, 1, "speech", 101.0)])
    spanned.receive([TurnOpened(104.0, 2, "speech", 103.5)])
    first, second = spanned.named("user_speech")
    assert first.attributes["voicetap.item.id"] == "item_1"
    assert "voicetap.item.id" not in second.attributes


def test_what_was_written_is_no_speech() -> None:
    spanned = Spanned().answered()
    spanned.receive([TurnOpened(104.0, 1, "text", 103.5)])
    assert spanned.named("user_speech") == []
