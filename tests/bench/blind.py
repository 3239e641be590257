"""voicetap's relay with an observer that looks away: what the relay alone costs, and so what the tap adds.

python -m bench.blind --upstream PORT --listen PORT
"""

import argparse
import asyncio

import uvloop

from voicetap.chunks import Chunk, Ending, Handshake, HttpExchange, Tap, UpgradeRequest
from voicetap.relay import Relay, Upstream


class BlindTap:
    """Is told everything, keeps nothing."""

    def answered(self, handshake: Handshake) -> None:
        """Look away."""

    def chunk(self, chunk: Chunk) -> None:
        """Look away."""

    def closed(self, ending: Ending) -> None:
        """Look away."""


class BlindObserver:
    """Gives every connection the same tap."""

    def __init__(self) -> None:
        self._tap = BlindTap()

    def upgrade(self, request: UpgradeRequest) -> Tap:
        return self._tap

    def http(self, exchange: HttpExchange) -> None:
        """Look away."""


async def main(upstream_port: int, port: int) -> None:
    """Relay until killed."""
    relay = Relay(
        upstream=Upstream(host="127.0.0.1", port=upstream_port, tls=None),
        observer=BlindObserver(),
        connect_timeout=10.0,
        handshake_timeout=10.0,
    )
    await relay.start("127.0.0.1", port, ssl_context=None)
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser("bench.blind")
    parser.add_argument("--upstream", type=int, required=True)
    parser.add_argument("--listen", type=int, required=True)
    arguments = parser.parse_args()
    uvloop.run(main(arguments.upstream, arguments.listen))
