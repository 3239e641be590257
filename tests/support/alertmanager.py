"""A real Alertmanager on loopback, alone in its cluster.

with alertmanager(tmp_path, configuration) as server:
    ...  # Prometheus sends to server.address
    [alert] = server.alerts()
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from support.daemon import OPENER, daemon
from support.requires import requires_program

WAIT_SECONDS = 15.0


class Known(NamedTuple):
    """An alert that it has been told of, and that is not over."""

    name: str
    labels: dict[str, str]
    """Without its name."""
    inhibited: bool
    """Another alert stands for it: nobody is notified."""


class Alertmanager:
    """One that answers."""

    def __init__(self, address: str) -> None:
        """`address` is `host:port`."""
        self.address = address

    def alerts(self) -> list[Known]:
        """What it knows now."""
        with OPENER.open(f"http://{self.address}/api/v2/alerts", timeout=WAIT_SECONDS) as answer:
            found = json.load(answer)
        return [
            Known(alert["labels"].pop("alertname"), alert["labels"], bool(alert["status"]["inhibitedBy"]))
            for alert in found
        ]


@contextmanager
def alertmanager(directory: Path, configuration: Mapping[str, Any]) -> Iterator[Alertmanager]:
    """One that lives as long as the block; skips the test, or fails it in CI, where none is installed."""
    program = requires_program("prometheus-alertmanager", "alertmanager")
    file = directory / "alertmanager.yml"
    # As JSON it is YAML too.
    file.write_text(json.dumps(configuration))

    def command(address: str) -> list[str]:
        return [
            *(program, f"--config.file={file}", f"--storage.path={directory / 'alertmanager'}"),
            *(f"--web.listen-address={address}", "--cluster.listen-address=", "--log.level=warn"),
        ]

    with daemon(command, directory / "alertmanager.log") as address:
        yield Alertmanager(address)
