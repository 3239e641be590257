"""What a test needs that pip does not bring; absent, the test skips here and fails in CI.

In CI (VOICETAP_REQUIRE_TOOLS=1) a missing program is a fault of the script that prepares the machine, so it may not
pass as a skip.
"""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
"""The root of the project: where pyproject.toml is."""


def tools_are_required() -> bool:
    """Whether a missing program fails the test that needs it."""
    return os.environ.get("VOICETAP_REQUIRE_TOOLS") == "1"


def requires_program(*names: str) -> str:
    """The path of the first of `names` that is installed; a daemon's directory counts although PATH may lack it."""
    search = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/sbin"])
    for name in names:
        if found := shutil.which(name, path=search):
            return found
    lacks(f"needs {' or '.join(names)}, not installed")


def lacks(reason: str) -> NoReturn:
    """End the test for want of a tool."""
    if tools_are_required():
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def requires_path(path: str | Path) -> Path:
    """`path`, relative to the project's root; skips where it is absent, for the project must stand alone."""
    found = REPOSITORY / path
    if not found.exists():
        pytest.skip(f"needs {path}, which is not beside this project")
    return found
