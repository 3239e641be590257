"""Disturbances: what goes wrong between a server that behaves and its client, as data.

Each happens at an event of the server (`on`, its type as it stands on the wire, in which * stands for anything), or at
a time (`at`). What takes the place of the event is said by each kind; the others let it pass.
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

from pydantic import ConfigDict, Field

Rate = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0)]
_FORBID = ConfigDict(extra="forbid")


class Failure(NamedTuple):
    """The `error` of an event, of a failed response, or of a failed transcription.

    In the message of a transcription's, "{item_id}" is filled in.
    """

    type: str
    message: str
    code: str | None = None


@dataclass(frozen=True, kw_only=True)
class _When:
    """What they have in common."""

    __pydantic_config__: ClassVar[ConfigDict] = _FORBID
    at_an_event_only: ClassVar[bool] = False

    on: str | None = None
    """The type of an event of the server."""
    at: Seconds | None = None
    """Seconds since the session began; `every` so many seconds it happens again."""
    every: Annotated[float, Field(gt=0)] | None = None
    rate: Rate = 1.0
    """How probable it is, each time."""
    times: Annotated[int, Field(gt=0)] | None = None
    """In one session at most so often."""

    def __post_init__(self) -> None:
        """Refuse what happens never, or on two occasions."""
        if self.at_an_event_only and self.on is None:
            raise ValueError("needs `on`, the type of the event that it happens to")
        if (self.on is None) == (self.at is None):
            raise ValueError("needs either `on`, the type of an event, or `at`, a time in seconds")
        if self.every is not None and self.at is None:
            raise ValueError("`every` goes with `at`")


@dataclass(frozen=True, kw_only=True)
class Drop(_When):
    """The event is not sent."""

    at_an_event_only: ClassVar[bool] = True
    do: Literal["drop"]


@dataclass(frozen=True, kw_only=True)
class Repeat(_When):
    """The event is sent twice."""

    at_an_event_only: ClassVar[bool] = True
    do: Literal["repeat"]


@dataclass(frozen=True, kw_only=True)
class Delay(_When):
    """The event is sent so many seconds later; what follows it is not held up."""

    at_an_event_only: ClassVar[bool] = True
    do: Literal["delay"]
    seconds: Seconds


@dataclass(frozen=True, kw_only=True)
class Change(_When):
    """Fields of the event get other values, or are added; what is an object is changed field by field."""

    at_an_event_only: ClassVar[bool] = True
    do: Literal["change"]
    event: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Insert(_When):
    """An event more is sent, of any type; it gets an `event_id`."""

    do: Literal["insert"]
    event: Annotated[dict[str, Any], Field(min_length=1)]


@dataclass(frozen=True, kw_only=True)
class Garble(_When):
    """A message is sent that is no event: this text, or else so many binary bytes."""

    do: Literal["garble"]
    text: str | None = None
    binary_bytes: Annotated[int, Field(ge=0)] | None = None

    def __post_init__(self) -> None:
        """Refuse what is neither, or both."""
        super().__post_init__()
        if (self.text is None) == (self.binary_bytes is None):
            raise ValueError("needs either `text` or `binary_bytes`")


@dataclass(frozen=True, kw_only=True)
class Hush(_When):
    """Nothing is sent for so many seconds, then all at once; without them, nothing ever again, and no Close."""

    do: Literal["hush"]
    seconds: Annotated[float, Field(gt=0)] | None = None


@dataclass(frozen=True, kw_only=True)
class Shut(_When):
    """A Close frame in place of the event, after an `error` event where there is one."""

    do: Literal["close"]
    code: Annotated[int, Field(ge=1000, le=4999)]
    reason: Annotated[str, Field(max_length=123)] = ""
    error: Failure | None = None


@dataclass(frozen=True, kw_only=True)
class Reset(_When):
    """A TCP reset in place of the event."""

    do: Literal["reset"]


@dataclass(frozen=True, kw_only=True)
class End(_When):
    """The end of the TCP connection in place of the event, without a Close frame."""

    do: Literal["end"]


KINDS = (Drop, Repeat, Delay, Change, Insert, Garble, Hush, Shut, Reset, End)

Disturbance = Annotated[
    Drop | Repeat | Delay | Change | Insert | Garble | Hush | Shut | Reset | End, Field(discriminator="do")
]
