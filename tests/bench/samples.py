"""What a voicetap says on its admin port."""

import http.client
import re
from collections import Counter

Labels = dict[str, str]


_OPENMETRICS = {"Accept": "application/openmetrics-text;version=1.0.0"}


def answer(port: int, path: str, *, openmetrics: bool = False) -> tuple[int, str]:
    """Status and body of a GET on loopback; OSError where nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers=_OPENMETRICS if openmetrics else {})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def samples(port: int, name: str) -> list[tuple[Labels, float]]:
    """Labels and value of each sample of a metric that /metrics has now."""
    _, text = answer(port, "/metrics")
    found = re.findall(rf"^{name}(?:\{{(.*)\}})? (\S+)$", text, re.MULTILINE)
    return [(dict(re.findall(r'(\w+)="([^"]*)"', labels)), float(value)) for labels, value in found]


def total(port: int, name: str, **labels: str) -> float:
    """The sum of the samples that have these labels."""
    return sum(value for found, value in samples(port, name) if labels.items() <= found.items())


def events(port: int) -> Counter[str]:
    """How many of each type were understood, those that never came left out."""
    counted: Counter[str] = Counter()
    for labels, value in samples(port, "voicetap_events_total"):
        counted[labels["type"]] += int(value)
    return +counted
