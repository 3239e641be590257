"""The simulated server, and voicetap before it: two processes, fresh for each test, so that counts start at 0."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.processes import Process, serve, simulate
from support.turn import utterance


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[Process]:
    """Its parameter, if any, is the scenario."""
    with simulate("--seed", "1", "--scenario", getattr(request, "param", "default")) as process:
        yield process


@pytest.fixture
def proxy(server: Process) -> Iterator[Process]:
    with serve(f"http://{server.listen}") as process:
        yield process


@pytest.fixture
def speech(tmp_path: Path) -> Path:
    """An utterance as a file, for the callers that are programs of their own."""
    file = tmp_path / "utterance.pcm"
    file.write_bytes(utterance())
    return file
