"""Results as tables: for the terminal, and as Markdown for the README."""

from collections import Counter
from collections.abc import Sequence
from statistics import median

from rich.console import Console
from rich.table import Table

from bench.figures import added_ms, good_turns, ratios
from bench.pacing import PACES
from bench.result import Result, Setting
from bench.traffic import TRAFFICS

_HEADINGS = [
    "peer",
    "CPU µs an event",
    "x nginx",
    "x HAProxy",
    "added p50, ms",
    "p99",
    "p99.9",
    "rounds",
    "core shared",
]
_LEGEND = (
    "table: medians over the rounds (min to max); ratios and added latency are taken within each round; "
    "core shared: the part of the peer's core that other processes took, in the worst round"
)


def rows(result: Result) -> list[list[str]]:
    """A row a peer; ratios and added latency are medians over the rounds, each within its round."""
    table = []
    for peer in result.setting.peers:
        turns = good_turns(result, peer)
        costs = sorted(turn.cpu_microseconds for turn in turns if turn.cpu_microseconds is not None)
        table.append(
            [
                peer,
                _spread(costs, 1),
                *(_spread(ratios(result, peer, base)) if base != peer else "" for base in ("nginx", "haproxy")),
                *(_middle(added_ms(result, peer, which)) for which in ("p50", "p99", "p999")),
                f"{len(turns)} of {result.setting.rounds}",
                f"{max(turn.core_taken for turn in turns):.0%}" if turns else "",
            ]
        )
    return table


def facts(results: Sequence[Result]) -> list[str]:
    """The lines without which the tables mean nothing, of results of one run."""
    setting, machine = results[0].setting, results[0].machine
    size = "" if setting.traffic == "mix" else f", those of audio {setting.size} bytes"
    lines = [
        f"{load(setting)}, {setting.seconds:g} s a turn, {setting.rounds} rounds, peers in turns"
        for setting in (result.setting for result in results)
    ]
    lines += [
        f"traffic {setting.traffic}: {TRAFFICS[setting.traffic]}{size}",
        f"pace {setting.pace}: {PACES[setting.pace]}",
    ]
    lines += ["upstream over TLS 1.3"] * setting.upstream_tls + ["permessage-deflate"] * setting.deflate
    lines += [
        f"{machine.cpu}, {machine.cores} cores: the peer alone on core {machine.peer_core}, "
        f"upstream and callers on core {machine.load_core}; Linux {machine.kernel}; Python {machine.python}",
        "; ".join(dict.fromkeys(machine.versions.values())),
        f"{machine.at}; {' '.join(setting.command)}",
        *(f"{name}: {what}" for name, what in setting.peers.items()),
    ]
    for result in results:
        lines += _of_one(result)
    lines.append(_LEGEND)
    return lines


def load(setting: Setting) -> str:
    """How much it is, in words."""
    return f"{setting.sessions:,} session{'s' * (setting.sessions != 1)} x {setting.rate:g} events/s each way"


def _of_one(result: Result) -> list[str]:
    setting, lines = result.setting, []
    count = f"{setting.sessions:,} session{'s' * (setting.sessions != 1)}"
    direct = sorted(turn.latency_p50 * 1e3 for turn in good_turns(result, "direct"))
    late = sorted(turn.late_p99 * 1e3 for turn in result.turns if not turn.refused)
    if direct:
        events = 2 * setting.sessions * setting.rate * setting.seconds
        lines.append(
            f"{count}: direct latency: median of p50 {median(direct):.2f} ms; "
            f"{events / 1000:.0f} of {events:,.0f} events a turn are slower than its p99.9"
        )
    if late:
        lines.append(f"{count}: events left up to {late[-1]:.2f} ms late (p99, worst turn)")
    for peer in setting.peers:
        made = max((turn.foreign for turn in good_turns(result, peer)), default=0)
        if made:
            lines.append(f"{count}: {peer} sent up to {made} events of its own a turn")
    refused = Counter(f"{turn.peer}: {turn.refused}" for turn in result.turns if turn.refused)
    lines += [f"{count}: refused {times} x {reason}" for reason, times in refused.items()]
    return lines


def show(results: Sequence[Result], console: Console) -> None:
    """For the terminal."""
    for line in facts(results):
        console.print(line)
    for result in results:
        table = Table(*_HEADINGS, title=load(result.setting))
        for row in rows(result):
            table.add_row(*row)
        console.print(table)


def markdown(results: Sequence[Result]) -> str:
    """For the README: one table, with a column for the sessions where there is more than one number of them."""
    several = len(results) > 1
    body = [
        [f"{result.setting.sessions:,} x {result.setting.rate:g}/s"] * several + row
        for result in results
        for row in rows(result)
    ]
    headings = ["sessions"] * several + _HEADINGS
    table = [headings, ["---"] * len(headings), *body]
    return "\n".join([*(f"- {line}" for line in facts(results)), "", *(f"| {' | '.join(row)} |" for row in table)])


def _spread(values: Sequence[float], digits: int = 2) -> str:
    if not values:
        return ""
    return f"{median(values):.{digits}f} ({values[0]:.{digits}f} to {values[-1]:.{digits}f})"


def _middle(values: Sequence[float]) -> str:
    return f"{median(values):.2f}" if values else ""
