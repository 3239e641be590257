"""The command line that both ends of the load share."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from bench.endpoint import Load


@dataclass(frozen=True)
class EndpointArguments:
    """What an end of the load is told at its start."""

    load: Load
    size: int
    """Payload bytes of an event that is audio."""
    traffic: str
    events: int
    """Of a session and direction, in all runs together."""
    board: Path
    entries: int
    port: int
    """Where the callers call."""


def parse_endpoint_arguments(name: str) -> EndpointArguments:
    """Read this process's command line."""
    parser = argparse.ArgumentParser(f"bench.{name}")
    parser.add_argument("--sessions", type=int, required=True)
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--size", type=int, required=True)
    parser.add_argument("--traffic", required=True)
    parser.add_argument("--events", type=int, required=True)
    parser.add_argument("--board", type=Path, required=True)
    parser.add_argument("--entries", type=int, required=True)
    parser.add_argument("--port", type=int, default=0)
    read = parser.parse_args()
    load = Load(read.sessions, read.rate)
    return EndpointArguments(load, read.size, read.traffic, read.events, read.board, read.entries, read.port)
