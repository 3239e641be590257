"""A table with the facts without which it means nothing: for the terminal, for the README, and as JSON."""

import json
import platform
import shlex
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from bench.peers import Peer

_RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Sheet:
    """One table."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]


def facts(peers: Iterable[Peer]) -> list[str]:
    """The machine, the versions, the command."""
    versions = dict.fromkeys(peer.version() for peer in peers)
    return [
        f"{_cpu_model()}; Linux {platform.release()}; Python {platform.python_version()}",
        "; ".join(version for version in versions if version),
        f"{datetime.now(UTC).isoformat(timespec='seconds')}; {' '.join(map(shlex.quote, sys.orig_argv[1:]))}",
    ]


def show(sheets: Iterable[Sheet], notes: Sequence[str], *, markdown: bool) -> None:
    """Print them."""
    console = Console(highlight=False, soft_wrap=True)
    if not console.is_terminal:
        console.width = 150
    if markdown:
        print("\n".join(f"- {note}" for note in notes))
        for sheet in sheets:
            table = [sheet.headings, ["---"] * len(sheet.headings), *sheet.rows]
            print(f"\n{sheet.title}:\n")
            print("\n".join(f"| {' | '.join(row)} |" for row in table))
        return
    for note in notes:
        console.print(note)
    for sheet in sheets:
        table = Table(*sheet.headings, title=sheet.title, title_justify="left")
        for row in sheet.rows:
            table.add_row(*row)
        console.print(table)


def keep(name: str, notes: Sequence[str], figures: Sequence[Mapping[str, object]]) -> Path:
    """Write every figure of a run to `results`, which is not in git; where."""
    _RESULTS.mkdir(exist_ok=True)
    path = _RESULTS / f"{name}-{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}.json"
    path.write_text(json.dumps({"facts": list(notes), "figures": list(figures)}, indent=1) + "\n")
    return path


def spread(values: Sequence[float], digits: int = 1) -> str:
    """Median and range."""
    if not values:
        return ""
    if len(values) == 1:
        return f"{values[0]:.{digits}f}"
    return f"{median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
