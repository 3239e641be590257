"""The protocol's shapes: events, the `error` event, what a client's message must be, and what a server's side does."""

from collections.abc import Collection
from typing import Any, NamedTuple, Protocol, TypeVar

import msgspec

Event = dict[str, Any]
"""An event of the API as JSON has it. The server's get their `event_id` when they are sent."""

T = TypeVar("T")

_NAMES = {str: "a string", int: "an integer", float: "a number", bool: "a boolean", dict: "an object", list: "an array"}


class ApiError(Exception):
    """An `error` event; the session goes on."""

    def __init__(
        self, code: str | None, message: str, *, param: str | None = None, type: str = "invalid_request_error"
    ) -> None:
        """The fields of the event's `error`."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.param = param
        self.type = type

    def event(self, answered_id: str | None = None) -> Event:
        """The event; `answered_id` is the `event_id` that the client gave to what went wrong."""
        return {
            "type": "error",
            "error": {
                "type": self.type,
                "code": self.code,
                "message": self.message,
                "param": self.param,
                "event_id": answered_id,
            },
        }


class Send(NamedTuple):
    """An event for the client."""

    event: Event
    answers: str | None = None
    """The type of the client's event that it answers at once; None where it came by itself."""


class Text(NamedTuple):
    """A text message as it stands, JSON or not."""

    text: str


class Binary(NamedTuple):
    """A binary message; the API has none."""

    payload: bytes


class Ping(NamedTuple):
    """A ping with a payload of its own."""

    payload: bytes


class Pong(NamedTuple):
    """The answer to a ping."""

    payload: bytes


class Note(NamedTuple):
    """Something to tell whoever runs the server; the client gets nothing."""

    text: str


class Close(NamedTuple):
    """The server ends the session with a Close frame."""

    code: int | None
    """None: the frame has no payload."""
    reason: str


class HangUp(NamedTuple):
    """The server's transport ends without a Close frame."""

    reset: bool
    """By a reset, not an orderly end."""


Output = Send | Text | Binary | Ping | Note | Close | HangUp


class Peer(Protocol):
    """The server's side of one connection: messages and time go in, what is to be sent comes out.

    It knows no socket and no clock: times (`at`, `now`) are seconds on whatever clock the caller has.
    """

    id: str
    """For the log."""

    @property
    def due(self) -> float | None:
        """When there is something to say again by itself."""

    @property
    def silent(self) -> bool:
        """Nothing at all is sent now, not even the answers to pings."""

    def begin(self) -> list[Output]:
        """What a client gets first."""

    def receive(self, message: Event | ApiError, at: float) -> list[Output]:
        """Take what `read` made of a message; what was due before it comes first."""

    def advance(self, now: float) -> list[Output]:
        """What is to be said until now."""


def read(message: str | bytes) -> Event | ApiError:
    """A client's message: the object that it is, or what is wrong with it."""
    if isinstance(message, bytes):
        return ApiError("invalid_event", "Binary messages are not supported; send JSON as text.")
    try:
        event = msgspec.json.decode(message)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return ApiError("invalid_json", "We could not parse the JSON body of your event.")
    return event if isinstance(event, dict) else ApiError("invalid_event", "An event must be a JSON object.")


def type_of(event: Event, known: Collection[str]) -> str:
    """The type of a client's event, one of those that are known; raise ApiError."""
    kind = event.get("type")
    if kind is None:
        raise ApiError("invalid_event", "The 'type' field is missing.")
    if not isinstance(kind, str) or kind not in known:
        *most, last = (f"'{name}'" for name in known)
        message = f"Invalid value: '{str(kind)[:64]}'. Supported values are: {', '.join(most)}, and {last}."
        raise ApiError("invalid_value", message, param="type")
    return kind


def required(event: Event, name: str, kind: type[T]) -> T:
    """The field of a client's event, which must be there and of this kind; raise ApiError."""
    value = optional(event, name, kind)
    if value is None:
        raise ApiError("missing_required_parameter", f"Missing required parameter: '{name}'.", param=name)
    return value


def optional(event: Event, name: str, kind: type[T]) -> T | None:
    """The field, which must be of this kind where it is neither absent nor null; raise ApiError."""
    value = event.get(name)
    if value is None:
        return None
    if kind is float and type(value) is int:
        value = float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ApiError("invalid_type", f"Invalid type for '{name}': expected {_NAMES[kind]}.", param=name)
    return value
