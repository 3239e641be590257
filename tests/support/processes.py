"""voicetap's commands as processes of their own: started, awaited, ended, and held to a clean end.

    with simulate() as server, serve(f"http://{server.listen}") as proxy:
        ...  # proxy.listen and proxy.admin are "host:port"

A process is ready once it has printed its `listening` line. Leaving the block sends SIGTERM; an exit status other
than 0 or a traceback in its log then fails the test.
"""

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import IO, Any

READY_SECONDS = 20.0
"""Most of it is the import of the packages, on a busy machine."""
EXIT_SECONDS = 10.0


class Process:
    """A voicetap command that has said where it listens."""

    def __init__(self, process: subprocess.Popen[bytes], log: IO[bytes], listening: Mapping[str, Any]) -> None:
        self.process = process
        self.listening = listening
        self._log = log

    @property
    def pid(self) -> int:
        """Of the process itself; it has no children."""
        return self.process.pid

    @property
    def listen(self) -> str:
        """`host:port` of the API."""
        return str(self.listening["listen"])

    @property
    def admin(self) -> str:
        """`host:port` of /metrics and the probes."""
        return str(self.listening["admin"])

    @property
    def page(self) -> str:
        """`host:port` of the live page, where it was asked for."""
        return str(self.listening["page"])

    def log(self) -> str:
        """All of standard error so far."""
        return _read(self._log)

    def records(self) -> list[dict[str, Any]]:
        """The JSON lines of standard error so far."""
        return [json.loads(line) for line in self.log().splitlines() if line.startswith("{")]

    def signal(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Sends it, without waiting for what comes of it."""
        self.process.send_signal(number)

    def wait(self, seconds: float = EXIT_SECONDS) -> int:
        """The exit status, awaited for at most `seconds`; raises subprocess.TimeoutExpired."""
        return self.process.wait(seconds)


def _environment() -> dict[str, str]:
    """This process's own, without what would configure voicetap or its telemetry."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("VOICETAP_", "OTEL_"))}


def _read(file: IO[bytes]) -> str:
    size = os.fstat(file.fileno()).st_size
    return os.pread(file.fileno(), size, 0).decode("utf-8", "replace")


def _first_line(process: subprocess.Popen[bytes], log: IO[bytes]) -> dict[str, Any]:
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], READY_SECONDS)
    line = process.stdout.readline() if ready else b""
    if not line:
        process.kill()
        process.wait()
        raise AssertionError(f"{process.args!r} did not say that it listens; its log:\n{_read(log)}")
    first: dict[str, Any] = json.loads(line)
    assert first["event"] == "listening", first
    return first


@contextmanager
def running(*arguments: str, env: Mapping[str, str] | None = None) -> Iterator[Process]:
    """`voicetap ARGUMENTS` from its `listening` line to its end; `env` is added to the environment.

    A test may end the process itself (`signal`, `wait`); then only the log is looked at here.
    """
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "voicetap", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            env={**_environment(), **(env or {})},
        )
        assert process.stdout is not None
        with process.stdout:
            try:
                yield Process(process, log, _first_line(process, log))
                ended_by_test = process.poll() is not None
                if not ended_by_test:
                    process.terminate()
                    status = process.wait(EXIT_SECONDS)
                    assert status == 0, f"voicetap {arguments[0]} exited with {status}; its log:\n{_read(log)}"
                text = _read(log)
                assert "Traceback" not in text, f"voicetap {arguments[0]} logged a traceback:\n{text}"
            finally:
                if process.poll() is None:
                    process.kill()
                    process.wait()


def serve(upstream: str, *options: str, env: Mapping[str, str] | None = None) -> AbstractContextManager[Process]:
    """`voicetap serve` in front of the URL `upstream`, on ports of its own choice, and without a page."""
    ports = ["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--page", "off"]
    return running("serve", "--upstream", upstream, *ports, *options, env=env)


def simulate(*options: str) -> AbstractContextManager[Process]:
    """`voicetap simulate` on a port of its own choice."""
    return running("simulate", "--listen", "127.0.0.1:0", *options)
