"""Simulated calls, of which the truth is known, against what `voicetap replay --json` makes of their recordings."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from calls.catalogue import Scenario, scenarios, variants
from calls.comparison import differences
from calls.random_calls import random_call

SCENARIOS = list(scenarios())
SEEDS = range(60)
MANY_SEEDS = range(1000, 2000)

Reports = dict[str, list[str]]
"""Name of a recording -> what is wrong with the report about it."""


def replayed(directory: Path, recordings: Iterator[tuple[str, list[str], dict[str, Any]]]) -> Reports:
    """Write the recordings, have them all replayed by one process, and compare."""
    truths = {}
    for name, lines, truth in recordings:
        path = directory / f"{name}.jsonl"
        path.write_text("\n".join(lines) + "\n")
        truths[str(path)] = truth
    command = [sys.executable, "-m", "voicetap", "replay", "--json", *truths]
    run = subprocess.run(command, capture_output=True, text=True, timeout=250)
    assert run.returncode == 0, run.stderr
    reports = json.loads(run.stdout)
    assert [report["file"] for report in reports] == list(truths)
    return {
        Path(path).stem: list(differences(truth, report))
        for (path, truth), report in zip(truths.items(), reports, strict=True)
    }


def written(scenario: Scenario) -> Iterator[tuple[str, list[str], dict[str, Any]]]:
    """A scenario in each of its forms."""
    truth = scenario.run()
    for name, variant in variants(truth).items():
        yield f"{scenario.name}.{name}", truth.recording.written(variant), truth.report(variant)


def generated(seeds: range) -> Iterator[tuple[str, list[str], dict[str, Any]]]:
    """Calls by chance."""
    for seed in seeds:
        yield f"random.{seed}", *random_call(seed)


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Reports:
    def all_of_them() -> Iterator[tuple[str, list[str], dict[str, Any]]]:
        for scenario in SCENARIOS:
            yield from written(scenario)
        yield from generated(SEEDS)

    return replayed(tmp_path_factory.mktemp("calls"), all_of_them())


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_scenario_is_told_as_it_was(scenario: Scenario, reports: Reports) -> None:
    mine = {name: wrong for name, wrong in reports.items() if name.startswith(f"{scenario.name}.")}
    assert mine
    assert _readable(mine) == ""


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_call_is_told_as_it_was(seed: int, reports: Reports) -> None:
    assert _readable({"": reports[f"random.{seed}"]}) == ""


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_thousand_random_calls_are_told_as_they_were(tmp_path: Path) -> None:
    assert _readable(replayed(tmp_path, generated(MANY_SEEDS))) == ""


def _readable(reports: Reports) -> str:
    return "\n".join(f"{name} {difference}".strip() for name, wrong in reports.items() for difference in wrong)
