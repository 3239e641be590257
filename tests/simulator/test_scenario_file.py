"""Files of scenarios: what is read, and the one line that says what is wrong."""

from pathlib import Path

import pytest

from voicetap.simulator.disturbance import Drop, Failure
from voicetap.simulator.refusal import Refusal
from voicetap.simulator.scenario import DEFAULT, Scenario
from voicetap.simulator.scenario_file import ScenarioError, parse_scenario, read_scenario


def test_what_a_file_does_not_say_is_as_by_default() -> None:
    assert parse_scenario("", "empty.toml") == DEFAULT


def test_a_file_that_says_a_lot() -> None:
    text = """
        about = "mine"
        reply_ms = [100, 200]
        tokens_per_minute = 500
        transcription_failures = [{ type = "server_error", message = "Oh." }]
        incomplete_reasons = ["content_filter"]

        [[refusals]]
        status = 503
        rate = 0.1

        [[disturbances]]
        on = "error"
        do = "drop"
    """
    assert parse_scenario(text, "mine.toml") == Scenario(
        about="mine",
        reply_ms=(100.0, 200.0),
        tokens_per_minute=500,
        transcription_failures=(Failure("server_error", "Oh."),),
        incomplete_reasons=("content_filter",),
        refusals=(Refusal(status=503, rate=0.1),),
        disturbances=(Drop(on="error", do="drop"),),
    )


def test_an_outage_says_only_what_is_different() -> None:
    text = """
        stall_rate = 0.1
        tool_call_rate = 0.2
        [outage]
        begins = 10
        lasts = 5
        every = 60
        [outage.behaviour]
        tool_call_rate = 0.9
    """
    scenario = parse_scenario(text, "outage.toml")
    assert scenario.outage is not None
    assert scenario.outage.behaviour == Scenario(stall_rate=0.1, tool_call_rate=0.9)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("stal_rate = 1", "stal_rate: there is no such key"),
        ("stall_rate = 2", "stall_rate: input should be less than or equal to 1"),
        ('stall_rate = "often"', "stall_rate: input should be a valid number, unable to parse string as a number"),
        ("stall_seconds = [3, 2]", "stall_seconds: the first of the two must not be greater than the second"),
        ("stall_seconds = [1]", "stall_seconds[2]: is required"),
        ('dialect = "alpha"', "dialect: input should be 'ga' or 'beta'"),
        (
            "transcription_failure_rate = 0.7\nempty_transcript_rate = 0.4",
            "transcription_failure_rate, empty_transcript_rate and missing_transcription_rate together"
            " must lie between 0 and 1",
        ),
        (
            "unanswered_rate = 0.5\nrefusals = [{ status = 503, rate = 0.6 }]",
            "the rates of refusals and unanswered_rate together must lie between 0 and 1",
        ),
        ("refusals = [{ status = 200 }]", "refusals[1].status: input should be greater than or equal to 400"),
        ("response_failures = []", "response_failures: tuple should have at least 1 item after validation, not 0"),
        ('response_failures = [{ type = "t" }]', "response_failures[1].message: is required"),
        ('[[disturbances]]\non = "error"', "disturbances[1]: needs `do`, which says what happens"),
        (
            '[[disturbances]]\nat = 1\ndo = "reset"\n[[disturbances]]\non = "error"\ndo = "delay"',
            "disturbances[2].seconds: is required",
        ),
        ('[[disturbances]]\nat = 1\ndo = "reset"\ncode = 1', "disturbances[1].code: there is no such key"),
        (
            '[[disturbances]]\ndo = "reset"',
            "disturbances[1]: needs either `on`, the type of an event, or `at`, a time in seconds",
        ),
        (
            "[outage]\nbegins = 0\nlasts = 9\nevery = 5\n[outage.behaviour]",
            "an outage begins at 0 or later, and is over when the next one begins",
        ),
        ("[outage]\nbegins = 0\nlasts = 9", "outage.every: is required"),
        (
            "[outage]\nbegins = 0\nlasts = 9\nevery = 9\n[outage.behaviour]\nstall_rate = -1",
            "outage.behaviour.stall_rate: input should be greater than or equal to 0",
        ),
        (
            "[outage]\nbegins = 0\nlasts = 9\nevery = 9\n[outage.behaviour.outage]",
            "outage.behaviour.outage: there is no outage within an outage",
        ),
        ("outage = 1", "outage: "),
        ("stall_rate =", "Invalid value (at end of document)"),
    ],
)
def test_a_mistake_is_named_in_one_line(text: str, problem: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(text, "mine.toml")
    said = str(caught.value)
    assert said.startswith(f"mine.toml: {problem}")
    assert "\n" not in said


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="No such file"):
        read_scenario(tmp_path / "none.toml")
    file = tmp_path / "latin.toml"
    file.write_bytes(b'about = "\xe4"')
    with pytest.raises(ScenarioError, match="must be UTF-8; byte 9 is not"):
        read_scenario(file)
