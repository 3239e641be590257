"""A result as tables: for the terminal, and as Markdown for the README."""

from collections import Counter
from collections.abc import Callable, Sequence
from statistics import median

from rich.console import Console
from rich.table import Table

from bench.pacing import PACES
from bench.result import Result, Turn
from bench.traffic import TRAFFICS

_HEADINGS = [
    "peer",
    "CPU µs an event",
    "x nginx",
    "x HAProxy",
    "added p50, ms",
    "added p99, ms",
    "rounds",
    "core shared",
]
_LEGEND = (
    "table: medians over the rounds (min to max); ratios and added latency are taken within each round; "
    "core shared: the part of the peer's core that other processes took, in the worst round"
)


def rows(result: Result) -> list[list[str]]:
    """A row a peer; ratios and added latency are medians over the rounds, each within its round."""
    good = {(turn.peer, turn.round): turn for turn in result.turns if turn.refused is None}

    def compared(peer: str, base: str, figure: Callable[[Turn, Turn], float]) -> list[float]:
        return sorted(
            figure(turn, good[base, turn.round])
            for turn in good.values()
            if turn.peer == peer and (base, turn.round) in good
        )

    table = []
    for peer in result.setting.peers:
        turns = [turn for turn in good.values() if turn.peer == peer]
        costs = sorted(turn.cpu_microseconds for turn in turns if turn.cpu_microseconds is not None)
        p50 = compared(peer, "direct", lambda a, b: (a.latency_p50 - b.latency_p50) * 1e3)
        p99 = compared(peer, "direct", lambda a, b: (a.latency_p99 - b.latency_p99) * 1e3)
        table.append(
            [
                peer,
                _spread(costs, 1),
                _spread(compared(peer, "nginx", _cost_ratio)) if costs and peer != "nginx" else "",
                _spread(compared(peer, "haproxy", _cost_ratio)) if costs and peer != "haproxy" else "",
                f"{median(p50):.2f}" if p50 and peer != "direct" else "",
                f"{median(p99):.2f}" if p99 and peer != "direct" else "",
                f"{len(turns)} of {result.setting.rounds}",
                f"{max(turn.core_taken for turn in turns):.0%}" if turns else "",
            ]
        )
    return table


def facts(result: Result) -> list[str]:
    """The lines without which the table means nothing."""
    setting, machine = result.setting, result.machine
    direct = sorted(turn.latency_p50 * 1e3 for turn in result.turns if turn.peer == "direct" and not turn.refused)
    late = sorted(turn.late_p99 * 1e3 for turn in result.turns if not turn.refused)
    size = "" if setting.traffic == "mix" else f", those of audio {setting.size} bytes"
    lines = [
        f"{setting.sessions} sessions x {setting.rate:g} events/s each way{size}, {setting.seconds:g} s a turn, "
        f"{setting.rounds} rounds, peers in turns",
        f"traffic {setting.traffic}: {TRAFFICS[setting.traffic]}",
        f"pace {setting.pace}: {PACES[setting.pace]}",
        f"{machine.cpu}, {machine.cores} cores: the peer alone on core {machine.peer_core}, "
        f"upstream and callers on core {machine.load_core}; Linux {machine.kernel}; Python {machine.python}",
        "; ".join(dict.fromkeys(machine.versions.values())),
        f"{machine.at}; {' '.join(setting.command)}",
        *(f"{name}: {what}" for name, what in setting.peers.items()),
    ]
    if direct:
        lines.append(f"direct latency: median of p50 {median(direct):.2f} ms")
    if late:
        lines.append(f"events left up to {late[-1]:.2f} ms late (p99, worst turn)")
    refused = Counter(f"{turn.peer}: {turn.refused}" for turn in result.turns if turn.refused)
    lines += [f"refused {count} x {reason}" for reason, count in refused.items()]
    lines.append(_LEGEND)
    return lines


def show(result: Result, console: Console) -> None:
    """For the terminal."""
    table = Table(*_HEADINGS)
    for row in rows(result):
        table.add_row(*row)
    for line in facts(result):
        console.print(line)
    console.print(table)


def markdown(result: Result) -> str:
    """For the README."""
    table = [_HEADINGS, ["---"] * len(_HEADINGS), *rows(result)]
    return "\n".join([*(f"- {line}" for line in facts(result)), "", *(f"| {' | '.join(row)} |" for row in table)])


def _cost_ratio(turn: Turn, base: Turn) -> float:
    return (turn.cpu_microseconds or 0.0) / (base.cpu_microseconds or 1.0)


def _spread(values: Sequence[float], digits: int = 2) -> str:
    if not values:
        return ""
    return f"{median(values):.{digits}f} ({values[0]:.{digits}f} to {values[-1]:.{digits}f})"
