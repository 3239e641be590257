"""What the smoke test prints: the call in a few lines, every group of figures in one, and each figure that differs."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from smoke.accounts import Figure, Range
from smoke.comparison import Row
from smoke.heard import Heard

_LATENCIES = {
    "turn": "turn",
    "time_to_first_audio": "first audio",
    "transcription": "transcription",
}


_OVERLAPPING = frozenset({"sessions", "tokens"})
"""Groups whose figures do not add up to anything."""


def show(console: Console, heard: Heard, report: dict[str, Any], rows: Sequence[Row], sources: Sequence[str]) -> None:
    """Print all of it."""
    said = [f"“{answer.words}”" for answer in heard.answers.values()]
    outcomes = [f"{outcome}: “{heard.transcripts[item]}”" for item, outcome in heard.transcriptions.items()]
    console.print(f"answers         {' / '.join(said)}", markup=False)
    console.print(f"transcriptions  {' / '.join(outcomes) or 'none came'}", markup=False)
    latency = [
        f"{name} {', '.join(f'{value:.0f}' for value in report['latency_ms'][key])}"
        for key, name in _LATENCIES.items()
        if report["latency_ms"][key]
    ]
    console.print(f"ms              {'; '.join(latency)}", markup=False)
    cost = report["cost_usd"]
    console.print(f"estimated cost  {'not known: no price of this model' if cost is None else f'${cost:.4f}'}")

    table = Table("", *sources, "")
    for column in table.columns[1:-1]:
        column.justify = "right"
    for group in dict.fromkeys(row.group for row in rows):
        of_group = [row for row in rows if row.group == group]
        differing = [row for row in of_group if not row.agreed]
        sums = ["" for _ in sources]
        if group not in _OVERLAPPING:
            sums = [_sum([row.figures[source] for row in of_group if source in row.figures]) for source in sources]
        figures = f"{len(of_group)} figure{'s' if len(of_group) > 1 else ''}"
        verdict = f"[bold red]{len(differing)} of {figures} DIFFER[/]" if differing else f"[green]{figures}, same[/]"
        table.add_row(escape(group), *sums, verdict)
    console.print(table)
    for row in rows:
        if not row.agreed:
            figures = ", ".join(f"{source} {_text(figure)}" for source, figure in row.figures.items())
            console.print(f"[bold red]DIFFERENT[/]  {escape(row.group)}, {escape(row.name)}: {figures}")


def _sum(figures: Sequence[Figure]) -> str:
    """Of a group of counts; bounds are not added up."""
    if not figures or any(isinstance(figure, Range) for figure in figures):
        return ""
    return _text(sum(figure for figure in figures if not isinstance(figure, Range)))


def _text(figure: Figure) -> str:
    if isinstance(figure, Range):
        return f"{figure.low:,} to {figure.high:,}"
    return f"{figure:,}" if isinstance(figure, int) else f"{figure:.6f}"
