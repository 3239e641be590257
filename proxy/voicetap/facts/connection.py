"""What happened in a conversation and on its connection: the nouns that every signal is made from.

A fact is in the past tense and immutable. `at` is the time of the chunk that showed it, or of the tick that found
something missing: seconds on the monotonic clock.

Messages and reasons are content: servers quote what users and models said in them. A sink may show them only where the
operator turned content on. Ids, codes, models and counts may always be shown; codes, models and types come from the
peers, so whoever makes labels of them has to bound them.
"""

from typing import ClassVar, Literal, Protocol

from msgspec import Struct

from .chunks import Side


class Fact(Struct, frozen=True, gc=False):
    """Something that happened."""

    at: float
    """Seconds on the monotonic clock."""


class Sink(Protocol):
    """Makes signals from facts: those of one connection, or those that belong to none."""

    name: ClassVar[str]
    """What the metrics of voicetap's own failures call it."""

    def receive(self, fact: Fact) -> None:
        """Take the next fact; one that the sink has no use for is let go."""

    def close(self) -> None:
        """Nothing follows. Comes once or more, also where the end of the connection is no fact, for want of an observer
        that still works; what a gauge holds of the connection is given back."""


# The connection.


class HandshakeAnswered(Fact, frozen=True, gc=False):
    """The handshake is over; the relayed connection begins if and only if the outcome is "101"."""

    outcome: str
    """The upstream's status as text, or `connect_error`, `tls_error`, `timeout`, or `abandoned`: the client
    went away before the upstream answered."""
    connect_seconds: float | None
    """From the dial to the established connection, TLS included; None when that never happened."""


class HttpAnswered(Fact, frozen=True, gc=False):
    """A plain HTTP request was passed on and answered; it belongs to no connection."""

    target: str
    """The request target as received, query included."""
    status: int
    """What the client got."""


class BytesRelayed(Fact, frozen=True, gc=False):
    """Bytes went to the other side: those of one read, or of several that were not looked at."""

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
    duration_seconds: float
    """Since the upgrade request."""


# The messages.


class EventReceived(Fact, frozen=True, gc=False):
    """A side sent an event that the catalogue knows."""

    sender: Side
    type: str
    """As it was on the wire: beta names stay beta names."""


class UnknownEventReceived(Fact, frozen=True, gc=False):
    """A side sent an event whose type is not in the catalogue for that side."""

    sender: Side
    type: str
    """Its first 200 characters."""


class MessageMalformed(Fact, frozen=True, gc=False):
    """A side sent a message that is no event, or not one of the shape that its type has."""

    sender: Side
    reason: str
    """One of realtime's reasons: `binary`, `utf8`, `json`, `depth`, `not_object`, `no_type`, `schema`, `oversize`."""
    type: str | None
    """The type of the catalogue where the reason is `schema`, else None."""


class ErrorReported(Fact, frozen=True, gc=False):
    """The server sent an `error` event; the session may well go on."""

    code: str
    """`error.code`, else `error.type`, else "unknown"."""
    message: str | None
    """Content."""


# The session.


class SessionConfigured(Fact, frozen=True, gc=False):
    """What is known of the session has changed. The first one comes before SessionStarted."""

    session_id: str | None
    model: str | None
    """The latest that a `session.*` named; where it named none, what the query of the upgrade request asked for."""
    model_confirmed: bool
    """A `session.*` named the model; else it is only what the client asked for."""
    transcribes: bool
    """The server transcribes what the user says."""
    transcription_model: str | None
    """None where it does not, or does not say by what."""


class SessionStarted(Fact, frozen=True, gc=False):
    """The first `session.*` came, or on a sideband the first event of the server."""

    session_id: str | None
    model: str | None
    """As in SessionConfigured."""
    setup_seconds: float
    """From the upgrade request."""


class SessionStartFailed(Fact, frozen=True, gc=False):
    """There was a 101 and no session."""

    outcome: Literal["refused", "closed", "timeout"]
    """`refused`: an `error`, or a Close from 3000 on, and no session after it (api.openai.com answers a bad key so).
    `closed`: the connection ended. `timeout`: nothing came for 30 s."""
    code: str | None
    """Of the error that refused it."""


# Transcription of what the user said.


class TranscriptionStarted(Fact, frozen=True, gc=False):
    """User audio was committed in a session that transcribes: an outcome of this item is due."""

    item_id: str
    transcription_model: str | None


class TranscriptionFinished(Fact, frozen=True, gc=False):
    """The one outcome of an item's transcription, unless it is forgotten."""

    item_id: str | None
    """None where the server named none."""
    outcome: Literal["completed", "empty", "failed", "timed_out", "session_closed"]
    """`completed` has text, `empty` came without; `timed_out`: nothing for 15 s, `session_closed`: nor to the end."""
    code: str | None
    """Of a failure: `error.code`, else `error.type`, else "unknown"; else None."""
    message: str | None
    """Of a failure. Content."""
    transcription_model: str | None
    """The session's, when the audio was committed."""
    announced: bool
    """A TranscriptionStarted came before it."""


class TranscriptionForgotten(Fact, frozen=True, gc=False):
    """What the server sends is not understood any more: the outcome of a started transcription will not be known."""

    item_id: str


class TranscriptionLate(Fact, frozen=True, gc=False):
    """A result came after the item's outcome. Repeats of a cumulative server are one, however many there are."""

    item_id: str
    outcome: Literal["completed", "empty", "failed"]
    """What came."""
    transcription_model: str | None


# The assistant's answers.


class AnswerSpoken(Fact, frozen=True, gc=False):
    """An answer has become audible: the first audio of an assistant item."""

    item_id: str | None
    """None where only the start of playback was seen, which names the response."""
    response_id: str | None


class TruncationFinished(Fact, frozen=True, gc=False):
    """An answer was cut off at what the user heard, or was to be."""

    item_id: str | None
    initiator: Literal["client", "server", "unknown"]
    """`server`: nobody asked for it. `unknown`: on a sideband, where another connection may have asked, or where
    the client is not understood any more."""
    outcome: Literal["acknowledged", "rejected", "unanswered"]
    """`rejected`: an `error` answered. `unanswered`: nothing did for 15 s, or until the end."""
    audio_end_ms: float | None
    """Where it was cut, in milliseconds of the item's audio: acknowledged, else asked for."""
