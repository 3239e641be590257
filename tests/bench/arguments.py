"""The command line that both ends of the load share."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from bench.deflate import deflated
from bench.endpoint import Load
from bench.traffic import Script, client_script, server_script


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
    key: str = "not-a-key"
    """What the callers authorize themselves with."""
    deflate: bool = False
    """Whether both ends agree to permessage-deflate."""
    certificate: Path | None = None
    """Key and chain, where the upstream speaks TLS."""
    authority: Path | None = None
    """Whom the callers trust, where they speak TLS."""

    def scripts(self) -> tuple[Script, Script]:
        """What callers and upstream say."""
        said = (
            client_script(self.traffic, self.size),
            server_script(self.traffic, self.size, self.load.rate, self.events),
        )
        return (deflated(said[0]), deflated(said[1])) if self.deflate else said


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
    parser.add_argument("--key", default="not-a-key")
    parser.add_argument("--deflate", action="store_true")
    parser.add_argument("--certificate", type=Path)
    parser.add_argument("--authority", type=Path)
    read = vars(parser.parse_args())
    return EndpointArguments(load=Load(read.pop("sessions"), read.pop("rate")), **read)
