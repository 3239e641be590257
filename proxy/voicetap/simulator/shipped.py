"""The scenarios that come with the simulator: one file each, in `scenarios/`, by the name that `--scenario` takes."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources

from .scenario import Scenario
from .scenario_file import parse_scenario

_FILES = resources.files(__package__) / "scenarios"
_SUFFIX = ".toml"


class Shipped(Mapping[str, Scenario]):
    """Name -> scenario, in alphabetical order; a file is read when it is first asked for."""

    def __getitem__(self, name: str) -> Scenario:
        """Raise KeyError where there is none."""
        if name not in _names():
            raise KeyError(name)
        return _load(name)

    def __iter__(self) -> Iterator[str]:
        """Their names."""
        return iter(_names())

    def __len__(self) -> int:
        """How many there are."""
        return len(_names())


@cache
def _names() -> tuple[str, ...]:
    return tuple(sorted(file.name.removesuffix(_SUFFIX) for file in _FILES.iterdir() if file.name.endswith(_SUFFIX)))


@cache
def _load(name: str) -> Scenario:
    file = _FILES / f"{name}{_SUFFIX}"
    return parse_scenario(file.read_text(encoding="utf-8"), file.name)


SCENARIOS = Shipped()
