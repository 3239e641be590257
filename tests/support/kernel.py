"""What the kernel knows: bytes of a connection that it has taken and nobody has read, the memory of a process."""

from pathlib import Path

LISTENING = "0A"


def queued_bytes(*ports: int) -> int:
    """Sum over the TCP sockets of this machine that have one of the ports at either end (Linux)."""
    total = 0
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, state, queues, *_ = line.split()
        if state != LISTENING and ({_port(local), _port(remote)} & set(ports)):
            total += sum(int(queue, 16) for queue in queues.split(":"))
    return total


def _port(address: str) -> int:
    return int(address.rpartition(":")[2], 16)


def resident_bytes(pid: int) -> int:
    """Of memory that a process has (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS:"))
