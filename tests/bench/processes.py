"""Starting, pinning and ending the processes of one turn."""

import json
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_START_SECONDS = 20.0
_END_SECONDS = 5.0


@contextmanager
def process(
    command: Sequence[str],
    core: int,
    log: Path,
    *,
    commanded: bool = False,
    variables: Mapping[str, str] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run the command on one core; its stderr (and its stdout, unless we command it) goes to the log.

    `variables` are added to the environment, from which all that would configure voicetap or its telemetry is removed.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "VOICETAP_"))}
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    environment |= variables or {}
    with log.open("ab") as output:
        child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE if commanded else subprocess.DEVNULL,
            stdout=subprocess.PIPE if commanded else output,
            stderr=output,
            env=environment,
            preexec_fn=lambda: _prepare(core),
        )
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()


def _prepare(core: int) -> None:
    """In the child: one core, and as many descriptors as it may have; a session takes up to two."""
    os.sched_setaffinity(0, {core})
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def tell(child: subprocess.Popen[bytes], message: object) -> None:
    """A line of JSON to an end of the load."""
    assert child.stdin is not None
    child.stdin.write(json.dumps(message).encode() + b"\n")
    child.stdin.flush()


def hear(child: subprocess.Popen[bytes], log: Path) -> Any:
    """The next line of JSON of an end of the load."""
    assert child.stdout is not None
    line = child.stdout.readline()
    if not line:
        raise ConnectionError(f"an end of the load ended: {last_line(log)}")
    return json.loads(line)


def wait_until_listening(child: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Return as soon as the port takes connections."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise ConnectionError(f"the peer ended with status {child.returncode}: {last_line(log)}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            pause(0.05)
    raise ConnectionError(f"the peer does not listen after {_START_SECONDS:.0f} s: {last_line(log)}")


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def last_line(log: Path) -> str:
    """The last thing a process said."""
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "(it said nothing)"


def pause(seconds: float) -> None:
    """Wait, without taking processor time from anybody."""
    time.sleep(seconds)  # noqa: TID251 - no event loop here
