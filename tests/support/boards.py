"""The boards as Grafana gets them: what lies in dashboards/compiled."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from dashboards.interpolation import interpolated
from support.requires import REPOSITORY

COMPILED = REPOSITORY / "dashboards" / "compiled"
Json = dict[str, Any]


class Asked(NamedTuple):
    """One expression of a panel."""

    board: str
    """Its uid."""
    panel: str
    ref: str
    promql: str
    """With Grafana's variables in it."""

    def __str__(self) -> str:
        return f"{self.board} / {self.panel} / {self.ref}"

    def filled(self, *, range_seconds: int = 3600, rate_seconds: int = 300) -> str:
        """As Prometheus is asked it, for everything."""
        return interpolated(self.promql, range_seconds=range_seconds, rate_seconds=rate_seconds)


def compiled_boards() -> list[Json]:
    """All of them."""
    return [json.loads(path.read_text()) for path in sorted((COMPILED / "boards").glob("*.json"))]


def panels(board: Json) -> Iterator[Json]:
    """Those that show something: rows do not."""
    for panel in board["panels"]:
        if panel["type"] != "row":
            yield panel
        yield from panel.get("panels", ())


def asked() -> list[Asked]:
    """Every expression of every board."""
    return [
        Asked(board["uid"], panel["title"], target["refId"], target["expr"])
        for board in compiled_boards()
        for panel in panels(board)
        for target in panel["targets"]
    ]
