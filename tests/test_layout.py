"""The shape of the project: each module has its tests, and no file depends on where it was written."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

import voicetap
from support.requires import REPOSITORY, lacks, requires_program

PACKAGE = REPOSITORY / "proxy" / "voicetap"
TESTS = REPOSITORY / "tests"

_FACTS = ("answers", "connection", "content", "messages", "session", "trace", "transcription", "turns", "usage")

TESTED_THROUGH = {
    "chunks": "nouns without behaviour; the tests of relay and observe write and read them",
    **{f"facts.{name}": "nouns without behaviour; tests.facts.test_fact looks at every one" for name in _FACTS},
}
"""Modules without a test file of their own, and what tests them instead."""

MACHINE_PATH = re.compile(r"(?<![\w.~}*-])/(work|root|home|tmp)/\w")
REGISTRY_HOST = re.compile(r"\b(pypi|pythonhosted|npmjs|yarnpkg|deb\.debian)\b\.(org|com|net)\b")


def modules() -> list[str]:
    """Dotted names below voicetap; what only exports or starts is left out."""
    paths = [path.relative_to(PACKAGE).with_suffix("") for path in PACKAGE.rglob("*.py")]
    return sorted(".".join(path.parts) for path in paths if path.name not in {"__init__", "__main__"})


def mirror_of(module: str) -> Path:
    *packages, name = module.split(".")
    return TESTS.joinpath(*packages, f"test_{name}.py")


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Path -> content of every file that git keeps, or would keep."""
    git = requires_program("git")
    command = [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True)
    if listing.returncode != 0:
        lacks("not a git checkout")
    paths = [REPOSITORY / name for name in listing.stdout.split("\0") if name]
    return {str(path.relative_to(REPOSITORY)): path.read_text("utf-8", "replace") for path in paths if path.is_file()}


def test_every_module_has_its_test_file() -> None:
    without = [name for name in modules() if name not in TESTED_THROUGH and not mirror_of(name).exists()]
    assert without == []


def test_the_list_of_modules_tested_elsewhere_is_up_to_date() -> None:
    unknown = TESTED_THROUGH.keys() - set(modules())
    have_one_after_all = [name for name in TESTED_THROUGH if mirror_of(name).exists()]
    assert (unknown, have_one_after_all) == (set(), [])


def test_nothing_is_imported_through_the_source_root(texts: dict[str, str]) -> None:
    """`import proxy.voicetap` would make every module exist twice."""
    imported = {
        (path, name)
        for path, text in texts.items()
        if path.endswith(".py")
        for node in ast.walk(ast.parse(text))
        for name in _imported_by(node)
    }
    assert [found for found in sorted(imported) if found[1].split(".")[0] == "proxy"] == []


def _imported_by(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []


def test_the_version_is_the_newest_of_the_changelog() -> None:
    changelog = (REPOSITORY / "CHANGELOG.md").read_text()
    newest = re.search(r"^## (\d+\.\d+\.\d+)", changelog, re.MULTILINE)
    assert newest is not None
    assert newest.group(1) == voicetap.__version__


@pytest.mark.parametrize("pattern", [MACHINE_PATH, REGISTRY_HOST], ids=["machine path", "registry host"])
def test_no_file_names_the_place_it_was_made_at(texts: dict[str, str], pattern: re.Pattern[str]) -> None:
    found = [
        f"{path}:{number}: {line.strip()}"
        for path, text in texts.items()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == []
