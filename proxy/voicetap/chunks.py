"""The nouns of the byte path: a chunk, and the moments of the connection that it came on.

Times (`at`) are seconds on the monotonic clock. They enter the product here and nowhere else.
"""

from collections.abc import Sequence
from enum import Enum
from typing import Protocol

from msgspec import Struct

Header = tuple[bytes, bytes]
"""Name and value as received: case, order and odd bytes kept, white space around the value gone."""


class Side(Enum):
    """Who sent it; the `from` of metrics and recordings."""

    CLIENT = "client"
    SERVER = "server"


class Chunk(Struct, frozen=True, gc=False):
    """Bytes as they were read from one side in one read; they know nothing of frames."""

    sender: Side
    data: bytes
    at: float


class UpgradeRequest(Struct, frozen=True):
    """A client asks for a WebSocket; nothing has been dialled yet."""

    target: str
    """The request target as received, query included (RFC 9112 section 3.2.1)."""
    headers: Sequence[Header]
    at: float


class Handshake(Struct, frozen=True):
    """What became of an upgrade request."""

    outcome: str
    """The upstream's status as text ("101", "401"), or why there is none: `connect_error`, `tls_error`, `timeout`;
    `abandoned` when the client went away first; `bad_request`, `draining` when voicetap refused the request itself."""
    headers: Sequence[Header]
    """The upstream's header list; empty where there is no answer."""
    connect_seconds: float | None
    """From the dial to the established connection, TLS included; None when that never happened."""
    at: float


class Ending(Struct, frozen=True):
    """The transports of a relayed connection have ended."""

    by: Side | None
    """Whose TCP end (FIN or reset) came first; None when voicetap itself ended the connection."""
    reset: bool
    """Whether that end was a reset, not a FIN."""
    at: float


class HttpExchange(Struct, frozen=True):
    """A plain HTTP request has been passed on and answered."""

    target: str
    status: int
    """What the client got: the upstream's status, or 502 or 504 where it gave none."""
    at: float


class Tap(Protocol):
    """What the relay tells of one upgrade request, always after the traffic itself has been served.

    None of these may wait. One that raises is removed for the rest of its connection.
    """

    def answered(self, handshake: Handshake) -> None:
        """The handshake is over; chunks follow if and only if its outcome is "101"."""

    def chunk(self, chunk: Chunk) -> None:
        """These bytes were handed to the other side."""

    def closed(self, ending: Ending) -> None:
        """Both transports have ended; nothing follows. Comes only after an outcome of "101"."""


class Observer(Protocol):
    """What the relay tells of everything that it serves."""

    def upgrade(self, request: UpgradeRequest) -> Tap:
        """A client asks for a WebSocket; the tap returned is told the rest."""

    def http(self, exchange: HttpExchange) -> None:
        """A plain HTTP request has been answered."""
