"""A real Prometheus on loopback, which scrapes one target every second and keeps exemplars.

with prometheus(tmp_path, "127.0.0.1:9464") as server:
    [(labels, value)] = server.query("up")
"""

import json
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from support.requires import requires_program

READY_SECONDS = 30.0
WAIT_SECONDS = 15.0
INTERVAL = 1.0
"""Between two scrapes."""

Labels = dict[str, str]

_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Past any proxy that the environment names: all of this is on loopback."""

CONFIGURATION = """\
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
  - job_name: voicetap
    static_configs: [{{targets: ["{target}"]}}]
"""


class Prometheus:
    """One that answers."""

    def __init__(self, address: str) -> None:
        self._address = address

    def query(self, promql: str) -> list[tuple[Labels, float]]:
        """What an expression is now: labels and value of each series."""
        result = self.ask("query", query=promql)
        assert result["resultType"] == "vector", result
        return [(series["metric"], float(series["value"][1])) for series in result["result"]]

    def exemplars(self, promql: str, seconds: float = 600.0) -> list[tuple[Labels, Labels]]:
        """The exemplars of the last `seconds`: labels of the series, and those of the exemplar."""
        now = time.time()
        found = self.ask("query_exemplars", query=promql, start=now - seconds, end=now)
        return [(series["seriesLabels"], one["labels"]) for series in found for one in series["exemplars"]]

    def metadata(self) -> dict[str, dict[str, str]]:
        """Of each family, as its target describes it: `type`, `help`, `unit`."""
        return {name: entry for name, [entry] in self.ask("metadata").items()}

    def ask(self, what: str, **parameters: Any) -> Any:
        """The `data` of an answer of the HTTP API."""
        url = f"http://{self._address}/api/v1/{what}?{urllib.parse.urlencode(parameters)}"
        try:
            with _OPENER.open(url, timeout=WAIT_SECONDS) as answer:
                said = json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{what} {parameters}: {error.read().decode()}") from None
        assert said["status"] == "success", said
        return said["data"]

    def wait_until(self, condition: Callable[[], object], seconds: float = WAIT_SECONDS) -> None:
        """Until `condition` holds; fails the test after `seconds`."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"not within {seconds} s"
            time.sleep(INTERVAL / 4)  # noqa: TID251 - no event loop here


@contextmanager
def prometheus(directory: Path, target: str) -> Iterator[Prometheus]:
    """One that lives as long as the block; skips the test, or fails it in CI, where none is installed."""
    program = requires_program("prometheus")
    configuration, log = directory / "prometheus.yml", directory / "prometheus.log"
    configuration.write_text(CONFIGURATION.format(target=target))
    for attempt in range(3):
        port = _free_port()
        command = [
            *(program, f"--config.file={configuration}", f"--storage.tsdb.path={directory / 'data'}-{attempt}"),
            *(f"--web.listen-address=127.0.0.1:{port}", "--enable-feature=exemplar-storage", "--log.level=warn"),
        ]
        with log.open("ab") as output:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            if _ready(process, port):
                yield Prometheus(f"127.0.0.1:{port}")
                return
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    raise AssertionError(f"Prometheus does not start:\n{log.read_text()}")


def _free_port() -> int:
    # Prometheus does not say which one it has chosen.
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def _ready(process: "subprocess.Popen[bytes]", port: int) -> bool:
    """Whether it comes to answer; another process may have taken the port meanwhile."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with _OPENER.open(f"http://127.0.0.1:{port}/-/ready", timeout=1) as answer:
                return bool(answer.status == 200)
        except OSError:
            time.sleep(0.1)  # noqa: TID251 - no event loop here
    return False
