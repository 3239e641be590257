import pytest

from voicetap.simulator.scenario import SCENARIOS, Scenario


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
    ],
)
def test_rates_that_leave_nothing_to_draw_from_are_refused(rates: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Scenario(**rates)  # type: ignore[arg-type]
