"""What is taken from the turns of a result: compared within each round, ascending over the rounds."""

from bench.result import Result, Turn


def good_turns(result: Result, peer: str) -> list[Turn]:
    """Those that were not refused, in the order of their rounds."""
    return [turn for turn in result.turns if turn.peer == peer and turn.refused is None]


def ratios(result: Result, peer: str, base: str) -> list[float]:
    """Processor time of the peer to that of another one."""
    return sorted(
        one.cpu_microseconds / other.cpu_microseconds
        for one, other in _pairs(result, peer, base)
        if one.cpu_microseconds and other.cpu_microseconds
    )


def added_ms(result: Result, peer: str, which: str) -> list[float]:
    """Milliseconds that the peer adds to the `p50`, `p99` or `p999` of who dials the upstream directly.

    Empty for that one itself, and where it was not noted.
    """
    if peer == "direct":
        return []
    pairs = [
        (getattr(one, f"latency_{which}"), getattr(other, f"latency_{which}"))
        for one, other in _pairs(result, peer, "direct")
    ]
    return sorted((one - other) * 1e3 for one, other in pairs if one is not None and other is not None)


def _pairs(result: Result, peer: str, base: str) -> list[tuple[Turn, Turn]]:
    based = {turn.round: turn for turn in good_turns(result, base)}
    return [(turn, based[turn.round]) for turn in good_turns(result, peer) if turn.round in based]
