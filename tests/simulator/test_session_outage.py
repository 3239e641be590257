"""An outage reaches sessions that are open already, and leaves them when it is over."""

from dataclasses import replace

import pytest

from support.simulated import BRIEF, TRANSCRIBING, Talk
from voicetap.simulator.scenario import OVERLOADED, Outage

BROKEN = replace(
    BRIEF, transcription_failure_rate=1.0, transcription_failures=(OVERLOADED,), transcription_seconds=(0.8, 0.8)
)
DROWNED = replace(BRIEF, outage=Outage(begins=60, lasts=60, every=300, behaviour=BROKEN))
LIMITED = replace(
    BRIEF, outage=Outage(begins=60, lasts=60, every=300, behaviour=replace(BRIEF, response_failure_rate=1))
)
TURN_SECONDS = 2.0
"""Both the transcript and the answer have come by then."""
SPOKEN_SECONDS = 0.8
"""What `speak` takes."""


def outcomes(talk: Talk, at: float) -> list[str]:
    """Ends of the transcription and of the response, in order of their types, of what is said from then on."""
    talk.wait(at - SPOKEN_SECONDS - (talk.now - 100.0))
    said = [*talk.speak(), *talk.wait(TURN_SECONDS)]
    transcription = "conversation.item.input_audio_transcription."
    ends = [event["type"] for event in said if event["type"] in {transcription + "completed", transcription + "failed"}]
    return [
        *(end.removeprefix(transcription) for end in ends),
        *(event["response"]["status"] for event in said if event["type"] == "response.done"),
    ]


@pytest.mark.parametrize(
    ("at", "transcription"), [(30, "completed"), (60, "failed"), (119, "failed"), (120, "completed"), (361, "failed")]
)
def test_transcriptions_fail_and_answers_come_all_the_same(at: float, transcription: str) -> None:
    talk = Talk(DROWNED)
    talk.send("session.update", session=TRANSCRIBING)
    assert outcomes(talk, at) == [transcription, "completed"]


def test_one_session_lives_through_it() -> None:
    talk = Talk(DROWNED)
    talk.send("session.update", session=TRANSCRIBING)
    assert [outcomes(talk, at)[0] for at in (30, 70, 130, 370)] == ["completed", "failed", "completed", "failed"]


def test_what_was_committed_before_is_not_lost() -> None:
    talk = Talk(DROWNED)
    talk.send("session.update", session=TRANSCRIBING)
    assert outcomes(talk, 59.9) == ["completed", "completed"]


def test_responses_may_fail_as_well() -> None:
    talk = Talk(LIMITED)
    assert [outcomes(talk, at) for at in (30, 70, 130)] == [["completed"], ["failed"], ["completed"]]


def test_it_moves_no_other_luck() -> None:
    """The same seed: what is said in good times is what is said without an outage."""
    through, without = Talk(DROWNED), Talk(BRIEF)
    for talk in (through, without):
        talk.send("session.update", session=TRANSCRIBING)
        for at in (30, 70, 130):
            outcomes(talk, at)
    heard, plain = (
        [event["transcript"] for event in talk.all if event["type"].endswith("transcription.completed")]
        for talk in (through, without)
    )
    assert heard == [plain[0], plain[2]]
