"""The connection: what it is, its handshake, its bytes, what was not understood of them, its end."""

from typing import Literal

from msgspec import Struct

from ..chunks import Side, UpgradeRequest
from .fact import Fact


class Connection(Struct, frozen=True):
    """One upgrade request and what comes of it: what the sinks know from the beginning."""

    id: str
    """Voicetap's own, 16 hex digits: it names the recording, and is the `session.id` of spans and log lines."""
    request: UpgradeRequest
    """Its headers have the caller's key; its target may have one."""
    requested_at: float
    """The time of the request in seconds since 1970."""

    def unix_time(self, at: float) -> float:
        """A time of the monotonic clock in seconds since 1970."""
        return self.requested_at + (at - self.request.at)


class HandshakeAnswered(Fact, frozen=True, gc=False):
    """The handshake is over; the relayed connection begins if and only if the outcome is "101"."""

    outcome: str
    """The upstream's status as text, or `connect_error`, `tls_error`, `timeout`, or `abandoned`: the client
    went away before the upstream answered; or `bad_request`, `draining`: voicetap itself refused the request."""
    connect_seconds: float | None
    """From the dial to the established connection, TLS included; None when that never happened."""


class HttpAnswered(Fact, frozen=True, gc=False):
    """A plain HTTP request was passed on and answered; it belongs to no connection."""

    target: str
    """The request target as received, query included."""
    status: int
    """What the client got."""


class BytesRelayed(Fact, frozen=True, gc=False):
    """Bytes went to the other side: those of the last second, or since then."""

    sender: Side
    count: int
    """Bytes on the wire: frames, not payloads."""


class GapOpened(Fact, frozen=True, gc=False):
    """Some of the traffic was not understood; what the facts say is incomplete."""

    sender: Side | None
    """Whose traffic; None where it is both sides'."""
    reason: str
    """`framing`, `oversize`, `inflate`, `inflate_limit` (see wire), or the observer's own: `backlog`, `error`."""


class ConnectionClosed(Fact, frozen=True, gc=False):
    """Both transports have ended; the last fact of a connection that was relayed."""

    end: Literal["client_closed", "server_closed", "client_lost", "upstream_lost", "expired", "refused", "drained"]
    """`client_closed`, `server_closed`: who sent the first Close frame that was seen; where none was, whose TCP ended
    first, if that was a FIN of a side that was not understood any more. `client_lost`, `upstream_lost`: whose TCP ended
    otherwise. `expired`: the server closed because the session had lasted its maximum. `refused`: the session never
    started. `drained`: voicetap ended the connection."""
    close_code: int | None
    """Of the first Close frame; 1005 where it had none, 1006 where there was none (RFC 6455 section 7.1.5). None where
    it may have gone by unseen."""
    close_reason: str
    """Of the first Close frame. Content."""
    closed_by: Side | None
    """Who sent the first Close frame, or whose TCP ended first where there was none; None when voicetap itself did."""
    duration_seconds: float | None
    """Since the upgrade request; None where times are unknown."""
