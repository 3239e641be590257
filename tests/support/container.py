"""Runs an image without a container engine, and as strictly as the strictest of them would.

with network() as net, run(image, net, ["serve"], {"VOICETAP_UPSTREAM": …}) as container:
    container.first_line()
    container.execute(image.healthcheck)
    container.signal()
    container.wait(30)

It is PID 1 of a namespace of its own, the image's user, without any capability or a way to one, and its root is
read-only. The network has nothing but loopback; containers share it as those of a Pod do. What engines do beyond that
(seccomp, cgroups, a masked /proc) is not here.
"""

import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from support.confinement import confined, entering, seeing
from support.image import Image
from support.mortal import mortal
from support.requires import requires_program

READY_SECONDS = 20.0

_FETCH = """\
import sys, urllib.request
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
print(opener.open(sys.argv[1], timeout=10).read().decode())
"""


class Container:
    """A process that an image runs as, and its namespaces."""

    def __init__(self, image: Image, process: subprocess.Popen[bytes], log: IO[bytes], user: str) -> None:
        self._image = image
        self._process = process
        self._log = log
        self._user = user

    @property
    def pid(self) -> int:
        """Of the process, which is PID 1 to itself."""
        [pid] = self._children()
        return pid

    def first_line(self) -> str:
        """The first line of its standard output, awaited for READY_SECONDS."""
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], READY_SECONDS)
        line = self._process.stdout.readline() if ready else b""
        assert line, self.log()
        return line.decode()

    def log(self) -> str:
        """All of its standard error so far."""
        return os.pread(self._log.fileno(), os.fstat(self._log.fileno()).st_size, 0).decode()

    def status(self) -> dict[str, str]:
        """The kernel's view of it, /proc/PID/status."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}

    def execute(self, command: Sequence[str], user: str | None = None) -> "subprocess.CompletedProcess[str]":
        """Run a command beside it, in its namespaces and with its environment, as engines run a HEALTHCHECK."""
        inside = [requires_program("nsenter"), f"--target={self.pid}", "--mount", "--pid", "--net", "--root"]
        whole = [*inside, *confined(user or self._user), *seeing(self._variables()), *command]
        return subprocess.run(whole, capture_output=True, text=True, timeout=READY_SECONDS)

    def handles(self, number: int) -> bool:
        """Whether it has begun, and has a handler for this signal; all others are lost on PID 1."""
        return bool(self._children()) and bool(int(self.status()["SigCgt"], 16) >> (number - 1) & 1)

    def signal(self) -> None:
        """Send what a `stop` sends."""
        os.kill(self.pid, self._image.stop_signal)

    def wait(self, seconds: float) -> int:
        """Its exit status; raises subprocess.TimeoutExpired."""
        return self._process.wait(seconds)

    def kill(self) -> None:
        """End it where it has not ended; its PID namespace goes with it."""
        if self._process.poll() is None:
            # The process, which unshare buries and follows: the other way round nobody would wait for its end.
            for pid in self._children() or [self._process.pid]:
                os.kill(pid, signal.SIGKILL)
            self._process.wait()

    def _children(self) -> list[int]:
        """Of unshare: none before and after the process that it is there for."""
        text = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text()
        return [int(pid) for pid in text.split()]

    def _variables(self) -> dict[str, str]:
        raw = Path(f"/proc/{self.pid}/environ").read_bytes().split(b"\0")
        return dict(entry.decode().split("=", 1) for entry in raw if entry)


@contextmanager
def network() -> Iterator[int]:
    """A network of its own, by the PID of a process in it."""
    script = f"{requires_program('ip')} link set lo up && echo up && exec sleep infinity"
    command = [*mortal(), requires_program("unshare"), "--net", "/bin/sh", "-c", script]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout:
        try:
            assert process.stdout.readline() == b"up\n"
            yield process.pid
        finally:
            process.kill()
            process.wait()


@contextmanager
def run(
    image: Image,
    net: int,
    command: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    *,
    user: str | None = None,
    mode: str = "ro",
    names: Iterable[str] = (),
) -> Iterator[Container]:
    """The image, or another command of it; `names` are what its neighbours are called.

    Killed where the block leaves it running.
    """
    user = user or image.user
    words = [*image.entrypoint, *(command or image.command)]
    variables = {**image.environment, **(environment or {})}
    with tempfile.TemporaryFile() as log, tempfile.NamedTemporaryFile("w") as hosts:
        hosts.write(f"127.0.0.1 localhost {' '.join(names)}\n")
        hosts.flush()
        Path(hosts.name).chmod(0o644)
        joining = [requires_program("nsenter"), f"--net=/proc/{net}/ns/net"]
        inside = [*joining, *entering(image.root, mode, Path(hosts.name)), *confined(user), *seeing(variables)]
        process = subprocess.Popen([*inside, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log)
        assert process.stdout is not None
        container = Container(image, process, log, user)
        with process.stdout:
            try:
                yield container
            finally:
                container.kill()


def fetch(net: int, url: str) -> str:
    """What an address answers in a network."""
    command = [requires_program("nsenter"), f"--net=/proc/{net}/ns/net", sys.executable, "-c", _FETCH, url]
    return subprocess.run(command, capture_output=True, text=True, timeout=READY_SECONDS, check=True).stdout
