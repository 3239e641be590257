"""voicetap's relay with an observer that looks away: what the relay alone costs, and so what the tap adds.

python -m bench.blind --upstream PORT --listen PORT
"""

import uvloop

from bench.relayed import parse_relay_arguments, relay
from voicetap.chunks import Chunk, Ending, Handshake, HttpExchange, Tap, UpgradeRequest


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


if __name__ == "__main__":
    uvloop.run(relay(parse_relay_arguments("blind"), BlindObserver()))
