"""The protocol's shapes: events, the `error` event, what a client's message must be, and what a server's side does."""

from collections.abc import Collection
from typing import Any, NamedTuple, Protocol, TypeVar

import msgspec

Event = dict[str, Any]
"""An event of the API as JSON has it. The server's get their `event_id` when they are sent."""

T = TypeVar("T")

_NAMES = {str: "a string", int: "an integer", float: "a number", bool: "a boolean", dict: "an object", list: "an array"}
_QUOTED = 64
"""Characters of a wrong value that an error repeats."""


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
        raise invalid_value("type", kind, *known)
    return kind


def required(event: Event, name: str, kind: type[T], *, within: str = "") -> T:
    """The field of a client's event, which must be there and of this kind; raise ApiError.

    `within` is the path of what holds it, for the error.
    """
    value = optional(event, name, kind, within=within)
    if value is None:
        path = joined(within, name)
        raise ApiError("missing_required_parameter", f"Missing required parameter: '{path}'.", param=path)
    return value


def optional(event: Event, name: str, kind: type[T], *, within: str = "") -> T | None:
    """The field, which must be of this kind where it is neither absent nor null; raise ApiError."""
    value = event.get(name)
    if value is None:
        return None
    if kind is float and type(value) is int:
        value = float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise _invalid_type(joined(within, name), kind, value)
    return value


def element(values: list[object], place: int, *, within: str) -> Event:
    """The element of a list, which must be an object; raise ApiError."""
    value = values[place]
    if not isinstance(value, dict):
        raise _invalid_type(f"{within}[{place}]", dict, value)
    return value


def joined(within: str, name: str) -> str:
    """The path of a field."""
    return f"{within}.{name}" if within else name


def unknown_parameter(path: str) -> ApiError:
    """A field that the API does not know."""
    return ApiError("unknown_parameter", f"Unknown parameter: '{path}'.", param=path)


def invalid_value(path: str, value: object, *supported: str) -> ApiError:
    """A value that is none of those that there are."""
    *most, last = (f"'{one}'" for one in supported)
    allowed = f"Supported values are: {_listed(most, last)}." if most else f"Value must be {last}."
    return ApiError("invalid_value", f"Invalid value: '{str(value)[:_QUOTED]}'. {allowed}", param=path)


def check_range(path: str, value: float | None, least: float | None, most: float | None) -> None:
    """Raise ApiError where a number lies outside; null, and a bound of None, is none."""
    if value is None:
        return
    kind = "decimal" if isinstance(least if most is None else most, float) else "integer"
    for bound, beyond, side, wrong, than in (
        (least, least is not None and value < least, "below_min", "below minimum", ">="),
        (most, most is not None and value > most, "above_max", "above maximum", "<="),
    ):
        if beyond:
            message = (
                f"Invalid '{path}': {kind} {wrong} value. Expected a value {than} {bound}, but got {value} instead."
            )
            raise ApiError(f"{kind}_{side}_value", message, param=path)


def _invalid_type(path: str, expected: type, value: object) -> ApiError:
    got = "null" if value is None else _NAMES[type(value)]
    return ApiError(
        "invalid_type", f"Invalid type for '{path}': expected {_NAMES[expected]}, but got {got} instead.", param=path
    )


def _listed(most: list[str], last: str) -> str:
    return f"{', '.join(most)}, and {last}" if len(most) > 1 else f"{most[0]} and {last}"
