"""What the kernel says that processes and cores have used (Linux)."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

_PER_SECOND = os.sysconf("SC_CLK_TCK")
_BUSY_COLUMNS = (1, 2, 3, 6, 7, 8)
"""user, nice, system, irq, softirq, steal of a `cpuN` line of /proc/stat; the rest is idling and waiting."""


def cpu_seconds(pid: int) -> float:
    """Processor time of a process and its living descendants, user and system, since they began.

    This is utime + stime of /proc/PID/stat, read from the CPU clock of the process, which counts in nanoseconds
    where stat counts in hundredths of a second.
    """
    return sum(time.clock_gettime(_cpu_clock(each)) for each in family(pid))


def core_busy_seconds(core: int) -> float:
    """Time in which the core was not idle since boot, to a hundredth of a second."""
    for line in Path("/proc/stat").read_text().splitlines():
        columns = line.split()
        if columns[0] == f"cpu{core}":
            return sum(int(columns[index]) for index in _BUSY_COLUMNS) / _PER_SECOND
    raise LookupError(f"no core {core} in /proc/stat")


def family(pid: int) -> Iterator[int]:
    """A process and its living descendants."""
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from family(int(child))


def _cpu_clock(pid: int) -> int:
    """As clock_getcpuclockid(3) computes it: the scheduler's clock of a whole process."""
    scheduler_clock = 2
    return (~pid << 3) | scheduler_clock
