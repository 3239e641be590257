"""The messages as such, and whether they make sense beside each other."""

from typing import Literal

from ..chunks import Side
from .fact import Fact


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


class Surprise(Fact, frozen=True, gc=False):
    """An event was of its type's shape, but made no sense where it came; the session goes on as well as it can."""

    kind: Literal["order", "unknown_id", "orphan_delta", "schema"]
    """`order`: the noun was not in a state for it. `unknown_id`: it names a thing that was never announced.
    `orphan_delta`: a piece of output for nothing that is being made. `schema`: see MessageMalformed."""
    type: str
    """Of the event: a name of the catalogue."""
    detail: str
    """What the table of transitions had no move for, as `response: done while done`: no content, a closed list."""
