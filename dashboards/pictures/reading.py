"""Reads a compiled board."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

COMPILED = Path(__file__).parent.parent / "compiled" / "boards"

Options = Mapping[str, Any]
"""Of a panel, as Grafana has them."""


class Unknown(ValueError):
    """A board uses something that cannot be drawn."""


class Place(NamedTuple):
    """In cells of Grafana's grid, from the top left."""

    left: int
    top: int
    width: int
    height: int


class Target(NamedTuple):
    """One query of a panel."""

    promql: str
    legend: str
    instant: bool
    """Asked for one moment, else for the whole time."""
    exemplars: bool


class Steps(NamedTuple):
    """Colours by value."""

    bottom: str
    above: tuple[tuple[float, str], ...]
    """From a bound on, in ascending order."""

    def colour(self, value: float) -> str:
        """Of a value, as Grafana names it."""
        return next((colour for bound, colour in reversed(self.above) if value >= bound), self.bottom)


class Panel(NamedTuple):
    """What is drawn in one place; a row's title is a panel of the kind `row`."""

    kind: str
    title: str
    described: bool
    place: Place
    targets: tuple[Target, ...]
    defaults: Options
    """Of `fieldConfig`."""
    overrides: Mapping[str, Options]
    """Of series, by their name: what is other than in `defaults`, by the id of the property."""
    options: Options
    transformations: tuple[Options, ...]

    @property
    def unit(self) -> str:
        """The id of Grafana's."""
        return str(self.defaults.get("unit", "none"))

    @property
    def decimals(self) -> int | None:
        """None where Grafana chooses."""
        decimals = self.defaults.get("decimals")
        return None if decimals is None else int(decimals)

    @property
    def steps(self) -> Steps:
        """Raises Unknown where they are percentages."""
        thresholds = self.defaults.get("thresholds", {"mode": "absolute", "steps": [{"value": None, "color": "green"}]})
        if thresholds["mode"] != "absolute":
            raise Unknown(f"{self.title}: thresholds of mode {thresholds['mode']}")
        bottom, *above = thresholds["steps"]
        return Steps(bottom["color"], tuple((each["value"], each["color"]) for each in above))


class Variable(NamedTuple):
    """A choice at the top of a board."""

    label: str
    everything: bool
    """Whether all values are chosen together."""


class Board(NamedTuple):
    """From top to bottom."""

    name: str
    """Its uid."""
    title: str
    variables: tuple[Variable, ...]
    panels: tuple[Panel, ...]


def names() -> list[str]:
    """Of all compiled boards."""
    return sorted(file.stem for file in COMPILED.glob("*.json"))


def read(name: str) -> Board:
    """The compiled board with this uid. Raises OSError where there is none, Unknown where it cannot be drawn."""
    return parsed(json.loads((COMPILED / f"{name}.json").read_text(encoding="utf-8")))


def parsed(board: Any) -> Board:
    """A board from its JSON. Raises Unknown."""
    variables = tuple(
        Variable(each["label"], bool(each.get("includeAll")))
        for each in board["templating"]["list"]
        if not _hidden(each)
    )
    return Board(board["uid"], board["title"], variables, tuple(_panel(each) for each in board["panels"]))


def _hidden(variable: Any) -> bool:
    return variable.get("hide", 0) in (2, "hideVariable")


def _panel(panel: Any) -> Panel:
    if panel.get("panels"):
        raise Unknown(f"{panel['title']}: a row that hides its panels")
    place = panel["gridPos"]
    field = panel.get("fieldConfig", {"defaults": {}, "overrides": []})
    return Panel(
        panel["type"],
        panel["title"],
        bool(panel.get("description")),
        Place(place["x"], place["y"], place["w"], place["h"]),
        tuple(
            Target(each["expr"], each["legendFormat"], each["instant"], bool(each.get("exemplar")))
            for each in panel.get("targets", ())
        ),
        field["defaults"],
        dict(_override(panel["title"], each) for each in field["overrides"]),
        panel.get("options", {}),
        tuple(panel.get("transformations", ())),
    )


def _override(title: str, override: Any) -> tuple[str, Options]:
    match override:
        case {"matcher": {"id": "byName", "options": str(name)}, "properties": list(properties)}:
            return name, {each["id"]: each["value"] for each in properties}
    raise Unknown(f"{title}: the override {override}")
