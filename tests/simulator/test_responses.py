"""The responses of a session among each other; what one of them says is in test_response."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from support.simulated import BRIEF, Talk, error_of, only
from voicetap.simulator import settings
from voicetap.simulator.agenda import Agenda
from voicetap.simulator.conversation import Conversation
from voicetap.simulator.identity import Ids
from voicetap.simulator.limits import TokensPerMinute
from voicetap.simulator.protocol import ApiError, Output, Send
from voicetap.simulator.responses import RATE_LIMITS_SECONDS, Responses

SESSION = settings.new("sess_1", "gpt-realtime", 0, kind="realtime")
ANSWER_SECONDS = 0.5 + 5 * 0.04 + 0.001
"""To the first output, five deltas, and what floats may lose."""


class Stage:
    """Responses on an agenda that the test turns."""

    def __init__(self, tokens_per_minute: int = 10_000) -> None:
        self.agenda: Agenda[Output] = Agenda()
        self.playback: list[float] = []
        ids, limit = Ids(Random(1)), TokensPerMinute(tokens_per_minute, 0.0)
        self.responses = Responses(Conversation(), "conv", limit, Random(1), ids, self.agenda, self._heard)

    def _heard(self, seconds: float) -> Iterator[Output | float]:
        self.playback.append(seconds)
        yield from ()

    def begin(self, at: float = 0.0, **request: object) -> str:
        [created] = self.responses.begin(SESSION, request, BRIEF, at)
        return str(created["response"]["id"])

    def run(self, until: float) -> list[str]:
        return [output.event["type"] for output in self.agenda.run(until) if isinstance(output, Send)]


def test_one_at_a_time_in_the_conversation_and_any_number_beside_it() -> None:
    stage = Stage()
    first = stage.begin()
    stage.begin(conversation="none")
    with pytest.raises(ApiError, match=f"active response in progress: {first}"):
        stage.begin()
    assert stage.run(ANSWER_SECONDS).count("response.done") == 2
    assert stage.responses.active is None
    stage.begin(at=ANSWER_SECONDS)


def test_what_follows_an_answer_is_told_how_long_it_is_still_heard() -> None:
    """A second of audio; its first piece comes with the first output, its last 160 ms later."""
    stage = Stage()
    stage.begin()
    assert stage.run(ANSWER_SECONDS + RATE_LIMITS_SECONDS)[-1] == "rate_limits.updated"
    assert stage.playback == [pytest.approx(1.0 - 0.2 - RATE_LIMITS_SECONDS)]


def test_beside_the_conversation_nothing_follows() -> None:
    stage = Stage()
    stage.begin(conversation="none")
    stage.run(9.0)
    assert stage.playback == []


def test_the_one_to_cancel() -> None:
    stage = Stage()
    with pytest.raises(ApiError, match="no active response"):
        stage.responses.find(None)
    active, beside = stage.begin(), stage.begin(conversation="none")
    assert stage.responses.find(None).id == active
    assert stage.responses.find(beside).id == beside
    with pytest.raises(ApiError, match="no active response"):
        stage.responses.find("resp_1")


def test_cut_off_it_says_nothing_more_and_is_not_waited_for() -> None:
    stage = Stage()
    stage.begin()
    stage.run(0.5)
    assert list(stage.responses.cancel(stage.responses.find(None), "turn_detected", 0.5))[-1]["type"] == "response.done"
    assert stage.run(9.0) == ["rate_limits.updated"]
    assert stage.playback == []


def test_without_tokens_left_it_fails() -> None:
    stage = Stage(tokens_per_minute=100)
    done = []
    for at in (0.0, 10.0, 20.0):
        stage.begin(at)
        said = list(stage.agenda.run(at + 9.0))
        done += [output.event["response"] for output in said if isinstance(output, Send) and "response" in output.event]
    assert [response["status"] for response in done] == ["completed", "completed", "failed"]
    assert done[-1]["status_details"]["error"]["code"] == "rate_limit_exceeded"


def test_in_a_session_it_is_reported_what_is_left() -> None:
    talk = Talk(replace(BRIEF, tokens_per_minute=1000))
    talk.send("response.create")
    events = talk.wait(1.0)
    used = only(events, "response.done")["response"]["usage"]["total_tokens"]
    [limit] = only(events, "rate_limits.updated")["rate_limits"]
    assert limit["remaining"] == 1000 - used
    assert error_of(talk.send("response.cancel"))[0] == "response_cancel_not_active"
