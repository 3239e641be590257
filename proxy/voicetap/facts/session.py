"""The session: what it is, and whether it started."""

from typing import Literal

from .fact import Fact


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
    purpose: Literal["realtime", "transcription", "translation"] = "realtime"
    """Only a realtime session has turns."""
    turn_detection: str | None = None
    """`server_vad`, `semantic_vad`, … as named; None: the client commits, or nothing is known of it."""
    expires_at: float | None = None
    """Seconds since 1970; the server ends the session then."""


class SessionStarted(Fact, frozen=True, gc=False):
    """The first `session.*` came, or on a sideband the first event of the server."""

    session_id: str | None
    model: str | None
    """As in SessionConfigured."""
    setup_seconds: float | None
    """From the upgrade request; None where times are unknown."""


class SessionStartFailed(Fact, frozen=True, gc=False):
    """There was a 101 and no session."""

    outcome: Literal["refused", "closed", "timeout"]
    """`refused`: an `error`, or a Close from 3000 on, and no session after it (api.openai.com answers a bad key so).
    `closed`: the connection ended. `timeout`: nothing came for 30 s."""
    code: str | None
    """Of the error that refused it."""


class RateLimitReported(Fact, frozen=True, gc=False):
    """The server said how much of a limit is left."""

    name: str
    """`requests`, `tokens`, …"""
    limit: float | None
    remaining: float | None
    reset_seconds: float | None
    """From now until the limit is whole again."""


class NounForgotten(Fact, frozen=True, gc=False):
    """More was remembered of the session than there is room for, and what was used longest ago has gone: what is still
    said of that will be a Surprise."""

    noun: Literal["item", "response", "call"]


class SessionFellSilent(Fact, frozen=True, gc=False):
    """After an `error` the user spoke, or the client asked for a response, and for 30 s none came."""
