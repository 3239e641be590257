"""Asks a Prometheus over its HTTP API."""

import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, NamedTuple, Protocol

PATIENCE_SECONDS = 60.0


class Series(NamedTuple):
    """One line of an answer."""

    labels: dict[str, str]
    points: list[tuple[float, float]]
    """Unix seconds and value, in order of time; just one in an answer for a moment."""


class Exemplar(NamedTuple):
    """One sample of many, with the trace that it is from."""

    at: float
    value: float


class Source(Protocol):
    """What answers PromQL."""

    def at(self, promql: str, moment: float) -> list[Series]:
        """The series at a moment (Unix seconds)."""

    def between(self, promql: str, start: float, end: float, step: float) -> list[Series]:
        """The series over a time, one point every `step` seconds."""

    def exemplars(self, promql: str, start: float, end: float) -> list[Exemplar]:
        """Those of all series that the expression reads."""


class Prometheus:
    """One at a base URL."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    def at(self, promql: str, moment: float) -> list[Series]:
        """Raises OSError where nobody answers, ValueError where the expression is refused."""
        found = self._ask("query", query=promql, time=moment)
        return [Series(one["metric"], [_point(one["value"])]) for one in found["result"]]

    def between(self, promql: str, start: float, end: float, step: float) -> list[Series]:
        """Raises as `at` does."""
        found = self._ask("query_range", query=promql, start=start, end=end, step=step)
        return [Series(one["metric"], [_point(each) for each in one["values"]]) for one in found["result"]]

    def exemplars(self, promql: str, start: float, end: float) -> list[Exemplar]:
        """Raises as `at` does; none where Prometheus keeps none."""
        found = self._ask("query_exemplars", query=promql, start=start, end=end)
        return [
            Exemplar(float(one["timestamp"]), float(one["value"])) for series in found for one in series["exemplars"]
        ]

    def _ask(self, what: str, **parameters: Any) -> Any:
        body = urllib.parse.urlencode(parameters).encode()
        try:
            with urllib.request.urlopen(f"{self._url}/api/v1/{what}", body, PATIENCE_SECONDS) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as refusal:
            with refusal:
                raise ValueError(f"{parameters['query']}: {refusal.read().decode(errors='replace')}") from None


def _point(pair: list[Any]) -> tuple[float, float]:
    at, value = pair
    return float(at), float(value)
