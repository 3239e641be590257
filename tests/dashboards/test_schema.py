"""The boards against Grafana's own types, by the TypeScript compiler: it knows every key, and where it belongs."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from support.boards import COMPILED, compiled_boards
from support.environments import node_with

pytestmark = pytest.mark.slow

PACKAGE = Path(__file__).parent / "schema" / "package.json"
IMPORT = "import type { Dashboard } from '@grafana/schema';"
ENUMS = re.compile(r"""("(?:mode|sort|graphTooltip|refresh)": )("[^"]*"|\d+)""")
"""To an enum TypeScript lets no text be assigned, the right one neither, and then looks no further into the panel."""
KNOWN = (
    # Of annotations each data source has keys of its own.
    re.compile(
        r"""TS2353: .*'"(expr|titleFormat|textFormat|useValueForTime)"' does not exist in type 'AnnotationQuery"""
    ),
    # It stands in the SDK's schema of variables, of the same release.
    re.compile(r"""TS2353: .*'"auto"' does not exist in type 'VariableModel'"""),
)


@pytest.fixture(scope="module")
def complaints() -> Callable[[str], list[str]]:
    """What the compiler says of a board's JSON."""
    room = node_with(PACKAGE)

    def check(board: str) -> list[str]:
        file = room / "board.ts"
        typed = ENUMS.sub(r"\1\2 as never", board.rstrip())
        file.write_text(f"{IMPORT}\nexport const board = {typed} satisfies Dashboard;\n")
        command = ["node_modules/.bin/tsc", "--noEmit", "--skipLibCheck", "--strict", "--module", "node16", file.name]
        run = subprocess.run(command, cwd=room, capture_output=True, text=True, timeout=100)
        found = run.stdout.splitlines()
        assert run.returncode == 0 or found, run.stderr
        return [line for line in found if not line.startswith(" ") and not any(one.search(line) for one in KNOWN)]

    return check


@pytest.mark.parametrize("uid", [board["uid"] for board in compiled_boards()])
def test_every_key_is_grafanas(uid: str, complaints: Callable[[str], list[str]]) -> None:
    assert complaints((COMPILED / "boards" / f"{uid}.json").read_text()) == []


def test_a_misspelt_key_is_found(complaints: Callable[[str], list[str]]) -> None:
    text = (COMPILED / "boards" / "voicetap-overview.json").read_text()
    [complaint] = complaints(text.replace('"unit"', '"unti"', 1))
    assert "unti" in complaint
