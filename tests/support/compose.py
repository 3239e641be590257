"""Reads docker-compose.yml as `docker compose` does: YAML, then variables filled in."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from support.requires import REPOSITORY

FILE = REPOSITORY / "docker-compose.yml"
EXAMPLE = REPOSITORY / ".env.example"

_REFERENCE = re.compile(r"\$\{(\w+):-([^}$]*)\}|\$")


def raw() -> dict[str, Any]:
    """The file before variables are filled in."""
    document: dict[str, Any] = yaml.safe_load(FILE.read_text())
    return document


def composed(variables: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The file with these variables, else with the defaults that stand in it."""
    given = variables or {}

    def fill(text: str) -> str:
        # Empty counts as not given, as `:-` has it.
        return _REFERENCE.sub(lambda match: given.get(match[1]) or match[2], text)

    return _mapped(raw(), fill)


def services(variables: Mapping[str, str] | None = None) -> dict[str, dict[str, Any]]:
    """By name."""
    found: dict[str, dict[str, Any]] = composed(variables)["services"]
    return found


def variables_used() -> dict[str, str]:
    """Name -> default; fails where a $ is anything else than a variable with its default."""
    found: dict[str, str] = {}
    for text in strings(raw()):
        for match in _REFERENCE.finditer(text):
            assert match[1], f"{text}: give each variable a default, ${{NAME:-default}}"
            assert found.setdefault(match[1], match[2]) == match[2], f"{match[1]} has two defaults"
    for service in raw()["services"].values():
        found.update(dict.fromkeys(service.get("build", {}).get("args", []), ""))
    return found


def variables_documented() -> dict[str, list[str]]:
    """Name -> the values that .env.example shows."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"^#?([A-Z_]+)=(.*)$", EXAMPLE.read_text(), re.MULTILINE):
        found.setdefault(name, []).append(value)
    return found


def mounts(service: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Source, target and mode of each volume; a source that begins with ./ is a path of the repository."""
    for volume in service.get("volumes", []):
        source, target, *mode = volume.split(":")
        yield source, target, mode[0] if mode else "rw"


def on_this_machine(service: Mapping[str, Any], path: str) -> Path | None:
    """Where a path of a container lies in the repository; None where it is not one of ours."""
    for source, target, _ in mounts(service):
        if source.startswith("./") and (path == target or path.startswith(f"{target}/")):
            return REPOSITORY / source / path.removeprefix(target).lstrip("/")
    return None


def strings(document: Any) -> Iterator[str]:
    """All texts in a document, keys left out."""
    if isinstance(document, str):
        yield document
    elif isinstance(document, Mapping):
        for value in document.values():
            yield from strings(value)
    elif isinstance(document, list):
        for value in document:
            yield from strings(value)


def _mapped(document: Any, change: Callable[[str], str]) -> Any:
    if isinstance(document, str):
        return change(document)
    if isinstance(document, Mapping):
        return {key: _mapped(value, change) for key, value in document.items()}
    return [_mapped(value, change) for value in document] if isinstance(document, list) else document
