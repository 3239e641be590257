"""Rooms for clients that do not fit into .venv: a virtual environment or a node_modules of their own.

They are kept in .cache, by what was asked for, so that only the first run installs anything. How packages are fetched
is left to the configuration of pip and npm.
"""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.requires import REPOSITORY, requires_program

CACHE = REPOSITORY / ".cache" / "clients"
INSTALL_SECONDS = 400


def python_with(requirements: Path) -> Path:
    """The interpreter of a virtual environment that has what the file names."""
    room = _room(requirements, sys.version)
    python = room / "bin" / "python"
    if not (room / "complete").exists():
        shutil.rmtree(room, ignore_errors=True)
        _install([sys.executable, "-m", "venv", str(room)], REPOSITORY)
        _install([str(python), "-m", "pip", "install", "--quiet", "-r", str(requirements)], REPOSITORY)
        (room / "complete").touch()
    return python


def node_with(package: Path) -> Path:
    """A directory with the scripts beside the given package.json, and the node_modules that it asks for."""
    npm = requires_program("npm")
    room = _room(package, "node")
    if not (room / "complete").exists():
        shutil.rmtree(room, ignore_errors=True)
        room.mkdir(parents=True)
        shutil.copy(package, room)
        _install([npm, "install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"], room)
        (room / "complete").touch()
    for script in package.parent.glob("*.mjs"):
        shutil.copy(script, room)
    return room


def _room(wanted: Path, kind: str) -> Path:
    digest = hashlib.sha256(kind.encode() + wanted.read_bytes()).hexdigest()
    return CACHE / f"{wanted.parent.name}-{digest[:12]}"


def _install(command: list[str], directory: Path) -> None:
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=INSTALL_SECONDS)
    if done.returncode != 0:
        pytest.fail(f"{command[:4]} failed:\n{done.stdout}{done.stderr}", pytrace=False)
