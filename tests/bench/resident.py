"""What the kernel says that a process and its children hold of memory (Linux)."""

from dataclasses import dataclass
from pathlib import Path

from bench.accounting import family


@dataclass(frozen=True)
class Memory:
    """In KiB."""

    rss: int
    """Resident pages, those shared with other processes included."""
    pss: int
    """The same, but a page that n processes share counts for a n-th."""


def memory(pid: int) -> Memory:
    """Of a process and its living descendants. What the kernel holds for their sockets is not in it."""
    rss = pss = 0
    for each in family(pid):
        for line in Path(f"/proc/{each}/smaps_rollup").read_text().splitlines():
            name, _, value = line.partition(":")
            if name == "Rss":
                rss += int(value.split()[0])
            elif name == "Pss":
                pss += int(value.split()[0])
    return Memory(rss, pss)
