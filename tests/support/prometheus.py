"""A real Prometheus on loopback, which scrapes every second and keeps exemplars.

with prometheus(tmp_path, "127.0.0.1:9464", Target("127.0.0.1:9465", {"region": "eu"})) as server:
    [(labels, value), (labels, value)] = server.query("up")

With `rules` it evaluates them every second too, and `alertmanager` gets what they say.
"""

import json
import time
import urllib.error
import urllib.parse
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from support.daemon import OPENER, daemon
from support.requires import requires_program

WAIT_SECONDS = 15.0
INTERVAL = 1.0
"""Between two scrapes, and between two evaluations of a rule; seconds."""
JOB = "voicetap"

Labels = dict[str, str]


class Target(NamedTuple):
    """What is scraped: `host:port` of its /metrics, and labels that its series get beside `job` and `instance`."""

    address: str
    labels: Mapping[str, str] = MappingProxyType({})


class Alert(NamedTuple):
    """An instance of an alert; `state` is pending or firing."""

    name: str
    state: str
    labels: Labels
    """Without its name."""
    annotations: dict[str, str]
    value: float


class Prometheus:
    """One that answers."""

    def __init__(self, address: str) -> None:
        self.address = address

    def query(self, promql: str, at: float | None = None) -> list[tuple[Labels, float]]:
        """What an expression is now, or was at a time (Unix seconds): labels and value of each series."""
        result = self.ask("query", query=promql, **({} if at is None else {"time": at}))
        assert result["resultType"] == "vector", result
        return [(series["metric"], float(series["value"][1])) for series in result["result"]]

    def query_range(
        self, promql: str, start: float, end: float, step: float = INTERVAL
    ) -> list[tuple[Labels, list[tuple[float, float]]]]:
        """What an expression was from `start` to `end` (Unix seconds): labels of each series, and its (time, value)."""
        result = self.ask("query_range", query=promql, start=start, end=end, step=step)
        assert result["resultType"] == "matrix", result
        return [
            (series["metric"], [(at, float(value)) for at, value in series["values"]]) for series in result["result"]
        ]

    def alerts(self) -> list[Alert]:
        """Those that are pending or firing now."""
        return [
            Alert(one["labels"].pop("alertname"), one["state"], one["labels"], one["annotations"], float(one["value"]))
            for one in self.ask("alerts")["alerts"]
        ]

    def rules(self) -> list[dict[str, Any]]:
        """Every rule as the API describes it: `name`, `type`, `query`, `health`, `lastError`, ..."""
        return [rule for group in self.ask("rules")["groups"] for rule in group["rules"]]

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
        url = f"http://{self.address}/api/v1/{what}?{urllib.parse.urlencode(parameters)}"
        try:
            with OPENER.open(url, timeout=WAIT_SECONDS) as answer:
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
def prometheus(
    directory: Path,
    *targets: str | Target,
    rules: Sequence[Path] = (),
    alertmanager: str | None = None,
    interval: float = INTERVAL,
    scraping: Mapping[str, Any] | None = None,
) -> Iterator[Prometheus]:
    """One that lives as long as the block; skips the test, or fails it in CI, where none is installed.

    Every target belongs to the job `voicetap`, whose `scrape_config` gets what is in `scraping`. The files `rules` are
    read in place and evaluated every `interval` seconds; `alertmanager` is `host:port`.
    """
    program = requires_program("prometheus")
    configuration, log = directory / "prometheus.yml", directory / "prometheus.log"
    asked = [Target(target) if isinstance(target, str) else target for target in targets]
    configuration.write_text(json.dumps(_configuration(asked, rules, alertmanager, interval, scraping or {})))

    def command(address: str) -> list[str]:
        return [
            *(program, f"--config.file={configuration}", f"--storage.tsdb.path={directory / 'data'}"),
            *(f"--web.listen-address={address}", "--enable-feature=exemplar-storage", "--log.level=warn"),
        ]

    with daemon(command, log) as address:
        yield Prometheus(address)


def _configuration(
    targets: Sequence[Target],
    rules: Sequence[Path],
    alertmanager: str | None,
    interval: float,
    scraping: Mapping[str, Any],
) -> dict[str, Any]:
    """As JSON it is YAML too."""
    scraped = [{"targets": [target.address], "labels": dict(target.labels)} for target in targets]
    every = f"{round(interval * 1000)}ms"
    notified = [{"static_configs": [{"targets": [alertmanager]}]}] if alertmanager else []
    return {
        "global": {"scrape_interval": every, "scrape_timeout": every, "evaluation_interval": every},
        "rule_files": [str(file.resolve()) for file in rules],
        "alerting": {"alertmanagers": notified},
        "scrape_configs": [{"job_name": JOB, "static_configs": scraped, **scraping}],
    }
