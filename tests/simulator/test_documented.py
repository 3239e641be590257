"""docs/simulator.md says what there is: scenarios, settings with their defaults, disturbances; and its examples run."""

import re
import subprocess
import sys
import tomllib
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, get_args

import pytest

from support.requires import REPOSITORY
from voicetap.config import Simulate
from voicetap.simulator import SCENARIOS, Scenario
from voicetap.simulator.disturbance import KINDS
from voicetap.simulator.playback import PATIENCE_SECONDS
from voicetap.simulator.scenario import DEFAULT
from voicetap.simulator.scenario_file import parse_scenario

PAGE = (REPOSITORY / "docs" / "simulator.md").read_text()
COUNTS = {"two": 2, "three": 3}
COMMON = {"on", "at", "every", "rate", "times", "do"}


def rows(*columns: str) -> list[list[str]]:
    """The cells of the tables whose columns are called so, without the last, which explains."""
    found, inside = [], False
    for line in PAGE.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")] if line.startswith("|") else []
        if cells[: len(columns)] == list(columns):
            inside = True
        elif not cells:
            inside = False
        elif inside and not set(line) <= set("|-"):
            found.append(cells)
    return found


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_every_scenario_in_its_own_words() -> None:
    assert rows("name") == [[f"`{name}`", scenario.about] for name, scenario in SCENARIOS.items()]


def test_every_setting_with_its_default() -> None:
    documented = {cells[0].strip("`"): cells[2] for cells in rows("key", "unit", "default")}
    assert documented.keys() == {field.name for field in fields(Scenario)}
    for name, shown in documented.items():
        default: Any = getattr(DEFAULT, name)
        if shown in COUNTS:
            assert len(default) == COUNTS[shown], name
        elif shown == "none":
            assert default is None, name
        else:
            value = tomllib.loads(f"value = {shown.strip('`')}")["value"]
            assert (tuple(value) if isinstance(value, list) else value) == default, name


def test_every_unit_is_told() -> None:
    assert {cells[1] for cells in rows("key", "unit", "default")} <= {
        *("", "text", "list", "table", "failures"),
        *("rate", "s", "ms", "factor", "bytes/s", "tokens/min"),
    }


def test_every_disturbance_with_its_keys() -> None:
    documented = {cells[0].strip("`"): set(re.findall(r"`(\w+)`", cells[1])) for cells in rows("`do`", "with")}
    assert documented == {
        get_args(kind.__annotations__["do"])[0]: {field.name for field in fields(kind)} - COMMON for kind in KINDS
    }


def test_every_option() -> None:
    documented = {name for cells in rows("option") for name in re.findall(r"`--([\w-]+)", cells[0])}
    assert {name.replace("-", "_") for name in documented} | {"pace"} == Simulate.model_fields.keys()


def test_how_patient_it_is() -> None:
    assert f"is waited for {PATIENCE_SECONDS:g} seconds" in PAGE


@pytest.mark.parametrize("example", blocks("toml"))
def test_a_scenario_of_ones_own_can_be_read(example: str) -> None:
    assert parse_scenario(example, "example.toml") != DEFAULT


@pytest.mark.slow
def test_the_tests_of_ones_own_run(tmp_path: Path) -> None:
    [example] = blocks("python")
    file = tmp_path / "test_agent.py"
    file.write_text(example)
    path = {"PATH": str(Path(sys.executable).parent)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(file)]
    done = subprocess.run(command, cwd=tmp_path, env=path, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout


def test_no_setting_lacks_a_default() -> None:
    assert not [field.name for field in fields(Scenario) if field.default is MISSING]
