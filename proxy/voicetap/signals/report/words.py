"""Figures as people read them."""

from collections.abc import Iterable, Mapping

SHOWN = 100
"""Characters of a name that comes from a peer."""

NAMED = 5
"""Names of a table; the rest is summed up."""


def name(text: str | None) -> str:
    """A name that comes from a peer: short, and with nothing in it that a terminal would obey."""
    if text is None:
        return "unknown"
    printable = "".join(char if char.isprintable() else "?" for char in text[: SHOWN + 1])
    return printable if len(printable) <= SHOWN else printable[: SHOWN - 3] + "..."


def many(count: int, noun: str, plural: str | None = None) -> str:
    """As in "1 turn", "2 turns"."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def share(count: int, total: int, noun: str) -> str:
    """As in "2 of 5 turns", "all 5 turns", "the one turn"."""
    if total == 1:
        return f"the one {noun}"
    return f"all {total:,} {noun}s" if count == total else f"{count:,} of {total:,} {noun}s"


def was(count: int) -> str:
    """Singular or plural."""
    return "was" if count == 1 else "were"


def times(count: int) -> str:
    """As in "once", "3 times"."""
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")


def names(table: Mapping[str, int], limit: int = NAMED) -> str:
    """A table in one line, the most frequent first; a lone entry without its number."""
    ranked = sorted(table.items(), key=lambda entry: -entry[1])
    if len(ranked) == 1 and ranked[0][1] == 1:
        return name(ranked[0][0])
    parts = [f"{name(key)} {count:,}" for key, count in ranked[:limit]]
    if rest := ranked[limit:]:
        parts.append(f"{len(rest):,} more {sum(count for _, count in rest):,}")
    return ", ".join(parts)


def listed(parts: Iterable[tuple[int, str]]) -> str:
    """As in "3 completed, 1 failed", without what is zero."""
    return ", ".join(f"{count:,} {what}" for count, what in parts if count)


def seconds(amount: float) -> str:
    """A duration: "35 ms", "0.35 s", "12.1 s", "4 min 05 s", "1 h 02 min"."""
    if amount < 0.0995:
        return f"{amount * 1000:.0f} ms"
    if amount < 9.995:
        return f"{amount:.2f}".rstrip("0").rstrip(".") + " s"
    if amount < 59.95:
        return f"{amount:.1f} s"
    minutes, rest = divmod(round(amount), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02} s"
    return f"{minutes // 60} h {minutes % 60:02} min"


def milliseconds(amount: float) -> str:
    """A latency: "3.0 ms", "98 ms", "1.24 s"."""
    if amount < 9.95:
        return f"{amount:.1f} ms"
    if amount < 999.5:
        return f"{amount:.0f} ms"
    return f"{amount / 1000:.2f} s" if amount < 9_995 else seconds(amount / 1000)


def dollars(amount: float) -> str:
    """US dollars, with the digits that matter."""
    return f"${amount:,.2f}" if amount >= 100 or amount == 0 else f"${amount:,.4f}"
