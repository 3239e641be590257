"""Builds our Dockerfile without a container engine: each instruction as it is written, in a root directory of its own.

What comes of it shows that our instructions work and fit each other. It does not show that the base image has what it
is taken to have (`support.confinement` says what stands in for it): a `python` with venv, and the certificates of
authorities. The Python is that of the tests, whatever version the Dockerfile names.
"""

import ast
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from support.confinement import PATH, entering, new_root, requires_confinement, seeing, within
from support.dockerfile import Ignored, Instruction, Stage, exec_form, read

BUILD_SECONDS = 400
_OF_THE_IMAGE = {"ENV", "LABEL", "EXPOSE", "USER", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"}
"""Say how the image is run, and do nothing when it is built."""
_SECRET = "--mount=type=secret,id=pip.conf,target=/etc/pip.conf"


@dataclass(frozen=True)
class Image:
    """What the last stage left behind, and what it says of how to run it."""

    root: Path
    environment: dict[str, str]
    entrypoint: list[str]
    command: list[str]
    user: str
    healthcheck: list[str]
    stop_signal: signal.Signals


def build(context: Path, directory: Path) -> Image:
    """Carry out the Dockerfile of `context`; all files come to lie in `directory`. Skips where that is not possible."""
    requires_confinement(directory)
    builder = _Builder(context, directory)
    for stage in read((context / "Dockerfile").read_text()):
        builder.carry_out(stage)
    _, _, command = stage.last("HEALTHCHECK").value.partition("CMD ")
    return Image(
        directory / stage.name,
        stage.environment(),
        exec_form(stage.last("ENTRYPOINT").value),
        exec_form(stage.last("CMD").value),
        stage.last("USER").value,
        exec_form(command),
        signal.Signals[stage.last("STOPSIGNAL").value],
    )


class _Builder:
    def __init__(self, context: Path, directory: Path) -> None:
        self._context = context
        self._directory = directory
        self._ignored = Ignored((context / ".dockerignore").read_text())

    def carry_out(self, stage: Stage) -> None:
        """All instructions of a stage, in order."""
        root, work, arguments = new_root(self._directory / stage.name), "/", dict[str, str]()
        for instruction in stage.instructions:
            match instruction.name:
                case "WORKDIR":
                    work = instruction.value
                    within(root, work).mkdir(parents=True, exist_ok=True)
                case "ARG":
                    name, given, default = instruction.value.partition("=")
                    if given or name in os.environ:
                        arguments[name] = os.environ.get(name, default)
                case "COPY":
                    self._copy(instruction, root, work)
                case "RUN":
                    _run(instruction, root, work, {"PATH": PATH, **_proxies(), **stage.environment(), **arguments})
                case name:
                    assert name in _OF_THE_IMAGE, f"{name} is not known here"

    def _copy(self, copy: Instruction, root: Path, work: str) -> None:
        *sources, target = copy.value.split()
        to = within(root, target if target.startswith("/") else f"{work}/{target}")
        if copy.flags:
            [source], [flag] = sources, copy.flags
            stage = self._directory / flag.removeprefix("--from=")
            shutil.copytree(within(stage, source), to, symlinks=True)
            return
        for name in sources:
            assert not self._ignored(name), f".dockerignore keeps {name} from the builder"
            source = self._context / name
            if source.is_dir():
                shutil.copytree(source, to, ignore=self._left_out, dirs_exist_ok=True)
            else:
                to.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, to)

    def _left_out(self, directory: str, names: list[str]) -> set[str]:
        return {name for name in names if self._ignored(os.path.relpath(f"{directory}/{name}", self._context))}


def _run(step: Instruction, root: Path, work: str, environment: Mapping[str, str]) -> None:
    """In a shell, as root, with this machine's network; the secret is pip's configuration as it is here."""
    assert step.flags in ([], [_SECRET]), step.flags
    secret = within(root, "/etc/pip.conf")
    if step.flags:
        secret.write_text(_pip_configuration())
    command = [*entering(root, "rw"), *seeing(environment, work), "/bin/sh", "-c", step.value]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=BUILD_SECONDS)
    finally:
        secret.unlink(missing_ok=True)
    assert done.returncode == 0, f"{step.value}\n{done.stdout}{done.stderr}"


def _pip_configuration() -> str:
    """What `pip config list` says, as a file; also what variables say, for none of them gets in."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    settings: dict[str, str] = {}
    # Variables are listed first, and count more.
    for name, _, value in (line.partition("=") for line in listing.splitlines()):
        settings.setdefault(name.rpartition(".")[2], ast.literal_eval(value))
    return "[global]\n" + "".join(f"{name} = {value}\n" for name, value in settings.items())


def _proxies() -> dict[str, str]:
    """Those that every builder lets in unasked."""
    return {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
