"""The nouns of a result, as they stand in its JSON file."""

from pathlib import Path

import msgspec
from msgspec import Struct


class Setting(Struct, frozen=True):
    """What was asked for."""

    command: list[str]
    rounds: int
    seconds: float
    sessions: int
    rate: float
    """Events a second, session and direction."""
    size: int
    """Payload bytes of an event that is audio."""
    pace: str
    """How the events fall in time; see `pacing`."""
    peers: dict[str, str]
    """Name and description, in the order of their turns."""
    traffic: str = "audio"
    """What the events are; see `traffic`. Results from before there was a choice are of audio alone."""
    upstream_tls: bool = False
    """Whether the upstream speaks TLS. The callers do not, but where there is no peer."""
    deflate: bool = False
    """Whether callers and upstream have agreed to permessage-deflate."""


class Machine(Struct, frozen=True):
    """What it ran on."""

    at: str
    cpu: str
    cores: int
    load_core: int
    peer_core: int
    kernel: str
    python: str
    versions: dict[str, str]


class Turn(Struct, frozen=True):
    """One peer under load once."""

    peer: str
    round: int
    refused: str | None = None
    """Why its figures do not count."""
    cpu_microseconds: float | None = None
    """Processor time of the peer an event; None where there is no peer."""
    latency_p50: float = 0.0
    """Seconds from the write at one end to the last byte at the other, both directions together."""
    latency_p99: float = 0.0
    latency_p999: float | None = None
    """None in results from before it was noted."""
    rate_reached: float = 0.0
    """Share of the asked rate at which events arrived."""
    late_p99: float = 0.0
    """Seconds that events left later than planned: how disturbed the load itself was."""
    core_taken: float = 0.0
    """Share of the peer's core that other processes of the machine took meanwhile."""
    foreign: int = 0
    """Events that the peer itself made up, of either direction."""


class Result(Struct, frozen=True):
    """One run of the bench."""

    setting: Setting
    machine: Machine
    turns: list[Turn]


def write(result: Struct, path: Path) -> None:
    """As JSON that a person can read too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n")
