"""The boards, one module each: what a reader wants to know, and in which order."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from . import cost, latency, overview, proxy, quality


def boards() -> list[Dashboard]:
    """All of them, the first to be opened first."""
    return [module.build() for module in (overview, quality, latency, cost, proxy)]
