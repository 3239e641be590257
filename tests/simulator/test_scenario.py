from dataclasses import replace
from typing import Any

import pytest

from dashboards.objectives import FAST_BURN, RESPONSE, TRANSCRIPTION
from voicetap.simulator.refusal import Refusal
from voicetap.simulator.scenario import DEFAULT, Outage, Scenario
from voicetap.simulator.shipped import SCENARIOS

TROUBLE = Scenario(transcription_failure_rate=1.0, empty_transcript_rate=0.0)
TRANSCRIBING = ("transcription_failure_rate", "transcription_failures", "transcription_seconds", "outage")


def test_the_default_scenario_always_gives_a_result() -> None:
    """Clients under test wait for one."""
    assert SCENARIOS["default"].missing_transcription_rate == 0


@pytest.mark.parametrize(
    "rates",
    [
        {"transcription_failure_rate": -0.1},
        {"transcription_failure_rate": 0.7, "empty_transcript_rate": 0.4},
        {"missing_transcription_rate": 1.1, "transcription_failure_rate": 0.0},
        {"repeated_transcript_rate": -0.1},
        {"response_failure_rate": 1.1},
        {"stall_rate": 2.0},
        {"tool_call_rate": -1.0},
        {"response_failure_rate": 0.5, "incomplete_rate": 0.4, "empty_response_rate": 0.2},
        {"unanswered_rate": 0.5, "refusals": (Refusal(status=500, rate=0.6),)},
    ],
)
def test_rates_that_leave_nothing_to_draw_from_are_refused(rates: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Scenario(**rates)


class TestAnOutage:
    SCENARIO = replace(DEFAULT, outage=Outage(begins=120, lasts=180, every=600, behaviour=TROUBLE))

    @pytest.mark.parametrize("seconds", [0, 119.9, 300, 719.9, 900, 1319.9])
    def test_changes_nothing_before_between_and_after(self, seconds: float) -> None:
        assert self.SCENARIO.at(seconds) is self.SCENARIO

    @pytest.mark.parametrize("seconds", [120, 299.9, 720, 899.9, 1320])
    def test_comes_again_and_again(self, seconds: float) -> None:
        assert self.SCENARIO.at(seconds) is TROUBLE

    @pytest.mark.parametrize("seconds", [0, 120, 10_000])
    def test_is_nothing_that_other_scenarios_have(self, seconds: float) -> None:
        for name, scenario in SCENARIOS.items():
            assert scenario.at(seconds) is scenario or name == "outage"

    @pytest.mark.parametrize(("begins", "lasts", "every"), [(-1, 10, 20), (0, 0, 20), (0, 21, 20)])
    def test_ends_before_the_next_begins(self, begins: float, lasts: float, every: float) -> None:
        with pytest.raises(ValueError, match="an outage"):
            replace(DEFAULT, outage=Outage(begins, lasts, every, TROUBLE))


def test_outside_its_outages_the_service_is_good() -> None:
    """Or the alert would not end."""
    everyday, trouble = SCENARIOS["outage"].at(0), SCENARIOS["outage"].at(120)
    assert everyday.transcription_failure_rate + everyday.missing_transcription_rate < TRANSCRIPTION.budget / 2
    assert everyday.response_failure_rate < RESPONSE.budget / 2
    assert everyday.stall_rate == 0
    assert trouble.transcription_failure_rate > FAST_BURN.rate * TRANSCRIPTION.budget
    assert replace(trouble, **{name: getattr(everyday, name) for name in TRANSCRIBING}) == everyday
