"""What the relay's fixtures hand to its tests."""

from typing import Any, NamedTuple, Protocol

from voicetap.chunks import Side
from voicetap.relay import Relay

from .observer import RecordedTap
from .peer import Peer


class Connect(Protocol):
    """Connects a client to a relay; it is closed when the test ends. `buffers` as in Peer.connect."""

    async def __call__(self, relay: Relay, *, buffers: int | None = None) -> Peer:
        """Connect."""
        ...


class StartRelay(Protocol):
    """Starts a relay other than the usual one, in front of `port`.

    `options` are those of Relay; `host` and `tls` are its upstream's, `ssl_context` is its listener's.
    """

    async def __call__(self, port: int, **options: Any) -> Relay:
        """Listen."""
        ...


class Session(NamedTuple):
    """An upgraded connection: both ends, and what the observer was told of it."""

    client: Peer
    server: Peer
    tap: RecordedTap

    def ends(self, side: Side) -> tuple[Peer, Peer]:
        """The end of `side`, and the other one."""
        return (self.client, self.server) if side is Side.CLIENT else (self.server, self.client)
