"""How calls are answered; what the shipped scenarios then say is in test_conformance."""

from collections import Counter
from dataclasses import replace

import pytest

from support.simulated import BRIEF
from voicetap.simulator import SCENARIOS, Scenario
from voicetap.simulator.calls import Answer, Asked, ScenarioCalls
from voicetap.simulator.disturbance import Failure, Shut
from voicetap.simulator.protocol import Close, Send
from voicetap.simulator.refusal import Refusal
from voicetap.simulator.scenario import Outage

KEY = {"Authorization": "Bearer sk-test"}
MODEL = {"model": "gpt-realtime"}
BUSY = Refusal(status=503, rate=1.0)


def answers(scenario: Scenario, calls: int = 400, now: float = 0.0) -> list[Answer]:
    server = ScenarioCalls(scenario, 1, 0.0)
    return [server.answer(number, now) for number in range(1, calls + 1)]


def test_by_default_at_once_and_with_101() -> None:
    assert set(answers(BRIEF)) == {Answer()}


def test_refusals_and_silence_come_as_often_as_their_rates_say() -> None:
    refusals = (Refusal(status=429, rate=0.3), Refusal(status=500, rate=0.1))
    given = answers(replace(BRIEF, refusals=refusals, unanswered_rate=0.2, handshake_seconds=(1.0, 2.0)))
    outcomes = Counter("never" if one.never else one.refusal.status if one.refusal else 101 for one in given)
    assert {outcome: round(count / len(given), 1) for outcome, count in outcomes.items()} == {
        101: 0.4,
        429: 0.3,
        500: 0.1,
        "never": 0.2,
    }
    assert all(1.0 <= one.seconds <= 2.0 for one in given)


def test_the_nth_call_of_equal_seeds_is_answered_alike() -> None:
    scenario = replace(BRIEF, unanswered_rate=0.5)
    assert answers(scenario) == answers(scenario)
    assert answers(scenario) != [ScenarioCalls(scenario, 2, 0.0).answer(number, 0.0) for number in range(1, 401)]


def test_an_outage_may_refuse() -> None:
    scenario = replace(BRIEF, outage=Outage(60, 60, 300, replace(BRIEF, refusals=(BUSY,))))
    assert [answers(scenario, 1, now)[0].refusal for now in (0.0, 60.0, 120.0)] == [None, BUSY, None]


@pytest.mark.parametrize("name", ["refusing", "rate_limited"])
def test_shipped_scenarios_that_refuse(name: str) -> None:
    statuses = {one.refusal.status for one in answers(SCENARIOS[name]) if one.refusal}
    assert statuses == ({429} if name == "rate_limited" else {401, 403, 404, 429, 500, 503})


def test_shipped_scenarios_that_are_slow_or_do_not_answer() -> None:
    assert {one.never for one in answers(SCENARIOS["unreachable"])} == {True, False}
    assert min(one.seconds for one in answers(SCENARIOS["slow"])) >= 1.0


def first_of(scenario: Scenario, headers: dict[str, str], query: dict[str, str] = MODEL) -> list[object]:
    _, first = ScenarioCalls(scenario, 1, 0.0).open(1, Asked(headers, [], query), 0.0)
    return [output.event["type"] if isinstance(output, Send) else output for output in first]


def test_who_is_welcome_gets_a_session() -> None:
    assert first_of(BRIEF, KEY) == ["session.created"]
    assert first_of(BRIEF, KEY, {"intent": "transcription"}) == ["session.created"]


def test_who_is_not_gets_an_error_and_a_close() -> None:
    assert first_of(BRIEF, {"Authorization": "Bearer sk-bad"}) == [
        "error",
        Close(3000, "invalid_request_error.invalid_api_key"),
    ]


def test_the_betas_clients_are_welcome_in_the_beta() -> None:
    headers = {**KEY, "OpenAI-Beta": "realtime=v1"}
    assert isinstance(first_of(BRIEF, headers)[-1], Close)
    assert first_of(replace(BRIEF, dialect="beta"), headers) == ["session.created"]


def test_disturbances_meet_what_is_said_in_the_scenarios_dialect() -> None:
    shut = Shut(on="transcription_session.created", do="close", code=4000, error=Failure("t", "m"))
    scenario = replace(BRIEF, dialect="beta", disturbances=(shut,))
    assert first_of(scenario, KEY, {"intent": "transcription"}) == ["error", Close(4000, "")]
    assert first_of(scenario, KEY) == ["session.created"]


@pytest.mark.parametrize(("query", "model"), [(MODEL, "gpt-realtime"), ({"deployment": "d"}, "d"), ({}, "")])
def test_the_model_that_is_asked_for(query: dict[str, str], model: str) -> None:
    assert Asked({}, [], query).model == model


def test_a_secret_brings_its_session_along() -> None:
    granted = {"type": "realtime", "model": "gpt-realtime-mini", "instructions": "Be brief."}
    asked = Asked(KEY, [], {}, granted)
    _, [first] = ScenarioCalls(BRIEF, 1, 0.0).open(1, asked, 0.0)
    assert isinstance(first, Send)
    session = first.event["session"]
    assert (session["model"], session["instructions"]) == ("gpt-realtime-mini", "Be brief.")
    assert Asked(KEY, [], MODEL, granted).model == "gpt-realtime"


def test_of_what_kind_a_session_is() -> None:
    assert Asked({}, [], MODEL).kind == "realtime"
    assert Asked({}, [], {"intent": "transcription"}).kind == "transcription"
    assert Asked({}, [], MODEL, {"type": "transcription"}).kind == "transcription"
