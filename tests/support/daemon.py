"""A program that serves HTTP on loopback for as long as a block lasts, and cannot choose a free port by itself."""

import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

READY_SECONDS = 30.0
EXIT_SECONDS = 10.0
ATTEMPTS = 3
"""Another process may take the port before the program does."""

OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Past any proxy that the environment names: all of this is on loopback."""


@contextmanager
def daemon(command: Callable[[str], Sequence[str]], log: Path) -> Iterator[str]:
    """Run `command`, which gets the `host:port` to listen on; the block gets it once `/-/ready` answers 200.

    What the program prints goes to the end of `log`, and into the failure of one that never gets ready.
    """
    for _ in range(ATTEMPTS):
        address = f"127.0.0.1:{free_port()}"
        with log.open("ab") as output:
            process = subprocess.Popen(command(address), stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            if _ready(process, address):
                yield address
                return
        finally:
            process.terminate()
            try:
                process.wait(EXIT_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    raise AssertionError(f"{command('...')[0]} does not start:\n{log.read_text()}")


def free_port() -> int:
    """One that nobody listened on just now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def _ready(process: "subprocess.Popen[bytes]", address: str) -> bool:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with OPENER.open(f"http://{address}/-/ready", timeout=1) as answer:
                return bool(answer.status == 200)
        except OSError:
            time.sleep(0.1)  # noqa: TID251 - no event loop here
    return False
