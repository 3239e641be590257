"""The page's JavaScript: its types, by the TypeScript compiler, and what of it needs no browser, by Node."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from support.environments import node_with
from support.requires import REPOSITORY, requires_program

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
STATIC = REPOSITORY / "proxy" / "voicetap" / "web" / "page" / "static"
MODULES = sorted(STATIC.rglob("*.js"))
LONGEST = 250
"""Lines of a module."""
EXAMPLE = ("wss://api.openai.com", "")
"""What the page tells people to replace, and the empty text."""

STRICT = [
    "--noEmit",
    "--allowJs",
    "--checkJs",
    "--strict",
    "--noUncheckedIndexedAccess",
    "--exactOptionalPropertyTypes",
    "--noUnusedLocals",
    "--noUnusedParameters",
    "--noImplicitReturns",
    *("--target", "esnext"),
    *("--module", "esnext"),
    *("--moduleResolution", "bundler"),
    *("--lib", "esnext,dom,dom.iterable"),
    *("--types", ""),
]


def complaints(modules: Path) -> list[str]:
    """What the compiler says of the page's modules, from main.js on."""
    room = node_with(HERE / "types" / "package.json")
    command = ["node_modules/.bin/tsc", *STRICT, str(modules / "main.js")]
    run = subprocess.run(command, cwd=room, capture_output=True, text=True, timeout=100)
    found = run.stdout.splitlines()
    assert run.returncode == 0 or found, run.stderr
    return found


def test_every_type_is_right() -> None:
    assert complaints(STATIC) == []


def test_a_wrong_type_is_found(tmp_path: Path) -> None:
    copy = tmp_path / "static"
    shutil.copytree(STATIC, copy)
    module = copy / "places.js"
    module.write_text(module.read_text().replace("span.outcome", "span.outcoem", 1))
    [complaint] = complaints(copy)
    assert "outcoem" in complaint


@pytest.mark.parametrize(
    "file", sorted((HERE / "modules").glob("*.test.mjs")), ids=lambda file: file.name.split(".")[0]
)
def test_what_needs_no_browser(file: Path, tmp_path: Path) -> None:
    node = requires_program("node")
    shutil.copytree(STATIC, tmp_path / "static")
    shutil.copy(file, tmp_path)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    run = subprocess.run([node, "--test", file.name], cwd=tmp_path, capture_output=True, text=True, timeout=100)
    assert run.returncode == 0, run.stdout


def test_each_module_says_its_job_first_and_is_small() -> None:
    without = [str(path.relative_to(STATIC)) for path in MODULES if not path.read_text().startswith("/**")]
    long = [str(path.relative_to(STATIC)) for path in MODULES if len(path.read_text().splitlines()) > LONGEST]
    assert (without, long) == ([], [])


def test_nothing_is_asked_of_others() -> None:
    """No asset, font or script comes from anywhere but voicetap; namespaces are no addresses."""
    elsewhere = re.compile(
        r"(?:https?:)?//(?!www\.w3\.org/2000/svg)[a-z]|\b(?:inner|outer)HTML\b|insertAdjacent|document\.write|\beval\("
    )
    for path in STATIC.rglob("*.*"):
        text = "\n".join(line for line in path.read_text().splitlines() if not line.strip().startswith(("//", "*")))
        assert elsewhere.findall(text.replace(*EXAMPLE)) == [], path.name
