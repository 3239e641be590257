"""A scenario's file (TOML) -> the scenario, or what is wrong with it, in one line that names the key."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from .scenario import Scenario

_OUTAGE = "outage"
_BEHAVIOUR = "behaviour"
_TAG = "do"


class ScenarioError(ValueError):
    """What is wrong with a scenario: the file, the key, and what to change."""


def read_scenario(path: Path) -> Scenario:
    """Read a file; raise ScenarioError."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ScenarioError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{path}: must be UTF-8; byte {error.start} is not") from error
    return parse_scenario(text, str(path))


def parse_scenario(text: str, name: str) -> Scenario:
    """The scenario that the text of the file of this name describes; raise ScenarioError.

    In `outage.behaviour` stands only what is different meanwhile.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{name}: {error}") from error
    outage = data.get(_OUTAGE)
    if isinstance(outage, dict) and isinstance(outage.get(_BEHAVIOUR, {}), dict):
        different = outage.get(_BEHAVIOUR, {})
        if _OUTAGE in different:
            raise ScenarioError(f"{name}: {_OUTAGE}.{_BEHAVIOUR}.{_OUTAGE}: there is no outage within an outage")
        ordinary = {key: value for key, value in data.items() if key != _OUTAGE}
        data = {**data, _OUTAGE: {**outage, _BEHAVIOUR: {**ordinary, **different}}}
    try:
        return _adapter().validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        key = _key(data, first["loc"])
        raise ScenarioError(f"{name}: {key + ': ' if key else ''}{_what(first['type'], first['msg'])}") from error


@cache
def _adapter() -> TypeAdapter[Scenario]:
    """Made once: that takes longer than reading all the files."""
    return TypeAdapter(Scenario)


def _key(data: Any, location: tuple[int | str, ...]) -> str:
    """As somebody who wrote the file calls it: what pydantic puts between the keys is left out."""
    named = ""
    for place, part in enumerate(location):
        if isinstance(part, int):
            named += f"[{part + 1}]"
            data = data[part] if isinstance(data, list) and part < len(data) else None
        elif isinstance(data, dict) and (part in data or (place == len(location) - 1 and part != data.get(_TAG))):
            named += f".{part}"
            data = data.get(part)
    return named.lstrip(".")


_SAID = {
    "unexpected_keyword_argument": "there is no such key",
    "missing": "is required",
    "missing_argument": "is required",
    "union_tag_not_found": "needs `do`, which says what happens",
}


def _what(kind: str, message: str) -> str:
    message = message.removeprefix("Value error, ")
    return _SAID.get(kind, message[:1].lower() + message[1:])
