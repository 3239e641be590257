from pathlib import Path

import pytest

from voicetap import simulator
from voicetap.simulator.scenario import DEFAULT
from voicetap.simulator.shipped import SCENARIOS

FILES = Path(simulator.__file__).parent / "scenarios"


def test_there_is_one_for_each_file_in_alphabetical_order() -> None:
    assert list(SCENARIOS) == sorted(path.stem for path in FILES.glob("*.toml"))
    assert len(SCENARIOS) == len(list(SCENARIOS))


@pytest.mark.parametrize("name", SCENARIOS)
def test_each_says_in_one_line_what_it_is_for(name: str) -> None:
    about = SCENARIOS[name].about
    assert 0 < len(about) <= 120
    assert "\n" not in about


def test_the_default_is_the_defaults() -> None:
    assert SCENARIOS["default"].__dict__ | {"about": ""} == DEFAULT.__dict__


def test_what_there_is_not() -> None:
    assert "perfect" not in SCENARIOS
    with pytest.raises(KeyError):
        SCENARIOS["../shipped"]
