"""Reads a Dockerfile and its .dockerignore as a builder does; as far as ours go, which have no here-documents."""

import json
import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import NamedTuple


class Instruction(NamedTuple):
    """One, with its flags (`--mount=…`) apart."""

    name: str
    flags: list[str]
    value: str


@dataclass
class Stage:
    """From one FROM to the next."""

    base: str
    name: str
    instructions: list[Instruction] = field(default_factory=list)

    def all(self, name: str) -> list[Instruction]:
        """Those of this name, in order."""
        return [instruction for instruction in self.instructions if instruction.name == name]

    def last(self, name: str) -> Instruction:
        """The one of this name that holds; fails where there is none."""
        return self.all(name)[-1]

    def environment(self) -> dict[str, str]:
        """What its ENV set."""
        return {key: value for one in self.all("ENV") for key, value in pairs(one.value).items()}


_FLAGS = re.compile(r"((?:--\S+\s+)*)(.*)", re.DOTALL)


def read(text: str) -> list[Stage]:
    """The stages; the ARGs before the first of them are filled into their FROM."""
    arguments: dict[str, str] = {}
    stages: list[Stage] = []
    for line in _lines(text):
        name, _, rest = line.partition(" ")
        if name == "FROM":
            base, _, alias = rest.partition(" AS ")
            stages.append(Stage(_filled(base, arguments), alias or str(len(stages))))
        elif not stages:
            assert name == "ARG", line
            key, _, default = rest.partition("=")
            arguments[key] = default
        else:
            match = _FLAGS.fullmatch(rest.strip())
            assert match is not None
            stages[-1].instructions.append(Instruction(name, match[1].split(), match[2]))
    return stages


def _lines(text: str) -> Iterable[str]:
    """Continued lines as one; comments go, also those between."""
    kept = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    return filter(None, (line.strip() for line in re.sub(r"\\\n\s*", "", kept).splitlines()))


def _filled(text: str, arguments: dict[str, str]) -> str:
    return re.sub(r"\$\{(\w+)\}", lambda match: arguments[match[1]], text)


def exec_form(text: str) -> list[str]:
    """The words of `["a", "b"]`; raises ValueError for the form that a shell reads."""
    words = json.loads(text)
    if not isinstance(words, list):
        raise ValueError(text)
    return words


def pairs(text: str) -> dict[str, str]:
    """Of `a=b c="d e"`."""
    return dict(word.split("=", 1) for word in shlex.split(text))


class Ignored:
    """What a .dockerignore keeps from the builder: the last line that fits decides."""

    def __init__(self, text: str) -> None:
        self._rules = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]

    def __call__(self, path: str) -> bool:
        """Of a path relative to the context; what fits a directory fits all that is in it."""
        parts = PurePosixPath(path).parts
        ignored = False
        for rule in self._rules:
            if any(_fits(parts[:length], rule.removeprefix("!")) for length in range(1, len(parts) + 1)):
                ignored = not rule.startswith("!")
        return ignored


def _fits(parts: tuple[str, ...], pattern: str) -> bool:
    wanted = PurePosixPath(pattern).parts
    if wanted[0] == "**":
        return any(_fits(parts[start:], "/".join(wanted[1:])) for start in range(len(parts)))
    return len(parts) == len(wanted) and all(map(fnmatchcase, parts, wanted))
